import { expect, test } from 'vitest';
import { timesPicture, windowStart } from '../../../../src/rendering/html/times.js';

const now = '2026-11-27 02:31:10';
const from = windowStart(now, 3) ?? '';
const boundary = '2026-11-27 05:00:00';

function barsOf(rows: readonly (readonly [string, string, string])[]): string {
  const timed = rows.map(([address, validFrom, validUntil]) => ({
    address,
    validFrom,
    validUntil,
  }));
  const moments = [
    { name: 'now', at: now },
    { name: 'boundary', at: boundary },
  ];
  return timesPicture({ rows: timed, from, now, moments })?.toString() ?? 'nothing';
}

test('a bar shows since when and until when a row holds', () => {
  const picture = barsOf([
    ['dimension//a', '-infinity', 'infinity'],
    ['dimension//b', boundary, 'infinity'],
    ['index/c', '2020-01-01 00:00:00', boundary],
    ['index/d', '2020-01-01 00:00:00', '2026-11-27 01:00:00.5'],
    ['index/e', '2026-12-24 18:00:00', 'infinity'],
  ]);
  const bars = [...picture.matchAll(/class="bar (\w+)" x="([\d.]+)%" width="([\d.]+)%"/g)];
  expect(bars.map(([, ...of]) => of)).toEqual([
    ['present', '0.00', '100.00'],
    ['coming', '50.00', '50.00'],
    ['leaving', '0.00', '50.00'],
    ['history', '0.00', '16.67'],
  ]);
  const notes = [...picture.matchAll(/dx="8">([^<]*)</g)].map(([, note]) => note);
  expect(notes).toEqual(['', 'from 05:00', 'ends 05:00', 'ended 01:00', 'from 2026-12-24 18:00']);
  expect(picture).toContain('>now 02:31</text>');
  expect(picture).toContain('>boundary 05:00</text>');
  expect(picture).toContain('from 2026-11-26 23:00 to 2026-11-27 11:00.');
});

test('times that no clock has are at an end, and names are text', () => {
  const picture = barsOf([
    ['<script>', '0044-03-15 00:00:00 BC', '12026-01-01 00:00:00'],
    ['x', '2026-11-27 02:99:99', 'infinity'],
  ]);
  expect(picture).not.toMatch(/<script|NaN/);
  expect(picture).toContain('&lt;script&gt;');
});

test.each([
  'infinity',
  '-infinity',
  '0044-03-15 00:00:00 BC',
  '2026-99-01 00:00:00',
  '9999-12-31 23:00:00',
])('there is no window at %s', (at) => {
  expect(windowStart(at, 3)).toBeUndefined();
});

test('without rows there is no picture, and of many the rest is counted', () => {
  expect(barsOf([])).toBe('nothing');
  const many = Array.from({ length: 250 }, (_, i) => [`index/${i}`, now, 'infinity'] as const);
  expect(barsOf(many)).toContain('and 50 more');
});
