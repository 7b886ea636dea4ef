import type { IRangeResponse } from 'etcd3';
import { assert, LenkwerkError } from '../model/errors.js';
import type { EtcdEndpoints } from './etcd-client.js';
import { isOutOfRange } from './etcd-errors.js';
import { prefixBounds } from './prefix-range.js';
import type { Revision, StoredRecord, StoreSnapshot } from './store.js';

/** The first page is small, since nobody knows yet how large the values are. */
const FIRST_PAGE_KEYS = 100;
const MAX_PAGE_KEYS = 10_000;
const PAGE_GROWTH = 10;
const TARGET_PAGE_BYTES = 8 * 1024 * 1024;
/** How often a listing starts again because the store was compacted meanwhile. */
const MAX_LISTINGS = 3;

const ZERO = Buffer.from([0]);

export interface KeyRange {
  readonly key: Buffer;
  readonly range_end: Buffer;
}

/** The range of all keys that start with `prefix`; an empty prefix means every key. */
export function prefixRange(prefix: string): KeyRange {
  const { start, end } = prefixBounds(prefix);
  return end === undefined ? { key: ZERO, range_end: ZERO } : { key: start, range_end: end };
}

/** A snapshot, and the cluster that it is of. */
export interface StoreListing extends StoreSnapshot {
  readonly clusterId: string;
}

/**
 * All keys under `prefix` at one revision: the given one, or the newest (linearizable). Throws
 * `inconclusive` when the given revision has been compacted.
 */
export async function readEtcdRange(
  endpoints: EtcdEndpoints,
  prefix: string,
  atRevision?: Revision,
): Promise<StoreListing> {
  for (let listing = 1; ; listing += 1) {
    try {
      return await listOnce(endpoints, prefix, atRevision);
    } catch (error) {
      if (!(error instanceof LenkwerkError) || !isOutOfRange(error.cause)) throw error;
      if (atRevision !== undefined) throw revisionGone(atRevision, error);
      if (listing === MAX_LISTINGS) throw compactedTooOften(prefix, error);
    }
  }
}

function revisionGone(revision: Revision, cause: Error): LenkwerkError {
  const message = `the store cannot show revision ${revision}: compacted, or not reached yet`;
  return new LenkwerkError('inconclusive', message, { cause, retryable: true });
}

function compactedTooOften(prefix: string, cause: Error): LenkwerkError {
  const message = `list ${prefix}: compacted during each of ${MAX_LISTINGS} attempts`;
  return new LenkwerkError('store-unavailable', message, { cause, retryable: true });
}

async function listOnce(
  endpoints: EtcdEndpoints,
  prefix: string,
  atRevision: Revision | undefined,
): Promise<StoreListing> {
  const { key, range_end } = prefixRange(prefix);
  const records: StoredRecord[] = [];
  let start = key;
  let limit = FIRST_PAGE_KEYS;
  let revision = atRevision;
  for (;;) {
    const request = { key: start, range_end, limit, revision: String(revision ?? 0n) };
    const page = await endpoints.anywhere(`list ${prefix}`, (client) => client.kv.range(request));
    revision ??= BigInt(page.header.revision);
    const bytes = appendRecords(page, records);
    const last = page.kvs.at(-1);
    if (!page.more) return { revision, records, clusterId: page.header.cluster_id };
    assert(last !== undefined, 'a page that is not the last one has keys');
    start = Buffer.concat([last.key, ZERO]);
    limit = nextPageKeys(page.kvs.length, bytes);
  }
}

/** Returns the bytes of the page's keys and values. */
function appendRecords(page: IRangeResponse, records: StoredRecord[]): number {
  let bytes = 0;
  for (const { key, value, mod_revision } of page.kvs) {
    bytes += key.length + value.length;
    records.push({
      key: key.toString(),
      value: value.toString(),
      modRevision: BigInt(mod_revision),
    });
  }
  return bytes;
}

function nextPageKeys(keys: number, bytes: number): number {
  const wanted = Math.floor(TARGET_PAGE_BYTES / Math.max(1, bytes / keys));
  return Math.max(1, Math.min(wanted, keys * PAGE_GROWTH, MAX_PAGE_KEYS));
}
