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
    const { transaction } = CHECKPOINT.witness;
    for (const partOf of [transaction, 'repair' as const]) {
      const pending = ['b', 'c'];
      const lsn = lsnFromBytes(2n ** 60n);
      const full = { ...CHECKPOINT, part: 2, partOf, barrier: 'n', lsn, pending };
      expect(decodeCheckpoint(encodeCheckpoint(full))).toEqual(full);
    }
    const snapshot = { ...CHECKPOINT, witness: { endLsn: CHECKPOINT.lsn, transaction: undefined } };
    expect(decodeCheckpoint(encodeCheckpoint(snapshot))).toEqual(snapshot);
  });

  test('of version 1 is read, and names no history', () => {
    const former = sealed(
      JSON.stringify({
        ...{ version: 1, writeId: 'w', systemId: '7', timeline: 1, slot: 's', slotGeneration: 'g' },
        ...{ publication: 'p', phase: 'stream', lsn: '0/64', tables: {} },
      }),
    );
    const witness = { endLsn: lsnFromBytes(100n), transaction: undefined };
    expect(decodeCheckpoint(former)).toMatchObject({ version: 1, activation: '', witness });
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
    const text = sealed('{"version":3}');
    expect(() => decodeCheckpoint(text)).toThrow(
      expect.objectContaining({ code: 'store-rejected' }),
    );
  });
});
