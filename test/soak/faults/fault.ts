import type { NodeCount } from '../stores/servers.js';
import type { ResyncKind } from '../world/resyncs.js';
import type { World } from '../world/world.js';

/** What agents log whose store does not answer, or takes no writes. */
export const STORE_BLOCKS = 'the store blocks the agent';
/** What an agent finds in a store that went back. */
export const OLDER_STORE: readonly ResyncKind[] = ['confirmed-beyond', 'other-history', 'none'];

/** Something that goes wrong, and is mended again before `inflict` resolves. */
export interface Fault {
  readonly name: string;
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  /** Only with so many nodes of the store; undefined: with any number. */
  readonly nodes?: NodeCount;
  /** Takes seconds, or is much like another one: not for the short form of the campaign. */
  readonly onlyLong?: boolean;
  /** The store's records are wrong until they are repaired: the writers are paused. */
  readonly quiet?: boolean;
  /** From this major version of PostgreSQL on; undefined: with any. */
  readonly sincePostgres?: number;
  /** Why agents may have to publish everything again; undefined: they must not. */
  readonly resyncs?: readonly ResyncKind[];
  readonly inflict: (world: World) => Promise<void>;
}
