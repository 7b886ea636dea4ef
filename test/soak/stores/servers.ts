/** What a campaign needs of a store, whatever its kind. */
import type { Revision } from '../../../src/kvstore/store.js';

/** How many servers a store has: one, or as many as its kind needs to outlive one of them. */
export type NodeCount = 'one' | 'several';

/** One server of a store, which keeps its data and its port. */
export interface StoreNode {
  readonly port: number;
  /** Starts it after `crash`; resolves when it answers, where it can alone. */
  start(): Promise<void>;
  crash(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Copies the data of a node that does not run. */
  backUp(): Promise<void>;
  /** Puts the last copy in the place of the data of a node that does not run. */
  restore(): Promise<void>;
}

/** Where a store is, for agents. */
export interface StoreAddress {
  readonly nodes: readonly Pick<StoreNode, 'port'>[];
  /** For `--kv`; the ports in the order of the nodes, their own or those of proxies. */
  url(ports: readonly number[]): string;
  /** A text as it is in the requests of a client. */
  onTheWire(text: string): string;
}

/** The servers of one store. */
export interface StoreServers extends StoreAddress {
  /** The type of the driver. */
  readonly type: string;
  /** A record of so many bytes is refused by each of them. */
  readonly refusedBytes: number;
  readonly nodes: readonly StoreNode[];
  /** The node that the others follow. */
  leader(): Promise<StoreNode>;
  /**
   * Writes as a program does that does not know the contract; undefined deletes. Returns the
   * revision, or undefined where the store gives none to such a write.
   */
  write(key: string, value: string | undefined): Promise<Revision | undefined>;
  /** Forgets the changes of the past, as the store or its operator does when they are too many. */
  forgetPast(): Promise<void>;
  remove(): Promise<void>;
}
