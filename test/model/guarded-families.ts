/** Which database may empty a store without a person, and lists that are full. */
import type { Family } from './family.js';

/** Two agents, each with a store; an image of the database may become a second server. */
const CLONES = { agents: 2, ownStores: true, guarded: true, clonesWithoutSlot: true } as const;
/** As CLONES; the clone's agent has an empty store and never reaches the original server. */
const APART = { ...CLONES, emptyStores: true, apart: true } as const;
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
  formerDamaged: {
    guarded: true,
    budget: { commits: 2, wipes: 1, damages: 1, slotDrops: 1, deaths: 1, starts: 4 },
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

/** Lists that are full: the oldest goes, which costs a resync or asks a person, and no more. */
const LIMITS = {
  pendingImage: {
    pendingLimit: 1,
    budget: { commits: 2, other: 1, images: 1, restores: 1, deaths: 2, starts: 3 },
  },
  formerFull: {
    guarded: true,
    formerLimit: 1,
    budget: { commits: 1, wipes: 1, images: 1, restores: 1, slotDrops: 1, deaths: 2, starts: 4 },
  },
} as const satisfies Record<string, Partial<Family>>;

export const GUARDED_FAMILIES = { ...OWN_PAST, ...LIMITS };
