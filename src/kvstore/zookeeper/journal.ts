/**
 * The journal: a node with the numbers of its entries, and below it one node for each commit. They
 * are in the encoding of the protocol, in which no text grows.
 */
import { randomBytes } from 'node:crypto';
import { type JournalChange, type JournalEntry, malformedJournal } from '../journal/entries.js';
import type { Revision } from '../store.js';
import type { NodePaths } from './paths.js';
import type { Connection } from './protocol/connection.js';
import { orAbsent } from './protocol/errors.js';
import { JuteReader, JuteWriter } from './protocol/jute.js';
import { multiRead } from './protocol/multi.js';
import { exists, getData, type Node, type Stat } from './protocol/requests.js';

/** What the node of the journal holds. */
export interface JournalHead {
  /** The numbers of its entries; `last` is less than `first` where there are none. */
  readonly first: number;
  readonly last: number;
  /** Of the entries together. */
  readonly bytes: number;
  /** The revision of the newest entry that was deleted; 0: there is none. */
  readonly trimmedUntil: Revision;
  /** That of the last commit. */
  readonly revision: Revision;
  /** Of the node; undefined: it does not exist. */
  readonly version: number | undefined;
  /** The transaction that created the node. */
  readonly createdBy: Revision;
}

/** An empty store is at the first revision: no commit has it, as a session comes before. */
const FIRST_REVISION = 1n;
const NO_JOURNAL: JournalHead = {
  first: 1,
  last: 0,
  bytes: 0,
  trimmedUntil: 0n,
  revision: FIRST_REVISION,
  version: undefined,
  createdBy: 0n,
};
/** The mark of the place before the first entry. */
const BEGINNING = 'beginning';
const FORMAT = 1;
const MARK_BYTES = 8;
/** An entry has up to one MiB. */
const PAGE_ENTRIES = 16;

/** Reads the node of the journal. Throws `store-rejected` for one that another program wrote. */
export function headOf(node: Node | undefined): JournalHead {
  if (node === undefined) return NO_JOURNAL;
  return readNode(node, (from) => {
    const [first, last, bytes] = [Number(from.long()), Number(from.long()), Number(from.long())];
    const { changedBy: revision, version, createdBy } = node.stat;
    return { first, last, bytes, trimmedUntil: from.long(), revision, version, createdBy };
  });
}

/** What `headOf` reads. */
export function encodeHead(
  head: Pick<JournalHead, 'first' | 'last' | 'bytes' | 'trimmedUntil'>,
): Buffer {
  const out = new JuteWriter().int(FORMAT).long(BigInt(head.first)).long(BigInt(head.last));
  return out.long(BigInt(head.bytes)).long(head.trimmedUntil).finish();
}

/** A new entry; `changes` undefined: they are too large to be kept. */
export function encodeEntry(changes: readonly JournalChange[] | undefined): Buffer {
  const out = new JuteWriter().int(FORMAT).buffer(randomBytes(MARK_BYTES));
  out.bool(changes !== undefined).int(changes?.length ?? 0);
  for (const { key, value, before } of changes ?? []) {
    out.text(key).buffer(value === undefined ? undefined : Buffer.from(value));
    out.buffer(before === undefined ? undefined : Buffer.from(before.value));
    out.long(before?.modRevision ?? 0n);
  }
  return out.finish();
}

function entryOf(node: Node): JournalEntry {
  return readNode(node, (from) => {
    const mark = from.buffer()?.toString('hex') ?? '';
    const isKept = from.bool();
    const changes = from.list(() => {
      const [key, value, old] = [from.text(), from.buffer(), from.buffer()];
      const modRevision = from.long();
      const before = old === undefined ? undefined : { value: old.toString(), modRevision };
      return { key, value: value?.toString(), before };
    });
    return { revision: node.stat.createdBy, mark, changes: isKept ? changes : undefined };
  });
}

function readNode<T>({ data }: Node, read: (from: JuteReader) => T): T {
  const from = new JuteReader(data ?? Buffer.alloc(0));
  try {
    if (from.int() === FORMAT) return read(from);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw malformedJournal(
    'another program wrote to it: delete the nodes below its prefix, and resync',
  );
}

/** The journal as one session shows it. */
export class JournalReader {
  readonly #connection: Connection;
  readonly #paths: NodePaths;

  constructor(connection: Connection, paths: NodePaths) {
    this.#connection = connection;
    this.#paths = paths;
  }

  /** `watched`: the session reports the next change of the journal. */
  async head(watched: 'watched' | 'unwatched' = 'unwatched'): Promise<JournalHead> {
    const { journal } = this.#paths;
    for (;;) {
      const node = await orAbsent(this.#connection.send(getData(journal, watched)));
      if (node !== undefined || watched === 'unwatched') return headOf(node);
      // Only this request watches for the creation of a node.
      const stat = await orAbsent(this.#connection.send(exists(journal, watched)));
      if (stat === undefined) return NO_JOURNAL;
    }
  }

  /**
   * The number of the last entry up to a revision; 0 or less: before all entries. Undefined: the
   * entries at this place were deleted.
   */
  async find(head: JournalHead, revision: Revision): Promise<number | undefined> {
    if (revision >= head.revision) return head.last;
    if (revision < head.trimmedUntil) return undefined;
    let [low, high] = [head.first - 1, head.last];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const stat = await this.stat(middle);
      // Deleted since the head was read, and so is everything before it.
      if (stat === undefined || stat.createdBy <= revision) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** What the server knows of an entry; undefined: it was deleted. */
  stat(number: number): Promise<Stat | undefined> {
    return orAbsent(this.#connection.send(exists(this.#paths.ofEntry(number))));
  }

  /** The mark of the place behind an entry; undefined: that entry was deleted. */
  async mark(number: number): Promise<string | undefined> {
    if (number === 0) return BEGINNING;
    const [entry] = await this.#read([number]);
    return entry?.mark;
  }

  /**
   * Up to `limit` entries after a number, oldest first; undefined where one of them was deleted.
   */
  async after(
    number: number,
    { last }: JournalHead,
    limit = PAGE_ENTRIES,
  ): Promise<readonly JournalEntry[] | undefined> {
    const entries: JournalEntry[] = [];
    const end = Math.min(last, number + limit);
    for (let next = number + 1; next <= end; next += PAGE_ENTRIES) {
      const count = Math.min(PAGE_ENTRIES, end - next + 1);
      const page = await this.#read(Array.from({ length: count }, (_, i) => next + i));
      for (const entry of page) {
        if (entry === undefined) return undefined;
        entries.push(entry);
      }
    }
    return entries;
  }

  async #read(numbers: readonly number[]): Promise<readonly (JournalEntry | undefined)[]> {
    const reads = numbers.map((number) => getData(this.#paths.ofEntry(number)));
    const nodes = await this.#connection.send(multiRead(reads));
    return nodes.map((node) => node && entryOf(node));
  }
}
