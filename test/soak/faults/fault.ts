import type { ResyncKind } from '../world/resyncs.js';
import type { World } from '../world/world.js';

/** Something that goes wrong, and is mended again before `inflict` resolves. */
export interface Fault {
  readonly name: string;
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  /** Only with so many etcd nodes; undefined: with any number. */
  readonly nodes?: 1 | 3;
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
