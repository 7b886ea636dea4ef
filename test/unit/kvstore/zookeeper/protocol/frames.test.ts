import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader } from '../../../../../src/kvstore/zookeeper/protocol/frames.js';

const frameOf = (payload: Uint8Array) => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(payload.length);
  return Buffer.concat([length, payload]);
};

test('messages are found however they are cut', () => {
  const cut = fc.array(fc.nat(40), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 30 })), cut, (payloads, sizes) => {
      const reader = new FrameReader();
      let rest = Buffer.concat(payloads.map(frameOf));
      const found: Buffer[] = [];
      for (const size of [...sizes, rest.length]) {
        found.push(...reader.push(rest.subarray(0, size)));
        rest = rest.subarray(size);
      }
      found.push(...reader.push(rest));
      expect(found.map((one) => [...one])).toEqual(payloads.map((one) => [...one]));
    }),
  );
});

test.each([
  ['of 1 GiB', [0x40, 0, 0, 0]],
  ['of a negative length', [0xff, 0xff, 0xff, 0xff]],
])('a message %s is refused at its head', (_, bytes) => {
  const read = () => new FrameReader().push(Buffer.from(bytes));
  expect(read).toThrow(/^the server sent a message of \d+ bytes, more than is read$/);
});
