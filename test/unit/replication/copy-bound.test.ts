import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CopyBound,
  MAX_CHANGE_BYTES,
  MAX_LOGICAL_MESSAGE_BYTES,
} from '../../../src/replication/copy-bound.js';

const WAL_HEADER_BYTES = 25;

function message(type: string, body: Buffer): Buffer {
  const bytes = Buffer.alloc(5 + body.length);
  bytes.write(type, 0, 'latin1');
  bytes.writeUInt32BE(4 + body.length, 1);
  body.copy(bytes, 5);
  return bytes;
}

/** What the output plugin wrote, of this kind and length. */
function walData(kind: string, lengthBytes: number): Buffer {
  const body = Buffer.alloc(WAL_HEADER_BYTES + lengthBytes, 'x');
  body.write('w', 0, 'latin1');
  body.write(kind, WAL_HEADER_BYTES, 'latin1');
  return message('d', body);
}

/** As `x` four times. */
const OID = 0x78787878;

function passThrough(
  chunks: readonly Buffer[],
  isForeign = (_: number, _passed: Buffer) => false,
): Buffer {
  const passed: Buffer[] = [];
  const bound = new CopyBound(
    (bytes) => passed.push(bytes),
    (oid) => isForeign(oid, Buffer.concat(passed)),
  );
  for (const chunk of chunks) bound.push(chunk);
  return Buffer.concat(passed);
}

function cut(bytes: Buffer, lengths: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  let rest = bytes;
  for (const length of lengths) {
    chunks.push(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
  return [...chunks, rest];
}

const LONG = MAX_LOGICAL_MESSAGE_BYTES + 1;
const part = fc.oneof(
  fc.record({ kind: fc.constantFrom('M', 'B', 'I', 'U'), length: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constantFrom('M', 'I'), length: fc.constant(LONG) }),
);

test('everything but long logical messages is passed on, however it arrives', () => {
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 8 }),
      fc.array(fc.oneof(fc.integer({ min: 0, max: 70 }), fc.constant(LONG)), { maxLength: 30 }),
      (parts, lengths) => {
        const sent = [message('Z', Buffer.from('I'))];
        const wanted = [...sent];
        for (const { kind, length } of parts) {
          const bytes = walData(kind, length);
          sent.push(bytes);
          if (kind !== 'M' || length < LONG) wanted.push(bytes);
        }
        const passed = passThrough(cut(Buffer.concat(sent), lengths));
        expect(passed.equals(Buffer.concat(wanted))).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test.each(['I', 'U', 'D'])('a change %s that is too long is refused, if it is ours', (kind) => {
  const head = walData(kind, 5);
  const restBytes = MAX_CHANGE_BYTES + 2 - head.length;
  head.writeUInt32BE(MAX_CHANGE_BYTES + 1, 1);
  expect(() => passThrough([head])).toThrow('a change of a row has 268435458 bytes');
  // What was passed on before, and describes the relation, has arrived when it is judged.
  const [before, after] = [walData('R', 20), walData('C', 20)];
  const isForeign = (oid: number, passed: Buffer) => oid === OID && passed.equals(before);
  const chunks = [Buffer.concat([before, head]), Buffer.alloc(restBytes), after];
  expect(passThrough(chunks, isForeign).equals(Buffer.concat([before, after]))).toBe(true);
});

test('what else is too long is refused by its head, a keepalive of any content is not', () => {
  const head = walData('Y', 5);
  head.writeUInt32BE(MAX_CHANGE_BYTES + 1, 1);
  expect(() => passThrough([head])).toThrow('the server sent a message of 268435458 bytes');
  const error = message('E', Buffer.from('x'));
  error.writeUInt32BE(0xff_ff_ff_ff, 1);
  expect(() => passThrough([error])).toThrow('the server sent a message of 4294967296 bytes');
  const keepalive = message('d', Buffer.from('k12345678123456781'));
  expect(passThrough([keepalive]).equals(keepalive)).toBe(true);
});

test('a message is passed on as soon as its bytes show that it may be', () => {
  const short = message('c', Buffer.alloc(0));
  expect(passThrough([short]).equals(short)).toBe(true);
  const longest = walData('M', MAX_LOGICAL_MESSAGE_BYTES - 5 - WAL_HEADER_BYTES);
  expect(passThrough([longest]).equals(longest)).toBe(true);
  const head = walData('I', 5);
  head.writeUInt32BE(MAX_CHANGE_BYTES - 1, 1);
  expect(passThrough([head]).equals(head)).toBe(true);
});

test('one that is passed over is known wherever its head is cut', () => {
  const [long, after] = [walData('M', LONG), walData('B', 1)];
  for (let length = 1; length <= 40; length += 1) {
    const chunks = cut(Buffer.concat([long, after]), [length]);
    expect(passThrough(chunks).equals(after), `cut at ${length}`).toBe(true);
  }
});

test('a logical message of four gigabytes is passed over without being held', () => {
  const head = walData('M', 5);
  head.writeUInt32BE(0xff_ff_ff_ff, 1);
  const chunk = Buffer.alloc(64 * 1024 * 1024, 'M');
  const after = walData('B', 1);
  const chunks = [head];
  let rest = 1 + 0xff_ff_ff_ff - head.length;
  for (; rest > 0; rest -= chunk.length) chunks.push(chunk.subarray(0, rest));
  expect(passThrough([...chunks, after]).equals(after)).toBe(true);
});
