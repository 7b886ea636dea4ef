/**
 * etcd's KV.Range as protobuf. Listings are the only answers that are large, and what etcd3 makes
 * of them, an object and seven values for each key, takes several times as long as the rest. The
 * messages: https://github.com/etcd-io/etcd/blob/main/api/etcdserverpb/rpc.proto and
 * https://github.com/etcd-io/etcd/blob/main/api/mvccpb/kv.proto, their encoding:
 * https://protobuf.dev/programming-guides/encoding/
 */
import protobuf, { type Reader } from 'protobufjs/minimal.js';
import type { Revision, StoredRecord } from '../store.js';

/** The path of the call. */
export const RANGE_METHOD = '/etcdserverpb.KV/Range';

/** A request for one page of keys, from `key` to before `range_end`. */
export interface RangeRequest {
  readonly key: Buffer;
  readonly range_end: Buffer;
  /** How many keys at most. */
  readonly limit: number;
  /** undefined: the newest. */
  readonly revision: Revision | undefined;
}

/** The numbers of the fields in those files. */
const REQUEST = { key: 1, rangeEnd: 2, limit: 3, revision: 4 } as const;
const ANSWER = { header: 1, keyValue: 2, more: 3 } as const;
const HEADER = { clusterId: 1, revision: 3 } as const;
const KEY_VALUE = { key: 1, modRevision: 3, value: 5 } as const;

/** A tag is the number of a field and, in these bits, the type of the value that follows. */
const WIRE_TYPE_BITS = 3;
const WIRE_TYPE_MASK = 0b111;
const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** The request as etcd reads it. */
export function encodeRangeRequest({ key, range_end, limit, revision }: RangeRequest): Buffer {
  const message = protobuf.Writer.create()
    .uint32(tag(REQUEST.key, LENGTH_DELIMITED))
    .bytes(key)
    .uint32(tag(REQUEST.rangeEnd, LENGTH_DELIMITED))
    .bytes(range_end)
    .uint32(tag(REQUEST.limit, VARINT))
    .int64(limit)
    .uint32(tag(REQUEST.revision, VARINT))
    .int64(String(revision ?? 0n))
    .finish();
  return Buffer.from(message);
}

function tag(field: number, wireType: number): number {
  return (field << WIRE_TYPE_BITS) | wireType;
}

/** Reads an answer. Throws RangeError, or Error, for bytes that are no such message. */
export function decodeRangePage(bytes: Buffer): RangePage {
  return new RangePage(bytes);
}

/** One answer to a range request; keys and values are decoded when they are read. */
export class RangePage {
  readonly clusterId: string;
  /** The revision of the store when it answered. */
  readonly revision: Revision;
  /** Keys follow behind this page. */
  readonly more: boolean;
  readonly sizeBytes: number;
  readonly #keyValues: readonly Uint8Array[];

  constructor(bytes: Buffer) {
    const keyValues: Uint8Array[] = [];
    let clusterId = '0';
    let revision = 0n;
    let more = false;
    eachField(bytes, (field, reader) => {
      if (field === ANSWER.keyValue) keyValues.push(reader.bytes());
      else if (field === ANSWER.header) ({ clusterId, revision } = header(reader.bytes()));
      else if (field === ANSWER.more) more = reader.bool();
      else return false;
      return true;
    });
    this.clusterId = clusterId;
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
    const last = this.#keyValues.at(-1);
    return last === undefined ? undefined : Buffer.from(storedRecord(last).key);
  }

  /** In the order of the keys' bytes. */
  records(): readonly StoredRecord[] {
    return this.#keyValues.map(storedRecord);
  }
}

/** `read` reads the value of a known field; when it returns false, the field is skipped. */
function eachField(bytes: Uint8Array, read: (field: number, reader: Reader) => boolean): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const fieldTag = reader.uint32();
    if (!read(fieldTag >>> WIRE_TYPE_BITS, reader)) reader.skipType(fieldTag & WIRE_TYPE_MASK);
  }
}

function header(bytes: Uint8Array): { readonly clusterId: string; readonly revision: Revision } {
  let clusterId = '0';
  let revision = 0n;
  eachField(bytes, (field, reader) => {
    if (field === HEADER.clusterId) clusterId = reader.uint64().toString();
    else if (field === HEADER.revision) revision = BigInt(reader.int64().toString());
    else return false;
    return true;
  });
  return { clusterId, revision };
}

function storedRecord(bytes: Uint8Array): StoredRecord {
  let key = '';
  let value = '';
  let modRevision = 0n;
  eachField(bytes, (field, reader) => {
    if (field === KEY_VALUE.key) key = reader.string();
    else if (field === KEY_VALUE.value) value = reader.string();
    else if (field === KEY_VALUE.modRevision) modRevision = BigInt(Number(reader.int64()));
    else return false;
    return true;
  });
  return { key, value, modRevision };
}
