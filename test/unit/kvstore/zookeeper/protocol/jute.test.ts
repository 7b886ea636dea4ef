import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JuteReader, JuteWriter } from '../../../../../src/kvstore/zookeeper/protocol/jute.js';

test('fields have the bytes of the protocol', () => {
  const out = new JuteWriter().int(-1).long(-2n).bool(true).buffer(undefined);
  out.buffer(Buffer.from([7])).text('ä');
  const fields = ['ffffffff', 'fffffffffffffffe', '01', 'ffffffff', '0000000107', '00000002c3a4'];
  expect(out.finish().toString('hex')).toBe(fields.join(''));
});

type Field =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'long'; readonly value: bigint }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'buffer'; readonly value: string | undefined };

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.nat(5_000).map((n) => 'x€'.repeat(n)),
);
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ kind: fc.constant('int' as const), value: fc.integer() }),
  fc.record({
    kind: fc.constant('long' as const),
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  }),
  fc.record({ kind: fc.constant('bool' as const), value: fc.boolean() }),
  fc.record({ kind: fc.constant('text' as const), value: text }),
  fc.record({ kind: fc.constant('buffer' as const), value: fc.option(text, { nil: undefined }) }),
);

function write(out: JuteWriter, { kind, value }: Field): void {
  if (kind === 'int') out.int(value);
  else if (kind === 'long') out.long(value);
  else if (kind === 'bool') out.bool(value);
  else if (kind === 'text') out.text(value);
  else out.buffer(value === undefined ? undefined : Buffer.from(value));
}

function read(from: JuteReader, { kind }: Field): Field {
  if (kind === 'int') return { kind, value: from.int() };
  if (kind === 'long') return { kind, value: from.long() };
  if (kind === 'bool') return { kind, value: from.bool() };
  if (kind === 'text') return { kind, value: from.text() };
  return { kind, value: from.buffer()?.toString() };
}

test('what is written is read again, however long', () => {
  fc.assert(
    fc.property(fc.array(field), (fields) => {
      const out = new JuteWriter();
      for (const one of fields) write(out, one);
      const from = new JuteReader(out.finish());
      expect(fields.map((one) => read(from, one))).toEqual(fields);
      expect(from.isAtEnd).toBe(true);
    }),
  );
});

test('a message that ends too early is noticed in each field', () => {
  const out = new JuteWriter().long(1n).text('text').buffer(Buffer.alloc(3));
  const whole = out.finish();
  const readAll = (bytes: Buffer) => {
    const from = new JuteReader(bytes);
    return [from.long(), from.text(), from.buffer()];
  };
  expect(readAll(whole)).toEqual([1n, 'text', Buffer.alloc(3)]);
  for (let length = 0; length < whole.length; length += 1) {
    expect(() => readAll(whole.subarray(0, length))).toThrow(RangeError);
  }
});

test('a list of more items than a message holds is refused', () => {
  const from = new JuteReader(
    new JuteWriter()
      .int(2 ** 31 - 1)
      .int(1)
      .finish(),
  );
  expect(() => from.list(() => from.int())).toThrow(RangeError);
});
