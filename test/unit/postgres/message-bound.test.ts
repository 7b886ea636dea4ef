import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  MAX_ANSWER_BYTES,
  MAX_MESSAGE_BYTES,
  MESSAGE_COST_BYTES,
  MessageBound,
} from '../../../src/postgres/message-bound.js';

/** A message whose length counts `bodyBytes`, of which as much as fits a test is there. */
function message(type: string, bodyBytes: number, present = bodyBytes): Buffer {
  const bytes = Buffer.alloc(5 + present, 'Z');
  bytes.write(type, 0, 'latin1');
  bytes.writeUInt32BE(4 + bodyBytes, 1);
  return bytes;
}

test('messages up to the limits pass, however they arrive', () => {
  const messages = fc.array(
    fc.record({ type: fc.constantFrom('D', 'C', 'Z', 'N', 'd'), size: fc.nat(40) }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(messages, fc.array(fc.nat(30), { maxLength: 40 }), (list, lengths) => {
      const bytes = Buffer.concat(list.map(({ type, size }) => message(type, size)));
      const bound = new MessageBound();
      let at = 0;
      for (const length of [...lengths, bytes.length]) {
        bound.push(bytes.subarray(at, at + length));
        at += length;
      }
      expect(bound.isReady).toBe(list.some(({ type }) => type === 'Z'));
      // At the start of a message, so that the next head is seen.
      expect(() => bound.push(message('D', MAX_MESSAGE_BYTES, 0))).toThrow(/more than is read/);
    }),
  );
});

test('the longest message passes, and one byte more does not', () => {
  new MessageBound().push(message('D', MAX_MESSAGE_BYTES - 5, 0));
  expect(() => new MessageBound().push(message('D', MAX_MESSAGE_BYTES - 4, 0))).toThrow(
    `a message of ${MAX_MESSAGE_BYTES + 1} bytes, more than is read`,
  );
});

test('rows are counted until the server is ready again', () => {
  const row = message('D', 16 * 1024 * 1024 - 5);
  const most = Math.floor(MAX_ANSWER_BYTES / (row.length + MESSAGE_COST_BYTES));
  const bound = new MessageBound();
  for (let i = 0; i < most; i++) bound.push(row);
  expect(() => bound.push(row)).toThrow(/an answer of \d+ bytes/);
  const other = new MessageBound();
  for (let i = 0; i < most - 1; i++) other.push(row);
  other.push(message('Z', 1));
  for (let i = 0; i < most; i++) other.push(row);
});

test.each([0, 3, 2 ** 32 - 1])('a length of %d is none', (length) => {
  const bytes = Buffer.alloc(5, 'R');
  bytes.writeUInt32BE(length, 1);
  expect(() => new MessageBound().push(bytes)).toThrow(/no message|more than is read/);
});

test('many short messages count as more than their bytes', () => {
  const rows = Buffer.concat(Array.from({ length: 1_000 }, () => message('D', 2)));
  const bound = new MessageBound();
  const pushAll = () => {
    for (let i = 0; i < 5_000; i += 1) bound.push(rows);
  };
  expect(pushAll).toThrow(/an answer of \d+ bytes/);
});
