/**
 * The families of faults. Each is small enough that all its interleavings, or the first levels of
 * them, can be seen; the numbers say how often a thing may happen in one run.
 */
import type { Family } from './family.js';
import { GUARDED_FAMILIES } from './guarded-families.js';
import { NARROW_FAMILIES } from './narrow-families.js';

const FAILOVER = { standbys: 1, synchronised: true } as const;

/** Histories, slots and stores that go back, break off or double. */
const CONTINUITY = {
  image: { budget: { commits: 3, other: 2, images: 1, restores: 1, starts: 2 } },
  twins: {
    standbys: 2,
    synchronised: true,
    budget: { commits: 3, other: 1, promotions: 2, starts: 3 },
  },
  standby: {
    ...FAILOVER,
    agents: 2,
    budget: { commits: 1, promotions: 1, starts: 3, sleeps: 1 },
  },
  storeBack: {
    agents: 2,
    budget: { commits: 2, backups: 1, rewinds: 1, starts: 3, sleeps: 1 },
  },
  parts: { ...FAILOVER, budget: { commits: 1, huge: 2, other: 1, promotions: 1, starts: 3 } },
  partsImage: {
    budget: { commits: 1, huge: 2, other: 1, images: 1, restores: 1, starts: 3 },
  },
  twoAgents: { agents: 2, budget: { commits: 2, other: 1, starts: 3, sleeps: 1, crashes: 1 } },
  otherStore: {
    agents: 2,
    ownStores: true,
    budget: { commits: 1, other: 2, images: 1, clones: 1, copies: 1, starts: 3 },
  },
  rewoundBoth: {
    budget: { commits: 1, other: 2, images: 1, restores: 1, backups: 1, rewinds: 2, starts: 3 },
  },
  dropImage: {
    budget: { commits: 1, other: 2, images: 1, restores: 1, slotDrops: 1, deaths: 1, starts: 3 },
  },
  hand: {
    budget: {
      commits: 2,
      other: 1,
      slotDrops: 1,
      slotCreations: 1,
      slotAdvances: 1,
      starts: 2,
      deaths: 1,
    },
  },
  handPitr: {
    budget: { commits: 2, other: 1, images: 1, pitr: 1, slotCreations: 1, starts: 2 },
  },
  system: { budget: { commits: 3, other: 1, systems: 1, starts: 2, deaths: 1 } },
  systemBack: {
    budget: { commits: 2, other: 1, systems: 1, starts: 2, backups: 1, rewinds: 1 },
  },
  crash: { budget: { commits: 3, crashes: 2, starts: 3, images: 1, restores: 1 } },
  splitBrain: {
    ...FAILOVER,
    agents: 2,
    budget: { commits: 2, promotions: 1, starts: 3, sleeps: 1 },
  },
} as const satisfies Record<string, Partial<Family>>;

/** Requests that were given up and are served later. */
const LATE = {
  late: { agents: 2, budget: { commits: 2, late: 2, starts: 4 } },
  lateNoise: { agents: 2, budget: { commits: 1, other: 1, late: 2, crashes: 1, starts: 4 } },
  lateBack: {
    agents: 2,
    lateAgain: true,
    budget: { commits: 2, late: 1, backups: 1, rewinds: 1, starts: 3 },
  },
  lateImage: {
    agents: 2,
    budget: { commits: 2, other: 1, late: 1, images: 1, restores: 1, starts: 3 },
  },
  lateFail: { ...FAILOVER, agents: 2, budget: { commits: 2, late: 1, promotions: 1, starts: 3 } },
  lateSync: { agents: 2, budget: { commits: 1, late: 2, slotDrops: 1, starts: 4 } },
  lateParts: {
    agents: 2,
    merge: 2,
    mergedInParts: true,
    budget: { commits: 1, huge: 1, late: 2, starts: 3 },
  },
} as const satisfies Record<string, Partial<Family>>;

/** Merged batches in parts. */
const MERGED = {
  merge: { merge: 3, mergedInParts: true, budget: { commits: 4, deaths: 2, starts: 3 } },
  mergeBig: {
    merge: 3,
    mergedInParts: true,
    budget: { commits: 2, huge: 2, deaths: 2, starts: 3 },
  },
  mergeFail: {
    ...FAILOVER,
    merge: 3,
    mergedInParts: true,
    budget: { commits: 4, promotions: 1, starts: 3 },
  },
  mergeImage: {
    merge: 3,
    mergedInParts: true,
    budget: { commits: 4, images: 1, restores: 1, starts: 3 },
  },
  mergeBigImage: {
    merge: 2,
    mergedInParts: true,
    budget: { commits: 2, huge: 1, other: 1, images: 1, restores: 1, starts: 3, deaths: 1 },
  },
} as const satisfies Record<string, Partial<Family>>;

/** Held changes, repairs, and what another client changed. */
const REPAIRS = {
  repair: {
    merge: 2,
    mergedInParts: true,
    budget: { commits: 1, huge: 2, shapes: 1, barriers: 2, deaths: 2, starts: 3 },
  },
  repairImage: {
    merge: 2,
    budget: { commits: 1, huge: 2, shapes: 1, barriers: 2, images: 1, restores: 1, starts: 3 },
  },
  repairFail: {
    ...FAILOVER,
    merge: 2,
    budget: { commits: 1, huge: 2, shapes: 1, barriers: 2, promotions: 1, starts: 3 },
  },
  repairLate: {
    agents: 2,
    merge: 2,
    budget: { huge: 2, shapes: 1, barriers: 2, late: 1, starts: 3 },
  },
  repairPart: {
    budget: { other: 1, huge: 2, shapes: 1, barriers: 1, images: 1, restores: 1, starts: 2 },
  },
  damaged: { agents: 2, budget: { commits: 2, damages: 1, late: 1, sleeps: 1, starts: 3 } },
  foreign: { budget: { commits: 2, huge: 1, foreign: 2, barriers: 2, deaths: 2, starts: 3 } },
  foreignBack: {
    agents: 2,
    budget: { commits: 1, foreign: 1, barriers: 1, backups: 1, rewinds: 1, sleeps: 1, starts: 3 },
  },
  foreignFail: {
    ...FAILOVER,
    budget: { commits: 1, huge: 1, foreign: 1, barriers: 1, promotions: 1, starts: 3 },
  },
} as const satisfies Record<string, Partial<Family>>;

/** Nothing in these destroys a proof: no resync may happen. */
const HARMLESS = {
  lateCalm: { harmless: true, agents: 2, budget: { commits: 1, late: 2, starts: 4 } },
  crashLoop: {
    harmless: true,
    budget: { commits: 2, other: 1, deaths: 4, crashes: 1, starts: 5 },
  },
  twoActive: {
    harmless: true,
    agents: 2,
    budget: { commits: 2, deaths: 1, sleeps: 1, starts: 4 },
  },
  cleanFailover: {
    ...FAILOVER,
    harmless: true,
    promotion: 'clean',
    budget: { commits: 2, other: 1, promotions: 1, deaths: 1, starts: 3 },
  },
} as const satisfies Record<string, Partial<Family>>;

const TABLE = {
  ...CONTINUITY,
  ...LATE,
  ...MERGED,
  ...REPAIRS,
  ...GUARDED_FAMILIES,
  ...HARMLESS,
  ...NARROW_FAMILIES,
};

export type FamilyName = keyof typeof TABLE;
export const FAMILIES: Readonly<Record<FamilyName, Partial<Family>>> = TABLE;
