import type { Budget } from './world/state.js';

/** One family of faults: everything in it interleaves with everything else in it. */
export interface Family {
  readonly agents: number;
  readonly standbys: number;
  /** The slot is synchronised to the standbys. */
  readonly synchronised: boolean;
  /** A promotion comes after a clean end of the primary, or loses records but no transaction. */
  readonly promotion: 'any' | 'clean' | 'no transaction lost';
  /** Agent i has a store of its own: a clone of the database with another site's agent. */
  readonly ownStores: boolean;
  /** The second store may be empty when its agent starts. */
  readonly emptyStores: boolean;
  /** A clone starts without slots; its agent never reaches server 0. */
  readonly clonesWithoutSlot: boolean;
  readonly apart: boolean;
  /** A resync that deletes asks a person where it cannot prove its own past. */
  readonly guarded: boolean;
  /** Nothing here destroys a proof: a resync is reported like a broken promise. */
  readonly harmless: boolean;
  /** How many transactions a batch may merge. */
  readonly merge: number;
  /** A merged batch may need parts (a huge transaction always may). */
  readonly mergedInParts: boolean;
  /** A late write stays under way after it landed, since the store may go back behind it. */
  readonly lateAgain: boolean;
  /** How many activations `pending` and `former` keep. */
  readonly pendingLimit: number;
  readonly formerLimit: number;
  /** Labels of steps (their beginnings) that were taken already. */
  readonly behind: readonly string[];
  readonly budget: Budget;
}

export const DEFAULTS: Family = {
  agents: 1,
  standbys: 0,
  synchronised: false,
  promotion: 'any',
  ownStores: false,
  emptyStores: false,
  clonesWithoutSlot: false,
  apart: false,
  guarded: false,
  harmless: false,
  merge: 1,
  mergedInParts: false,
  lateAgain: false,
  pendingLimit: 8,
  formerLimit: 64,
  behind: [],
  budget: {},
};
