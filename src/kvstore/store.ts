/**
 * The contract of a key-value store; README.md beside this file is the guide to writing a driver.
 * The four functions of Bagger's original design (kvconnect, kvread, kvwrite, kvwatch) are for
 * programs on storage nodes; the agent and verify need `commit` and `readRange` besides.
 * test/support/store-contract runs the same suite over every driver. Keys are whole: the caller
 * puts the settings' prefix before them.
 */
import type { JsonValue } from '../model/json.js';

/** A position in the store's history: grows with every change (etcd's revision). */
export type Revision = bigint;

/** What a key holds. */
export interface StoredValue {
  /** The value as UTF-8 text, exactly as it was written. */
  readonly value: string;
  /** The revision of the last change of this key. */
  readonly modRevision: Revision;
}

/** A key with what it holds. */
export interface StoredRecord extends StoredValue {
  readonly key: string;
}

/** All keys under one or several prefixes at one revision. */
export interface StoreSnapshot {
  readonly revision: Revision;
  /** Sorted by key, in byte order. */
  readonly records: readonly StoredRecord[];
}

/**
 * Changes that become visible together, provided that `guard.key` did not change since: a driver
 * compares revision and value, since a store that was restored gives revisions out again.
 */
export interface GuardedCommit {
  readonly puts: ReadonlyMap<string, string>;
  /** Keys that need not exist; none of them in `puts`. */
  readonly deletes: ReadonlySet<string>;
  readonly guard: {
    readonly key: string;
    /** What was seen last; undefined: the key must not exist. */
    readonly expected: StoredValue | undefined;
    /** Written to `key` in the same transaction. */
    readonly value: string;
  };
}

/** How a commit ended that the store answered. */
export type CommitOutcome =
  | { readonly kind: 'committed'; readonly revision: Revision }
  /** Nothing was changed; `current` is what the guard key holds now. */
  | { readonly kind: 'conflict'; readonly current: StoredValue | undefined };

/** What a store takes in one commit of several changes; of a single one it may take more. */
export interface StoreLimits {
  /** Puts and deletes, the guard not counted, that one commit may hold. */
  readonly maxChanges: number;
  /** Keys and values together, in bytes, that one commit may hold. */
  readonly maxBytes: number;
}

/** What a kind of store can promise, whatever driver speaks to it. */
export interface StoreGuarantees {
  /**
   * What keeps a commit that was acknowledged: a majority of the servers, the disk of one, or
   * nothing that outlives a failover for certain.
   */
  readonly acknowledged: 'consensus' | 'disk' | 'may-be-lost';
  /**
   * Writes of other programs that do not use this contract: a watch delivers them like all others,
   * learns that there was one, or does not see them.
   */
  readonly foreignWrites: 'in-order' | 'noticed' | 'unseen';
  /** How far back the past can be read: to the last compaction, or as far as the journal goes. */
  readonly pastRevisions: 'until-compacted' | 'in-journal';
}

/** What became of a key. */
export interface KeyChange {
  readonly key: string;
  /** undefined: the key was deleted. */
  readonly value: string | undefined;
}

/**
 * Why a watch lists everything: it begins there; the store had forgotten changes that were not
 * delivered; or the store went back to an earlier state, and may give revisions out again.
 */
export type WatchGap = 'start' | 'trimmed' | 'rewound';

/** What of a store needs an operator, or soon will. */
export interface StoreTrouble {
  /** `rights`: those of the login, which only an agent needs; `access`: of every client. */
  readonly kind: 'alarm' | 'space' | 'history' | 'durability' | 'access' | 'rights';
  /** `fail`: the store takes no writes, or what it holds cannot be relied on. */
  readonly level: 'warn' | 'fail';
  readonly message: string;
  /** The remedy. */
  readonly help: string;
}

/** What nodes report to a target. */
export interface StoredAcknowledgements {
  /** By their names. */
  readonly byNode: ReadonlyMap<string, string>;
  /** What is too long, too much, or has no name: no more is known of it than that there is some. */
  readonly passedOver: number;
}

/** What a watch reports. Nothing is ever left out in silence: a gap is a `resync`. */
export type WatchEvent =
  /** All changes of one revision under the prefix. */
  | {
      readonly kind: 'changes';
      readonly revision: Revision;
      readonly changes: readonly KeyChange[];
    }
  /** The watch starts here, or had lost its place: this is everything under the prefix. */
  | {
      readonly kind: 'resync';
      readonly reason: WatchGap;
      readonly snapshot: StoreSnapshot;
    };

/** What to watch, and until when. */
export interface WatchOptions {
  readonly prefix: string;
  /** Continue after this revision; undefined: begin with a `resync` event. */
  readonly after?: Revision;
  readonly signal: AbortSignal;
}

/** `value` undefined: the key was deleted. */
export type JsonCallback = (key: string, value: JsonValue | undefined) => void | Promise<void>;

/** What kvwatch watches, and until when. */
export interface KeyWatchOptions {
  /** A whole one; undefined: all of Bagger's keys. */
  readonly prefix?: string;
  /** undefined: the watch ends with the store. */
  readonly signal?: AbortSignal;
}

/**
 * Every method throws LenkwerkError: `store-unavailable` (retryable; the outcome of a commit is
 * then unknown) or `store-rejected` (the store will never take this request).
 */
export interface KeyValueStore {
  /** Where the store is, without secrets: for messages. */
  readonly description: string;
  /** From the settings: what callers put before every key; empty, or like `/eu`. */
  readonly prefix: string;
  /** Probed: at connect, or when the store refuses a commit as too large, which may lower them. */
  readonly limits: StoreLimits;

  /** The JSON value of a key, or undefined. Linearizable. Throws `invalid-input` for other text. */
  kvread(key: string): Promise<JsonValue | undefined>;
  /** Writes a JSON value; true on success, false on failure. */
  kvwrite(key: string, value: JsonValue): Promise<boolean>;
  /**
   * Calls back for every key under the prefix that exists or changes; deliveries of one revision
   * follow each other. Keys that vanished during a gap are delivered as deletions; values that are
   * not JSON count as absent. Ends when the signal aborts, and throws what the callback throws.
   */
  kvwatch(callback: JsonCallback, options?: KeyWatchOptions): Promise<void>;

  /** The version of the server, where the driver can read it. */
  serverVersion?(): Promise<string>;
  /** What needs an operator, worst first, where the driver can see it. */
  troubles?(): Promise<readonly StoreTrouble[]>;
  /** One key, linearizable. */
  read(key: string): Promise<StoredValue | undefined>;
  /**
   * All keys that start with one of the prefixes, none of which starts with another, at one
   * revision (the newest, unless one is given). Throws `inconclusive` when the store no longer has
   * the given revision, or has not reached it.
   */
  readRange(prefixes: readonly string[], atRevision?: Revision): Promise<StoreSnapshot>;
  /**
   * All or nothing, in one revision; see GuardedCommit. Never sent twice. Throws CommitTooLarge
   * (`store-rejected`) for one that is too large, whose changes may be taken in smaller ones.
   */
  commit(commit: GuardedCommit): Promise<CommitOutcome>;
  /** Throws what a commit that puts this record alone would throw; changes nothing. */
  probeRecord(key: string, value: string): Promise<void>;
  /**
   * Makes what nodes need to acknowledge, where they cannot make it themselves: an agent calls it
   * when it starts. Nothing is changed where it is there.
   */
  prepareAcknowledgements(target: string): Promise<void>;
  /**
   * Replaces what the node of this name reports to the target. It is no record: no watch and no
   * listing shows it, and guards do not see it, though revisions may advance. May be called again
   * after a failure. Throws `store-unavailable` where no agent has prepared the store,
   * `invalid-input` for a text of more than 4 KiB and for a name that is too long.
   */
  acknowledge(target: string, node: string, text: string): Promise<void>;
  /** What all nodes report, as other programs may have altered it; empty: nothing is prepared. */
  acknowledgements(target: string): Promise<StoredAcknowledgements>;
  /** Removes what these nodes reported, where it is there. */
  forgetAcknowledgements(target: string, nodes: Iterable<string>): Promise<void>;
  /** Lossless, in order, whole revisions; ends only by its signal or with `store-rejected`. */
  watch(options: WatchOptions): AsyncIterable<WatchEvent>;
  /** Ends the watches; whatever is called later throws `store-rejected`. May be called twice. */
  close(): Promise<void>;
}
