/**
 * Small families, seen to their end in a second: each leads to where one part of the rule is
 * needed, and most begin behind a prefix of steps.
 */
import type { Family } from './family.js';

/** An agent becomes the active one. */
const ACTIVE = [
  'agent 0: holds the slot at server 0',
  'agent 0: reads the checkpoint',
  'agent 0: announces its activation',
  'agent 0: writes its activation',
  'agent 0: takes up the stream',
];
const IMAGE = [...ACTIVE, 'image of'];
const PUT_BACK = ['volume put back', 'agent 0: notices'];
/** The checkpoint is beyond what the volume that is put back has. */
const IDLE_BEYOND = [...IMAGE, 'other WAL', 'other WAL', 'agent 0: writes an idle', ...PUT_BACK];
const IMAGES = { images: 1, restores: 1 } as const;

export const NARROW_FAMILIES = {
  imageCommits: { budget: { commits: 2, ...IMAGES, starts: 2 } },
  imageOther: { budget: { commits: 1, other: 1, ...IMAGES, starts: 2 } },
  imageAdvanced: {
    behind: ['image of'],
    budget: { commits: 1, other: 1, ...IMAGES, slotAdvances: 1, starts: 3 },
  },
  imageParts: { budget: { commits: 1, huge: 1, ...IMAGES, starts: 2 } },
  imageMerged: {
    merge: 2,
    mergedInParts: true,
    budget: { commits: 3, ...IMAGES, starts: 2 },
  },
  imageDropped: {
    behind: IDLE_BEYOND,
    budget: { commits: 1, other: 2, ...IMAGES, slotDrops: 1, deaths: 1, starts: 3 },
  },
  imageStoreBack: {
    behind: IDLE_BEYOND,
    budget: { commits: 1, other: 2, ...IMAGES, backups: 1, rewinds: 1, starts: 3 },
  },
  pitr: { budget: { commits: 1, other: 1, images: 1, pitr: 1, slotCreations: 1, starts: 2 } },
  twoPromotions: {
    standbys: 2,
    synchronised: true,
    budget: { commits: 2, promotions: 2, starts: 2 },
  },
  oldPrimary: {
    standbys: 1,
    synchronised: true,
    budget: { commits: 1, promotions: 1, slotDrops: 1, starts: 2 },
  },
  copiedStore: {
    agents: 2,
    ownStores: true,
    budget: { commits: 1, images: 1, clones: 1, copies: 1, starts: 3 },
  },
  storeBackTwo: {
    agents: 2,
    budget: { commits: 1, backups: 1, rewinds: 1, sleeps: 1, starts: 2 },
  },
  mergedTwice: {
    merge: 2,
    mergedInParts: true,
    budget: { commits: 1, huge: 1, deaths: 1, starts: 2 },
  },
  mergedAgain: {
    merge: 3,
    mergedInParts: true,
    behind: [
      ...ACTIVE,
      'a commit',
      'a commit',
      'agent 0: receives',
      'agent 0: receives',
      'agent 0: writes a part (keys)',
      'agent 0 crashes',
    ],
    budget: { commits: 3, deaths: 2, starts: 3 },
  },
  repairLost: {
    behind: [
      ...IMAGE,
      'a huge commit',
      'agent 0: receives a changed shape',
      'agent 0: writes a part (half)',
      ...PUT_BACK,
    ],
    budget: { huge: 2, ...IMAGES, shapes: 1, barriers: 1, deaths: 1, starts: 3 },
  },
  repairOfPart: {
    behind: [
      ...IMAGE,
      'other WAL',
      'other WAL',
      'a huge commit',
      'agent 0: receives',
      'agent 0: writes a part (half)',
      ...PUT_BACK,
    ],
    budget: { huge: 2, other: 2, ...IMAGES, shapes: 1, barriers: 1, starts: 3 },
  },
  foreignOnce: { budget: { commits: 1, foreign: 1, barriers: 1, deaths: 1, starts: 2 } },
  formerImage: {
    guarded: true,
    behind: [...IMAGE, 'a commit (', 'agent 0: receives', 'agent 0: writes a batch', ...PUT_BACK],
    budget: { commits: 2, wipes: 1, ...IMAGES, slotDrops: 1, starts: 3 },
  },
  pendingFull: { pendingLimit: 2, budget: { commits: 1, deaths: 3, starts: 4 } },
  slotDropped: { agents: 2, budget: { commits: 1, slotDrops: 1, starts: 3 } },
  calm: { harmless: true, budget: { commits: 1, deaths: 1, starts: 2 } },
} as const satisfies Record<string, Partial<Family>>;
