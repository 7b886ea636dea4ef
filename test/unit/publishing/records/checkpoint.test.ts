import { describe, expect, test } from 'vitest';
import { lsnFromBytes } from '../../../../src/model/lsn.js';
import {
  decodeCheckpoint,
  encodeCheckpoint,
} from '../../../../src/publishing/records/checkpoint.js';
import { sealed } from '../../../../src/publishing/records/sealed-text.js';
import { CHECKPOINT } from '../../../support/states/checkpoint.js';

const TRANSACTION = { commitLsn: '0/5A', xid: 5, committedAtUs: '1790000000000001' };

/** The text of a checkpoint with another value of one field; undefined: without it. */
function withField(name: string, value: unknown): string {
  const { seal: _, ...fields } = JSON.parse(encodeCheckpoint(CHECKPOINT));
  return sealed(JSON.stringify({ ...fields, [name]: value }));
}

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

  test.each([
    ['version', [undefined, '2', null]],
    ['writeId', [undefined, 1]],
    ['cluster', [undefined, null]],
    ['systemId', [undefined, 7]],
    ['timeline', [undefined, '1', -1, 1.5, 2 ** 53]],
    ['slot', [undefined, 1]],
    ['publication', [undefined, 1]],
    ['phase', [undefined, 'streams', '']],
    ['lsn', [undefined, 100, '64']],
    ['committedAt', [null, 1]],
    ['part', [null, '1', -1]],
    ['partOf', [null, 'other', [], { ...TRANSACTION, xid: undefined }]],
    ['barrier', [null, 1]],
    ['witness', [undefined, null, [], {}, TRANSACTION]],
    ['activation', [undefined, 1]],
    ['pending', [undefined, 'a', [1], ['a', null]]],
  ])('with a wrong %s is none, although its seal fits', (name, values) => {
    for (const value of values) expect(decodeCheckpoint(withField(name, value))).toBeUndefined();
  });

  test.each([
    ['commitLsn', [undefined, 90, '5A']],
    ['xid', [null, '5', -1, 0.5]],
    ['committedAtUs', [undefined, 1, '', 'x', '1.5', '9'.repeat(21)]],
  ])('with a wrong %s of a transaction is none', (name, values) => {
    for (const value of values) {
      const transaction = { ...TRANSACTION, [name]: value };
      const witness = { ...transaction, endLsn: '0/64' };
      expect(decodeCheckpoint(withField('witness', witness))).toBeUndefined();
      expect(decodeCheckpoint(withField('partOf', transaction))).toBeUndefined();
    }
  });

  test('may lack what was not seen, and may come from before 1970', () => {
    for (const name of ['committedAt', 'part', 'partOf', 'barrier']) {
      expect(decodeCheckpoint(withField(name, undefined))).toMatchObject({ writeId: 'w' });
    }
    const partOf = { ...TRANSACTION, committedAtUs: '-5' };
    expect(decodeCheckpoint(withField('partOf', partOf))?.partOf).toEqual({
      ...{ commitLsn: lsnFromBytes(90n), xid: 5, committedAtUs: -5n },
    });
    expect(decodeCheckpoint(withField('timeline', 0))).toMatchObject({ timeline: 0 });
  });

  test('of an unknown version is refused', () => {
    const text = sealed('{"version":3}');
    expect(() => decodeCheckpoint(text)).toThrow(
      expect.objectContaining({ code: 'store-rejected' }),
    );
  });
});
