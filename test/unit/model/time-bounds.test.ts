import { describe, expect, it } from 'vitest';
import { boundaryAfter, compareTimestamps } from '../../../src/model/time-bounds.js';

const IN_ORDER = [
  '-infinity',
  '4713-01-01 00:00:00 BC',
  '0044-03-15 12:00:00 BC',
  '0044-03-15 12:00:01 BC',
  '0001-12-31 23:59:59 BC',
  '0001-01-01 00:00:00',
  '2026-11-23 10:00:00',
  '2026-11-23 10:00:00.000001',
  '2026-11-23 10:00:00.25',
  '2026-11-23 10:00:00.5',
  '2026-11-23 10:00:01',
  '9999-12-31 23:59:59.999999',
  '10000-01-01 00:00:00',
  '294276-12-31 23:59:59.999999',
  'infinity',
];

describe('compareTimestamps', () => {
  it('orders them all', () => {
    for (const [i, a] of IN_ORDER.entries()) {
      for (const [j, b] of IN_ORDER.entries()) {
        expect(Math.sign(compareTimestamps(a, b)), `${a} and ${b}`).toBe(Math.sign(i - j));
      }
    }
  });

  it.each(['', 'now', '2026-11-23', '2026-11-23T10:00:00Z', '2026-11-23 10:00:00+00'])(
    '%j is a defect',
    (text) => {
      expect(() => compareTimestamps(text, '2026-11-23 10:00:00')).toThrow(/assertion failed/);
    },
  );
});

describe('boundaryAfter', () => {
  it.each([
    ['2026-11-23 10:00:00', 1, '2026-11-23 12:00:00'],
    ['2026-11-23 10:59:59.999999', 1, '2026-11-23 12:00:00'],
    ['2026-11-23 10:30:00', 3, '2026-11-23 14:00:00'],
    ['2026-11-23 22:00:00', 1, '2026-11-24 00:00:00'],
    ['2026-11-30 23:00:00', 1, '2026-12-01 01:00:00'],
    ['2028-02-28 23:00:00', 1, '2028-02-29 01:00:00'],
    ['2026-12-31 23:30:00', 1, '2027-01-01 01:00:00'],
    ['2026-03-29 01:30:00', 1, '2026-03-29 03:00:00'],
    ['2026-11-23 10:30:00', 99999, '2038-04-21 02:00:00'],
  ])('%s and %i hours: %s', (now, hours, boundary) => {
    expect(boundaryAfter(now, hours)).toBe(boundary);
  });

  it.each(['infinity', '12026-01-01 00:00:00', '2026-13-01 00:00:00', '9999-12-31 23:00:00'])(
    '%s is a defect',
    (now) => {
      expect(() => boundaryAfter(now, 1)).toThrow(/assertion failed/);
    },
  );
});
