/** A kind of store in a campaign. */
import type { Fault } from '../faults/fault.js';
import type { NodeCount, StoreServers } from './servers.js';

export interface StoreKind {
  /** The type of the driver. */
  readonly type: string;
  readonly counts: readonly NodeCount[];
  /** Those that no other kind has. */
  readonly faults: readonly Fault[];
  /** Starts the servers of a store with this prefix. */
  readonly start: (count: NodeCount, prefix: string) => Promise<StoreServers>;
}
