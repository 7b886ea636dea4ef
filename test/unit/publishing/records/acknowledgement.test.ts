import { describe, expect, test } from 'vitest';
import { MAX_ACKNOWLEDGEMENT_BYTES } from '../../../../src/kvstore/acknowledgements.js';
import { lsnFromBytes } from '../../../../src/model/lsn.js';
import {
  type Acknowledgement,
  type AppliedPosition,
  decodeAcknowledgement,
  encodeAcknowledgement,
  type NodeRefusal,
} from '../../../../src/publishing/records/acknowledgement.js';
import { sealed } from '../../../../src/publishing/records/sealed-text.js';

const applied: AppliedPosition = {
  writeId: 'd41d8cd9-8f00-4204-a980-0998ecf8427e',
  revision: 2n ** 63n - 1n,
  lsn: lsnFromBytes(0x16_b374_d848n),
  appliedAt: '2026-11-27T04:00:00.123Z',
};
const refused: NodeRefusal = { key: '/Index/1', reason: 'a column is missing' };
const ACKNOWLEDGEMENT: Acknowledgement = {
  name: 'node-1.example_5432',
  followerId: 'b1946ac9-2c1e-4f9b-9d0a-5a5c1d3f7e21',
  applied,
  refusal: refused,
  toolVersion: '0.1.0',
};

/** The text with another value of one field; undefined: without it. */
function withField(name: string, value: unknown): string {
  const { seal: _, ...fields } = JSON.parse(encodeAcknowledgement(ACKNOWLEDGEMENT));
  return sealed(JSON.stringify({ ...fields, [name]: value }));
}

describe('an acknowledgement', () => {
  test.each([
    ACKNOWLEDGEMENT,
    { ...ACKNOWLEDGEMENT, applied: undefined },
    { ...ACKNOWLEDGEMENT, refusal: undefined },
    { ...ACKNOWLEDGEMENT, refusal: { key: undefined, reason: '' } },
    { ...ACKNOWLEDGEMENT, name: 'a/ä"b_1' },
  ])('is read back as it was written: %o', (acknowledgement) => {
    const decoded = decodeAcknowledgement(encodeAcknowledgement(acknowledgement));
    expect(decoded).toEqual(acknowledgement);
  });

  test('that is altered, of another version, or of another state is none', () => {
    const text = encodeAcknowledgement(ACKNOWLEDGEMENT);
    const none = ['', 'null', '[]', '{}', text.slice(1), text.replace('/Index/1', '/Index/2')];
    none.push(withField('version', 2), withField('state', 'lost'), withField('state', undefined));
    for (const one of none) expect([one, decodeAcknowledgement(one)]).toEqual([one, undefined]);
  });

  test.each(['name', 'followerId', 'toolVersion'])(
    'whose %s is missing, long or not printable is none',
    (name) => {
      for (const value of [undefined, 1, 'a\u001b[2J', 'a\u202e', 'a\n', 'x'.repeat(513)]) {
        expect(decodeAcknowledgement(withField(name, value))).toBeUndefined();
      }
    },
  );

  test.each([
    ['writeId', 'a\u0000'],
    ['writeId', 'x'.repeat(65)],
    ['revision', '-1'],
    ['revision', '1'.repeat(21)],
    ['revision', undefined],
    ['lsn', 'x'],
    ['lsn', `${'F'.repeat(20)}/0`],
    ['appliedAt', 'now\u001b[31m'],
    ['appliedAt', undefined],
  ])('whose %s is %o shows no position', (name, value) => {
    const decoded = decodeAcknowledgement(withField(name, value));
    expect(decoded).toEqual({ ...ACKNOWLEDGEMENT, applied: undefined });
  });

  test('shows a key and a reason on one line, without control characters', () => {
    const refusal = { key: '/Config/\u001b]0;x\u0007', reason: 'a\nb \u202e##[error]c' };
    const safe = { key: '/Config/\\x1b]0;x\\x07', reason: 'a\\nb \\u202e#\\x23[error]c' };
    const own = decodeAcknowledgement(encodeAcknowledgement({ ...ACKNOWLEDGEMENT, refusal }));
    expect(own?.refusal).toEqual(safe);
    for (const name of ['key', 'reason'] as const) {
      const foreign = decodeAcknowledgement(withField(name, refusal[name]));
      expect(foreign?.refusal?.[name]).toBe(safe[name]);
    }
  });

  test.each(['x', '"', '\\', '\u001b', 'ä', '😀', '\u{e0041}'])(
    'fits however long a key and a reason of %o are',
    (character) => {
      const long = character.repeat(5_000);
      const name = 'n"'.repeat(256);
      const refusal = { key: long, reason: long };
      const text = encodeAcknowledgement({ ...ACKNOWLEDGEMENT, name, refusal });
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_ACKNOWLEDGEMENT_BYTES);
      const decoded = decodeAcknowledgement(text);
      expect(decoded).toMatchObject({ name, applied });
      expect(decoded?.refusal?.reason.length).toBeGreaterThan(190);
      expect(decoded?.refusal?.reason).not.toContain('\ufffd');
    },
  );

  test('that is longer is none, although it is sealed', () => {
    expect(decodeAcknowledgement(withField('more', 'x'.repeat(4_000)))).toBeUndefined();
    expect(decodeAcknowledgement(withField('more', 'x'))).toEqual(ACKNOWLEDGEMENT);
  });
});
