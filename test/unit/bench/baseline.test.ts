import { expect, test } from 'vitest';
import { type Baseline, baselineOf, compare } from '../../bench/baseline.js';
import type { LineResult } from '../../bench/report.js';

const MACHINE = {
  system: 'linux x64',
  processor: 'one',
  cores: 2,
  node: 'v20.20.2',
  postgres: '15.9',
  etcd: '3.4.30',
};
const STARTED_AT = new Date('2026-01-02T03:04:05Z');

/** A plan that takes `value` ms beside a floor of 100 ms. */
function plan(value: number, peakMib: number): LineResult {
  const floor = { what: 'parse', value: 100 };
  return { ...timed('plan', 'plan: process', value), peaksMib: [peakMib - 1, peakMib], floor };
}

function timed(line: string, what: string, value: number): LineResult {
  return { line, what, unit: 'ms', value, samples: [value], peaksMib: [] };
}

function baselineFor(...results: readonly LineResult[]): Baseline {
  return baselineOf(results, { startedAt: STARTED_AT, machine: MACHINE });
}

const NO_DRIFT =
  'no drift: each ratio and peak is within 15 % of the baseline of 2026-01-02T03:04:05.000Z';

test('a baseline holds ratios and peaks, not times', () => {
  const growth: LineResult = { ...timed('scale', 'growth', 1.23456), unit: 'x' };
  expect(baselineFor(plan(150, 80), growth, timed('scale', 'time', 12))).toEqual({
    formatVersion: 1,
    startedAt: '2026-01-02T03:04:05.000Z',
    machine: MACHINE,
    figures: [
      { line: 'plan', what: 'plan: process', ratio: 1.5, peakMib: 80 },
      { line: 'scale', what: 'growth', ratio: 1.235, peakMib: null },
    ],
  });
});

test('a ratio to a floor that was not measured is that of a machine', () => {
  const floor = { what: 'elsewhere', value: 100, documented: true } as const;
  expect(baselineFor({ ...timed('plan', 'plan', 150), floor }).figures).toEqual([]);
});

test.each([
  ['the same', 150, 80],
  ['15 % more', 172.4, 92],
  ['15 % less', 127.6, 68.1],
])('%s is no drift', (_, value, peakMib) => {
  expect(compare(baselineFor(plan(150, 80)), [plan(value, peakMib)], MACHINE)).toEqual([NO_DRIFT]);
});

test.each([
  [180, 80, 'plan: process: ratio 1.8, 1.5 in the baseline (+20 %)'],
  [120, 80, 'plan: process: ratio 1.2, 1.5 in the baseline (-20 %)'],
  [150, 100, 'plan: process: peak of memory in MiB 100, 80 in the baseline (+25 %)'],
])('a ratio of %d : 100 and %d MiB drifted', (value, peakMib, said) => {
  expect(compare(baselineFor(plan(150, 80)), [plan(value, peakMib)], MACHINE)).toEqual([said]);
});

test('a peak that could not be read is a drift', () => {
  const [said] = compare(baselineFor(plan(150, 80)), [plan(150, Number.NaN)], MACHINE);
  expect(said).toBe('plan: process: peak of memory in MiB NaN, 80 in the baseline (NaN %)');
});

test('figures that only one of both has are reported, of the lines that ran', () => {
  const verify: LineResult = { ...plan(150, 80), line: 'verify', what: 'verify' };
  const renamed: LineResult = { ...plan(150, 80), what: 'plan: renamed' };
  expect(compare(baselineFor(plan(150, 80), verify), [renamed], MACHINE)).toEqual([
    'plan: renamed: in this run only',
    'plan: process: in the baseline only',
    NO_DRIFT,
  ]);
});

test('what the machine differs in is reported', () => {
  const now = { ...MACHINE, cores: 8, node: 'v24.0.0' };
  expect(compare(baselineFor(plan(150, 80)), [plan(150, 80)], now)).toEqual([
    'another machine: cores 8, 2 in the baseline',
    'another machine: node v24.0.0, v20.20.2 in the baseline',
    NO_DRIFT,
  ]);
});
