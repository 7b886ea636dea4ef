/** Prepares the transaction of a commit from what the nodes held. */
import { CommitTooLarge } from '../../../model/errors.js';
import type { JournalChange } from '../../journal/entries.js';
import type { Revision } from '../../store.js';
import type { Ensemble } from '../ensemble.js';
import { encodeEntry, encodeHead, headOf, type JournalHead, JournalReader } from '../journal.js';
import type { ZookeeperLimits } from '../limits.js';
import type { Connection } from '../protocol/connection.js';
import { orAbsent } from '../protocol/errors.js';
import { multi } from '../protocol/multi.js';
import {
  type EncodedRequest,
  encoded,
  exists,
  type Node,
  type Request,
} from '../protocol/requests.js';
import { recordOf } from '../range.js';
import { type NodeChange, neededParents, nodeWrites } from './writes.js';

/** The journal lives in the memory of each server. */
const MAX_ENTRIES = 10_000;
const MAX_JOURNAL_BYTES = 32 * 1024 * 1024;
/** By so many entries, or bytes, it may be longer before some are trimmed. */
const TRIMMED_AT_ONCE = 32;
const TRIMMED_BYTES_AT_ONCE = 1024 * 1024;
/** So many parents are remembered. */
const MAX_PARENTS = 10_000;

/** What to write, by keys; undefined: the key is deleted. */
export type KeyChanges = ReadonlyMap<string, string | undefined>;

/** A key that changes. */
interface SeenRecord {
  readonly key: string;
  /** What to write; undefined: the key is deleted. */
  readonly value: string | undefined;
  readonly path: string;
  readonly node: Node | undefined;
}

/** What the nodes held when a transaction was prepared. */
export interface SeenNodes {
  readonly journal: Node | undefined;
  readonly records: readonly SeenRecord[];
}

/** The oldest entries of the journal, when it has grown too long. */
interface Outdated {
  readonly paths: readonly string[];
  /** The first that is kept. */
  readonly first: number;
  readonly bytes: number;
  readonly trimmedUntil: Revision;
}

/** The changes of nodes for those of keys. */
interface Changes {
  readonly nodes: readonly NodeChange[];
  readonly entry: readonly JournalChange[];
}

/** One transaction. */
interface PreparedCommit {
  /** Each fails where its node has changed. */
  readonly writes: readonly Request<void>[];
  /** All of them. */
  readonly request: EncodedRequest<bigint>;
  /** What becomes of the nodes that later commits change again: the journal's and the records'. */
  readonly kept: readonly NodeChange[];
}

/** Prepares the transactions of one store. */
export class Preparer {
  readonly #ensemble: Ensemble;
  readonly #limits: ZookeeperLimits;
  /** Nodes that exist, and need not be looked for; a mistake costs one attempt. */
  readonly #parents = new Set<string>();

  constructor(ensemble: Ensemble, limits: ZookeeperLimits) {
    this.#ensemble = ensemble;
    this.#limits = limits;
  }

  /** To be called after a transaction failed. */
  forget(): void {
    this.#parents.clear();
  }

  /** Throws CommitTooLarge, and what the session throws. */
  async prepare(connection: Connection, seen: SeenNodes): Promise<PreparedCommit> {
    const head = headOf(seen.journal);
    const wanted = changesOf(seen);
    const outdated = await this.#outdated(connection, head);
    const { paths, settings } = this.#ensemble;
    const added = (entry: Buffer): NodeChange => {
      return { path: paths.ofEntry(head.last + 1), node: undefined, data: entry };
    };
    const changed = (data: Buffer): readonly NodeChange[] => {
      return [{ path: paths.journal, node: seen.journal, data }, ...wanted.nodes];
    };
    const none = Buffer.alloc(0);
    const parents = neededParents([...changed(none), added(none)]);
    const missing = await this.#missing(connection, parents);
    const others = { missing, outdated: outdated.paths, acl: settings.acl };
    const withJournal = (entry: Buffer): PreparedCommit => {
      const { first, trimmedUntil } = outdated;
      const bytes = head.bytes - outdated.bytes + entry.length;
      const kept = changed(encodeHead({ first, last: head.last + 1, bytes, trimmedUntil }));
      const writes = nodeWrites([...kept, added(entry)], others);
      return { writes, kept, request: encoded(multi(writes)) };
    };
    const best = withJournal(encodeEntry(wanted.entry));
    if (best.request.bytes <= this.#limits.requestBytes) return best;
    // Watches list everything at such an entry.
    const short = withJournal(encodeEntry(undefined));
    const { bytes } = short.request;
    if (bytes <= this.#limits.requestBytes) return short;
    throw new CommitTooLarge(
      `a commit of ${bytes} bytes; the store takes ${this.#limits.requestBytes}`,
    );
  }

  /** Those of the nodes that do not exist. */
  async #missing(connection: Connection, paths: readonly string[]): Promise<readonly string[]> {
    if (this.#parents.size > MAX_PARENTS) this.#parents.clear();
    const unknown = paths.filter((path) => !this.#parents.has(path));
    const stats = await Promise.all(unknown.map((path) => orAbsent(connection.send(exists(path)))));
    return unknown.filter((path, index) => {
      if (stats[index] !== undefined) this.#parents.add(path);
      return stats[index] === undefined;
    });
  }

  /** None for most commits, since the look at entries is a further round trip. */
  async #outdated(connection: Connection, head: JournalHead): Promise<Outdated> {
    const { first, last, trimmedUntil } = head;
    const none = { paths: [], first, bytes: 0, trimmedUntil };
    const isLong = last - first + 1 >= MAX_ENTRIES + TRIMMED_AT_ONCE;
    const surplusBytes = head.bytes - MAX_JOURNAL_BYTES;
    if (!isLong && surplusBytes <= TRIMMED_BYTES_AT_ONCE) return none;
    const reader = new JournalReader(connection, this.#ensemble.paths);
    const numbers = Array.from({ length: TRIMMED_AT_ONCE }, (_, i) => first + i);
    const oldest = numbers.filter((number) => number < last);
    const stats = await Promise.all(oldest.map((number) => reader.stat(number)));
    return stats.reduce<Outdated>((outdated, stat) => {
      if (!isLong && outdated.bytes > surplusBytes) return outdated;
      const paths = stat === undefined ? [] : [this.#ensemble.paths.ofEntry(outdated.first)];
      return {
        paths: [...outdated.paths, ...paths],
        first: outdated.first + 1,
        bytes: outdated.bytes + (stat?.dataBytes ?? 0),
        trimmedUntil: stat?.createdBy ?? outdated.trimmedUntil,
      };
    }, none);
  }
}

function changesOf({ records }: SeenNodes): Changes {
  const nodes: NodeChange[] = [];
  const entry: JournalChange[] = [];
  for (const { key, value, path, node } of records) {
    const before = node && recordOf(key, node);
    if (value === undefined && before === undefined) continue;
    nodes.push({ path, node, data: value === undefined ? undefined : Buffer.from(value) });
    entry.push({ key, value, before });
  }
  return { nodes, entry };
}
