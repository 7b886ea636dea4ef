import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { expect, test } from 'vitest';
import { decodeRangePage, encodeRangeRequest } from '../../../../src/kvstore/etcd/range-message.js';

function bytesField(field: number, value: Uint8Array): Buffer {
  return Buffer.from(
    protobuf.Writer.create()
      .uint32((field << 3) | 2)
      .bytes(value)
      .finish(),
  );
}

function integerField(field: number, value: bigint): Buffer {
  return Buffer.from(
    protobuf.Writer.create()
      .uint32(field << 3)
      .uint64(String(value))
      .finish(),
  );
}

/** Unknown fields of every type, as another version of etcd may add them. */
const ADDED = Buffer.concat([
  integerField(15, 2n ** 64n - 1n),
  bytesField(16, Buffer.from('later')),
  Buffer.from('89010102030405060708', 'hex'),
  Buffer.from('950101020304', 'hex'),
]);

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const text = fc.string({ unit: 'grapheme' });
const keyValue = fc.record({
  key: text,
  value: text,
  modRevision: fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }),
  lease: uint64,
});
const revision = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const head = fc.record({ id: uint64, revision, more: fc.boolean() });
type KeyValue = typeof keyValue extends fc.Arbitrary<infer Value> ? Value : never;

function keyValueMessage({ key, value, modRevision, lease }: KeyValue): Buffer {
  return Buffer.concat([
    bytesField(1, Buffer.from(key)),
    integerField(2, lease),
    integerField(3, modRevision),
    ADDED,
    // An empty value is left out, as every field that has its default.
    ...(value === '' ? [] : [bytesField(5, Buffer.from(value))]),
    integerField(6, lease),
  ]);
}

test('a page is read whatever it holds besides', () => {
  fc.assert(
    fc.property(fc.array(keyValue), head, (kvs, { id, more, ...answer }) => {
      const header = Buffer.concat([integerField(1, id), ADDED, integerField(3, answer.revision)]);
      const page = decodeRangePage(
        Buffer.concat([
          bytesField(1, header),
          ...kvs.map((kv) => bytesField(2, keyValueMessage(kv))),
          ...(more ? [integerField(3, 1n)] : []),
          ADDED,
        ]),
      );
      expect(page).toMatchObject({ clusterId: String(id), ...answer, more, keys: kvs.length });
      const records = kvs.map(({ key, value, modRevision }) => ({ key, value, modRevision }));
      expect(page.records()).toEqual(records);
      expect(page.records()).toEqual(records);
      expect(page.lastKey?.toString()).toBe(kvs.at(-1)?.key);
    }),
  );
});

test('a page that ends too early, or of another message, is refused', () => {
  const entry = { key: 'key', value: 'value', modRevision: 300n, lease: 0n };
  const message = bytesField(2, keyValueMessage(entry));
  const read = (bytes: Buffer) => () => decodeRangePage(bytes).records();
  for (let length = 1; length < message.length; length += 1) {
    expect(read(message.subarray(0, length))).toThrow(/^index out of range: /);
  }
  expect(read(Buffer.from([0x0b]))).toThrow(/^index out of range: /);
  expect(read(Buffer.alloc(64, 0xff))).toThrow(/^invalid/);
});

test('a request has the bytes that the library would send', () => {
  const request = { key: Buffer.from('/a'), range_end: Buffer.from('/b'), limit: 300 };
  const bytes = (revision: bigint | undefined) =>
    encodeRangeRequest({ ...request, revision }).toString('hex');
  expect(bytes(undefined)).toBe('0a022f6112022f6218ac022000');
  expect(bytes(2n ** 40n)).toBe('0a022f6112022f6218ac0220808080808020');
});
