import { describe, expect, it } from 'vitest';
import { formatLsn, laterLsn, lsnFromBytes, parseLsn, ZERO_LSN } from '../../../src/model/lsn.js';

describe('LSN', () => {
  it.each([
    ['0/0', 0n, '0/0'],
    ['16/B374D848', 0x16b374d848n, '16/B374D848'],
    ['00000016/b374d848', 0x16b374d848n, '16/B374D848'],
    ['0/00000001', 1n, '0/1'],
    ['1/0', 0x100000000n, '1/0'],
    ['FFFFFFFF/FFFFFFFF', 0xffffffffffffffffn, 'FFFFFFFF/FFFFFFFF'],
  ])('%s', (text, bytes, printed) => {
    expect(parseLsn(text)).toBe(bytes);
    expect(formatLsn(lsnFromBytes(bytes))).toBe(printed);
  });

  it('of two, the later one', () => {
    const [early, late] = [parseLsn('9/0'), parseLsn('10/0')];
    expect(laterLsn(early, late)).toBe(late);
    expect(laterLsn(late, early)).toBe(late);
  });

  it('compares as a number, where texts would not', () => {
    expect(parseLsn('9/0') < parseLsn('10/0')).toBe(true);
    expect(ZERO_LSN).toBe(0n);
  });

  it.each(['', '0', '/', '0/', '/0', '0/0/0', 'g/0', '123456789/0', '0/0 ', '-1/0'])(
    '%j is refused',
    (text) => {
      expect(() => parseLsn(text)).toThrow(/not an LSN/);
    },
  );
});
