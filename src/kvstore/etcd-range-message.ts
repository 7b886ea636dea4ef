/**
 * etcd's KV.Range as protobuf. Listings are the only answers that are large, and what the library
 * makes of them, an object and seven values for each key, takes several times as long as the rest.
 */
import { bytesField, FieldReader, integerField } from './protobuf.js';
import type { Revision, StoredRecord } from './store.js';

export const RANGE_METHOD = '/etcdserverpb.KV/Range';

export interface RangeRequest {
  readonly key: Buffer;
  readonly range_end: Buffer;
  /** How many keys at most. */
  readonly limit: number;
  /** undefined: the newest. */
  readonly revision: Revision | undefined;
}

/** The numbers of the fields, from etcd's rpc.proto and kv.proto. */
const REQUEST = { key: 1, rangeEnd: 2, limit: 3, revision: 4 } as const;
const ANSWER = { header: 1, keyValue: 2, more: 3 } as const;
const HEADER = { clusterId: 1, revision: 3 } as const;
const KEY_VALUE = { key: 1, modRevision: 3, value: 5 } as const;

export function encodeRangeRequest({ key, range_end, limit, revision }: RangeRequest): Buffer {
  return Buffer.concat([
    bytesField(REQUEST.key, key),
    bytesField(REQUEST.rangeEnd, range_end),
    integerField(REQUEST.limit, BigInt(limit)),
    integerField(REQUEST.revision, revision ?? 0n),
  ]);
}

export function decodeRangePage(bytes: Buffer): RangePage {
  return new RangePage(bytes);
}

/** One answer to a range request; the keys and values are decoded when they are asked for. */
export class RangePage {
  readonly clusterId: string;
  /** Of the store as a whole when it answered. */
  readonly revision: Revision;
  /** There are keys behind this page. */
  readonly more: boolean;
  readonly sizeBytes: number;
  readonly #keyValues: readonly FieldReader[];

  constructor(bytes: Buffer) {
    const keyValues: FieldReader[] = [];
    let clusterId = 0n;
    let revision = 0n;
    let more = false;
    for (const fields = new FieldReader(bytes); fields.next(); ) {
      if (fields.field === ANSWER.keyValue) keyValues.push(fields.message());
      else if (fields.field === ANSWER.header) [clusterId, revision] = header(fields.message());
      else if (fields.field === ANSWER.more) more = fields.integer() !== 0;
      else fields.skip();
    }
    this.clusterId = String(clusterId);
    this.revision = revision;
    this.more = more;
    this.sizeBytes = bytes.length;
    this.#keyValues = keyValues;
  }

  get keys(): number {
    return this.#keyValues.length;
  }

  /** undefined: the page is empty. */
  get lastKey(): Buffer | undefined {
    const fields = this.#keyValues.at(-1)?.again();
    while (fields?.next()) {
      if (fields.field === KEY_VALUE.key) return fields.bytes();
      fields.skip();
    }
    return undefined;
  }

  /** In the order of the keys' bytes. */
  records(): readonly StoredRecord[] {
    return this.#keyValues.map((keyValue) => storedRecord(keyValue.again()));
  }
}

/** The cluster's id and the revision. */
function header(fields: FieldReader): readonly [bigint, bigint] {
  let clusterId = 0n;
  let revision = 0n;
  while (fields.next()) {
    if (fields.field === HEADER.clusterId) clusterId = fields.uint64();
    else if (fields.field === HEADER.revision) revision = fields.uint64();
    else fields.skip();
  }
  return [clusterId, revision];
}

function storedRecord(fields: FieldReader): StoredRecord {
  let key = '';
  let value = '';
  let modRevision = 0n;
  while (fields.next()) {
    if (fields.field === KEY_VALUE.key) key = fields.text();
    else if (fields.field === KEY_VALUE.value) value = fields.text();
    else if (fields.field === KEY_VALUE.modRevision) modRevision = BigInt(fields.integer());
    else fields.skip();
  }
  return { key, value, modRevision };
}
