/** Listings: pages of keys with their values, and what was committed meanwhile from the journal. */
import { LenkwerkError } from '../../model/errors.js';
import {
  type FoundAcknowledgement,
  isAcknowledgement,
  MAX_ACKNOWLEDGEMENT_BYTES,
} from '../acknowledgements.js';
import { inconclusive, revisionGone } from '../driver-kit.js';
import { type JournalEntry, neededAfter, snapshotOf } from '../journal/entries.js';
import type { Revision, StoredRecord, StoreSnapshot } from '../store.js';
import { listOf, textOf, textsOf } from './connection/replies.js';
import type { RedisSession } from './connection/session.js';
import { type Position, readJournal, readPosition } from './journal.js';
import type { RedisLayout } from './layout.js';
import { READ } from './scripts.js';

/** How many keys of the database the server looks at in one request. */
const SCANNED_KEYS = 2_000;
const PAGE_BYTES = 4 * 1024 * 1024;
const KEYS_TOGETHER = 50;
/** Of a value that another program wrote; ours are shorter. */
const MAX_VALUE_BYTES = 16 * 1024 * 1024;
const MAX_LISTINGS = 3;

/** Where and what to list. */
interface RangeRequest {
  readonly session: RedisSession;
  readonly layout: RedisLayout;
  readonly prefixes: readonly string[];
  /** undefined: the newest. */
  readonly atRevision: Revision | undefined;
}

/** A snapshot, and the newest revision after it was read. */
interface RedisListing {
  readonly snapshot: StoreSnapshot;
  readonly end: Position;
}

/**
 * All keys under the prefixes at one revision. The pages are of many moments; the journal has what
 * was changed between them. Keys that other programs wrote are listed as well. Throws
 * `inconclusive` where the journal does not have what is needed, else as the session does.
 */
export async function readRedisRange(request: RangeRequest): Promise<RedisListing> {
  for (let listing = 1; ; listing += 1) {
    try {
      return await listOnce(request);
    } catch (error) {
      // More was committed meanwhile than the journal keeps.
      const isTrimmed = error instanceof LenkwerkError && error.code === 'inconclusive';
      if (!isTrimmed || request.atRevision !== undefined) throw error;
      if (listing === MAX_LISTINGS) {
        const message = `list ${request.prefixes.join(' and ')}: ${error.message}`;
        throw new LenkwerkError('store-unavailable', message, { cause: error, retryable: true });
      }
    }
  }
}

async function listOnce(request: RangeRequest): Promise<RedisListing> {
  const { session, layout, atRevision } = request;
  const begin = await readPosition(session, layout);
  if (atRevision !== undefined && atRevision > begin.revision) throw revisionGone(atRevision);
  const records = await readRecords(request);
  const { entries, end } = await readEntries(request, begin);
  const listing = { begin: begin.revision, records, end: end.revision };
  return { snapshot: snapshotOf(listing, entries, request), end };
}

/** What `snapshotOf` needs, and proof that `begin` belongs to it. */
async function readEntries({ session, layout, ...wanted }: RangeRequest, begin: Position) {
  const needed = neededAfter({ begin: begin.revision }, wanted);
  const entries: JournalEntry[] = [];
  let end: Position | undefined;
  let at = { revision: needed, mark: needed === begin.revision ? begin.mark : undefined };
  do {
    const page = await readJournal(session, layout, at.revision);
    if (!page.isWhole) throw revisionGone(at.revision);
    if (at.mark !== undefined && at.mark !== page.mark) throw wentBack();
    end ??= page.position;
    for (const entry of page.entries) {
      at = entry;
      if (entry.revision <= end.revision) entries.push(entry);
    }
    if (page.entries.length === 0 && at.revision < end.revision) throw wentBack();
  } while (at.revision < end.revision);
  const passed = entries.find(({ revision }) => revision === begin.revision);
  if (needed < begin.revision && passed?.mark !== begin.mark) throw wentBack();
  return { entries, end };
}

function wentBack(): LenkwerkError {
  return inconclusive('the store went back to an earlier state while it was listed');
}

/** Of a key that changes meanwhile, any value or none. */
async function readRecords(request: RangeRequest): Promise<readonly StoredRecord[]> {
  const { session, prefixes } = request;
  const isWanted = (key: string) =>
    prefixes.some((prefix) => key.startsWith(prefix)) && !isAcknowledgement(key);
  const records: StoredRecord[] = [];
  for await (const keys of scanKeys(session, commonStart(prefixes))) {
    for await (const { key, value, revision = 0n } of readKeys(request, keys.filter(isWanted))) {
      if (value !== undefined) records.push({ key, value, modRevision: revision });
    }
  }
  return records;
}

/** What nodes report, below a folder; in no order. */
export async function* readReports(
  request: Pick<RangeRequest, 'session' | 'layout'>,
  folder: string,
): AsyncGenerator<FoundAcknowledgement> {
  for await (const keys of scanKeys(request.session, folder)) {
    const found = readKeys(request, keys, MAX_ACKNOWLEDGEMENT_BYTES);
    for await (const { key, value } of found) yield [key, value];
  }
}

/** Pages of the keys that begin so; the next one is under way while one is used. */
async function* scanKeys(session: RedisSession, start: string): AsyncGenerator<readonly string[]> {
  const pattern = `${literalPattern(start)}*`;
  const scan = async (cursor: string) => {
    const command = ['SCAN', cursor, 'MATCH', pattern, 'COUNT', String(SCANNED_KEYS)];
    const [next, keys] = listOf(await session.send('list the keys', command));
    return { next: textOf(next), keys: listOf(keys).map(textOf) };
  };
  let page = scan('0');
  for (;;) {
    const { next, keys } = await page;
    const isLast = next === '0';
    if (!isLast) {
      page = scan(next);
      page.catch(() => {});
    }
    yield keys;
    if (isLast) return;
  }
}

/** What the store has of a key. */
export interface FoundKey {
  readonly key: string;
  readonly value: string | undefined;
  /** Of the commit that wrote the key last; undefined: none has, or one deleted it. */
  readonly revision: Revision | undefined;
}

/** The keys in the same order, in as many requests as their values need; longer ones are none. */
export async function* readKeys(
  { session, layout }: Pick<RangeRequest, 'session' | 'layout'>,
  keys: readonly string[],
  maxValueBytes = MAX_VALUE_BYTES,
): AsyncGenerator<FoundKey> {
  let together = KEYS_TOGETHER;
  for (let start = 0; start < keys.length; ) {
    const rest = keys.slice(start);
    const args = [PAGE_BYTES, maxValueBytes, together].map(String);
    const call = { script: READ, keys: [layout.revisions, ...rest], args };
    const found = textsOf(await session.read('read keys', call));
    for (let i = 0; 2 * i + 1 < found.length; i += 1) {
      const [key = '', value, revision] = [rest[i], found[2 * i], found[2 * i + 1]];
      const number = typeof revision === 'string' ? BigInt(revision) : undefined;
      yield { key, value: value ?? undefined, revision: number };
    }
    const count = Math.max(found.length / 2, 1);
    // Of large values no more are read in the server than are sent.
    together = Math.min(count, KEYS_TOGETHER);
    start += count;
  }
}

/** With what all of them begin. */
function commonStart(prefixes: readonly string[]): string {
  const [first = '', ...others] = prefixes;
  let length = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}

/** https://redis.io/docs/latest/commands/keys/ */
function literalPattern(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&');
}
