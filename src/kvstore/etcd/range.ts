import { assert, LenkwerkError } from '../../model/errors.js';
import { isAcknowledgement } from '../acknowledgements.js';
import { prefixBounds, revisionGone, sortedByBytes } from '../driver-kit.js';
import type { Revision, StoredRecord, StoreSnapshot } from '../store.js';
import { isAnswerTooLong, isOutOfRange } from './connection/errors.js';
import type { EtcdEndpoints } from './connection/failover.js';
import type { RangePage, RangeRequest } from './range-message.js';

/**
 * The first page is small, since the size of the values is not known yet. Then fewer pages are
 * better: for each of them etcd counts all keys that are left.
 */
const FIRST_PAGE_KEYS = 100;
const MAX_PAGE_KEYS = 20_000;
const PAGE_GROWTH = 30;
const TARGET_PAGE_BYTES = 4 * 1024 * 1024;
/** How often a listing starts again because the store was compacted meanwhile. */
const MAX_LISTINGS = 3;

const ZERO = Buffer.from([0]);

/** A range of keys, as etcd's requests hold it: from `key` to before `range_end`. */
export interface KeyRange {
  readonly key: Buffer;
  readonly range_end: Buffer;
}

/**
 * The range of all keys that start with `prefix`; an empty prefix means every key, which etcd
 * writes as a zero byte twice. https://etcd.io/docs/v3.5/learning/api/#key-ranges
 */
export function prefixRange(prefix: string): KeyRange {
  if (prefix === '') return { key: ZERO, range_end: ZERO };
  const { start, end } = prefixBounds(prefix);
  return { key: start, range_end: end };
}

/** A snapshot, and the cluster that it was read from. */
interface StoreListing extends StoreSnapshot {
  readonly clusterId: string;
}

/**
 * All keys under the prefixes at one revision: the given one, or the newest (linearizable), in
 * pages that run ahead of the decoding. Throws `inconclusive` when the given revision has been
 * compacted or not been reached, else as EtcdEndpoints.anywhere does.
 */
export async function readEtcdRange(
  endpoints: EtcdEndpoints,
  prefixes: readonly string[],
  atRevision?: Revision,
): Promise<StoreListing> {
  for (let listing = 1; ; listing += 1) {
    try {
      return await listAll(endpoints, prefixes, atRevision);
    } catch (error) {
      if (!(error instanceof LenkwerkError) || !isOutOfRange(error.cause)) throw error;
      if (atRevision !== undefined) throw revisionGone(atRevision, error);
      if (listing === MAX_LISTINGS) throw compactedTooOften(prefixes, error);
    }
  }
}

function compactedTooOften(prefixes: readonly string[], cause: Error): LenkwerkError {
  const message = `list ${prefixes.join(' and ')}: compacted during each of ${MAX_LISTINGS} attempts`;
  return new LenkwerkError('store-unavailable', message, { cause, retryable: true });
}

/**
 * The first listing decides on the revision of the others, which are under way at the same time,
 * but for the last one: what is there beside the others shows that the store did not go back
 * meanwhile.
 */
async function listAll(
  endpoints: EtcdEndpoints,
  prefixes: readonly string[],
  atRevision: Revision | undefined,
): Promise<StoreListing> {
  const [prefix, ...others] = prefixes;
  assert(prefix !== undefined, 'a listing has a prefix');
  const first = await listOnce(endpoints, prefix, atRevision);
  const { revision, clusterId } = first;
  const list = async (other: string) =>
    [other, await listOnce(endpoints, other, revision)] as const;
  const middle = await Promise.all(others.slice(0, -1).map(list));
  const last = await Promise.all(others.slice(-1).map(list));
  const listings = new Map([[prefix, first], ...middle, ...last]);
  const records = sortedByBytes(prefixes, String).flatMap(
    (name) => listings.get(name)?.records ?? [],
  );
  return { revision, clusterId, records };
}

async function listOnce(
  endpoints: EtcdEndpoints,
  prefix: string,
  atRevision: Revision | undefined,
): Promise<StoreListing> {
  const records: StoredRecord[] = [];
  let first: RangePage | undefined;
  const revisionOf = (one?: RangePage) => atRevision ?? one?.revision;
  for await (const page of readPages(endpoints, prefix, revisionOf)) {
    first ??= page;
    for (const record of page.records()) if (!isAcknowledgement(record.key)) records.push(record);
  }
  assert(first !== undefined, 'a listing has a page');
  return { revision: atRevision ?? first.revision, records, clusterId: first.clusterId };
}

/**
 * The keys under a prefix, in pages; the next one is under way while one is used. `revisionOf` gets
 * the first page, and undefined for that itself; what it returns is read, the newest for undefined.
 * Throws as EtcdEndpoints.anywhere does.
 */
export async function* readPages(
  endpoints: EtcdEndpoints,
  prefix: string,
  revisionOf: (first?: RangePage) => Revision | undefined,
): AsyncGenerator<RangePage> {
  const { key, range_end } = prefixRange(prefix);
  const ask = (start: Buffer, limit: number, revision: Revision | undefined) =>
    askForLess(endpoints, prefix, { key: start, range_end, limit, revision });
  let page = await ask(key, FIRST_PAGE_KEYS, revisionOf());
  const revision = revisionOf(page);
  for (;;) {
    const next = page.more ? ask(keyAfter(page), nextPageKeys(page), revision) : undefined;
    next?.catch(() => {});
    yield page;
    if (next === undefined) return;
    page = await next;
  }
}

/** The values of a page may be far longer than those before: then it is asked for in parts. */
async function askForLess(
  endpoints: EtcdEndpoints,
  prefix: string,
  request: RangeRequest,
): Promise<RangePage> {
  for (let limit = request.limit; ; limit = Math.ceil(limit / PAGE_GROWTH)) {
    try {
      return await askTwice(endpoints, prefix, { ...request, limit });
    } catch (error) {
      const isTooLong = error instanceof LenkwerkError && isAnswerTooLong(error.cause);
      if (!isTooLong || limit <= 1) throw error;
    }
  }
}

/** Of a long listing one page that was late is asked for again, from a new connection. */
async function askTwice(
  endpoints: EtcdEndpoints,
  prefix: string,
  request: RangeRequest,
): Promise<RangePage> {
  const ask = () => endpoints.anywhere(`list ${prefix}`, (client) => client.readPage(request));
  try {
    return await ask();
  } catch (error) {
    if (error instanceof LenkwerkError && error.retryable) return await ask();
    throw error;
  }
}

function keyAfter({ lastKey }: RangePage): Buffer {
  assert(lastKey !== undefined, 'a page that is not the last one has keys');
  return Buffer.concat([lastKey, ZERO]);
}

function nextPageKeys({ keys, sizeBytes }: RangePage): number {
  const wanted = Math.floor(TARGET_PAGE_BYTES / Math.max(1, sizeBytes / keys));
  return Math.max(1, Math.min(wanted, keys * PAGE_GROWTH, MAX_PAGE_KEYS));
}
