import { describe, expect, test } from 'vitest';
import { lsnFromBytes } from '../../../../src/model/lsn.js';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  sealed,
} from '../../../../src/publishing/records/checkpoint.js';
import { CHECKPOINT } from '../../../support/states/checkpoint.js';

describe('a checkpoint', () => {
  test('is read back as it was written', () => {
    expect(decodeCheckpoint(encodeCheckpoint(CHECKPOINT))).toEqual(CHECKPOINT);
    const full = { ...CHECKPOINT, part: 2, barrier: 'n', lsn: lsnFromBytes(2n ** 60n) };
    expect(decodeCheckpoint(encodeCheckpoint(full))).toEqual(full);
  });

  test('that is damaged is none', () => {
    const text = encodeCheckpoint(CHECKPOINT);
    const damaged = ['', 'null', '[]', '{}', text.slice(1), text.replace('stream', 'steam')];
    damaged.push(text.replace('0/64', 'x'), text.replace('"timeline":1', '"timeline":-1'));
    for (const broken of damaged)
      expect([broken, decodeCheckpoint(broken)]).toEqual([broken, undefined]);
  });

  test('is none with any one bit changed', () => {
    const text = encodeCheckpoint(CHECKPOINT);
    for (let at = 0; at < text.length; at += 1) {
      for (let bit = 1; bit < 0x80; bit *= 2) {
        const bytes = Buffer.from(text);
        bytes[at] = (bytes[at] ?? 0) ^ bit;
        expect(decodeCheckpoint(bytes.toString())).toBeUndefined();
      }
    }
  });

  test('of an unknown version is refused', () => {
    const text = sealed('{"version":2}');
    expect(() => decodeCheckpoint(text)).toThrow(
      expect.objectContaining({ code: 'store-rejected' }),
    );
  });
});
