/**
 * The families of faults. Each is small enough that all its interleavings, or the first levels of
 * them, can be seen; the numbers say how often a thing may happen in one run.
 */
import type { Family } from './family.js';

/** Two agents, each with a store of its own; an image of the database may become a second server. */
const CLONES = { agents: 2, ownStores: true, guarded: true, clonesWithoutSlot: true } as const;
/** As CLONES; the clone's agent has an empty store and never reaches the original server. */
const APART = { ...CLONES, emptyStores: true, apart: true } as const;
const FAILOVER = { standbys: 1, synchronised: true } as const;

/** An agent at the original has published, then an image of its volume is taken. */
const IMAGE_OF_PUBLISHED = [
  'agent 0: holds the slot at server 0',
  'agent 0: reads the checkpoint',
  'agent 0: announces its activation',
  'agent 0: writes its activation',
  'agent 0: takes up the stream',
  'image of',
];
const CLONE_STARTED = ['agent 1: holds the slot at server 1', 'agent 1: reads the checkpoint'];

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

/** Held changes, repairs, and records that another client changed. */
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

/** Which database may empty a store without a person. */
const OWN_PAST = {
  former: {
    ...CLONES,
    emptyStores: true,
    budget: { commits: 2, wipes: 1, images: 1, clones: 1, starts: 4 },
  },
  formerOne: {
    guarded: true,
    clonesWithoutSlot: true,
    budget: { commits: 2, wipes: 1, images: 1, clones: 1, deaths: 1, starts: 3 },
  },
  formerNoise: {
    guarded: true,
    clonesWithoutSlot: true,
    budget: { commits: 1, other: 1, wipes: 1, images: 1, clones: 1, deaths: 1, starts: 3 },
  },
  formerTwo: {
    ...APART,
    budget: { commits: 1, wipes: 1, images: 1, clones: 1, starts: 4, deaths: 1 },
  },
  formerCopy: {
    ...CLONES,
    budget: { commits: 2, wipes: 1, images: 1, clones: 1, copies: 1, starts: 4 },
  },
  formerBoth: {
    guarded: true,
    budget: { commits: 2, wipes: 1, images: 1, restores: 1, backups: 1, rewinds: 1, starts: 4 },
  },
  formerBack: {
    guarded: true,
    budget: { commits: 2, wipes: 1, backups: 1, rewinds: 1, slotDrops: 1, deaths: 1, starts: 4 },
  },
  formerStore: {
    guarded: true,
    budget: { commits: 1, wipes: 1, backups: 1, rewinds: 1, deaths: 1, starts: 3 },
  },
  formerWithout: {
    ...APART,
    behind: [...IMAGE_OF_PUBLISHED, 'image started as another server (', ...CLONE_STARTED],
    budget: { commits: 1, wipes: 1, images: 1, clones: 1, starts: 3, deaths: 2 },
  },
  formerClone: {
    ...APART,
    behind: [...IMAGE_OF_PUBLISHED, 'image started as another server, its', ...CLONE_STARTED],
    budget: { commits: 1, wipes: 1, images: 1, clones: 1, starts: 3, deaths: 2 },
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

const TABLE = { ...CONTINUITY, ...LATE, ...MERGED, ...REPAIRS, ...OWN_PAST, ...HARMLESS };

export type FamilyName = keyof typeof TABLE;
export const FAMILIES: Readonly<Record<FamilyName, Partial<Family>>> = TABLE;
