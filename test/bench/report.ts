/** Results as text and as JSON. */
import type { Machine } from './machine.js';
import { type Goal, isMet, peakOf, type Result, ratioOf, type Unit } from './result.js';

export interface LineResult extends Result {
  /** The name that selects the line. */
  readonly line: string;
}

const HEADINGS = ['what', 'measured', 'from', 'to', 'memory', 'floor', 'ratio', 'goal', ''];

/**
 * Columns for a terminal, one result a row, remarks below. `from` and `to` are the least and the
 * greatest sample, `memory` is the peak of the largest of its processes.
 */
export function table(results: readonly LineResult[]): string {
  const rows = [HEADINGS, ...results.map(cells)];
  const widths = HEADINGS.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return `${[...lines, '', ...remarks(results)].join('\n')}\n`;
}

function cells(result: Result): string[] {
  const { what, unit, value, samples, floor, goal } = result;
  const ratio = ratioOf(result);
  const peakMib = peakOf(result);
  const isSpread = samples.length > 1;
  const met = isMet(result);
  const marks = { true: 'met', false: 'NOT MET', undefined: '' };
  return [
    what,
    quantity(value, unit),
    isSpread ? number(Math.min(...samples)) : '',
    isSpread ? number(Math.max(...samples)) : '',
    peakMib === undefined ? '' : quantity(peakMib, 'MiB'),
    floor === undefined ? '' : `${quantity(floor.value, unit)}${floor.documented ? '*' : ''}`,
    ratio === undefined ? '' : ratio.toFixed(2),
    goal === undefined ? '' : bound(goal, unit),
    marks[`${met}`],
  ];
}

function bound(goal: Goal, unit: Unit): string {
  const sign = goal.direction === 'at most' ? '<=' : '>=';
  return `${sign} ${goal.of === 'ratio' ? goal.bound : quantity(goal.bound, unit)}`;
}

function quantity(value: number, unit: Unit): string {
  return `${number(value)} ${unit}`;
}

function number(value: number): string {
  return value.toFixed(value >= 100 ? 0 : 2);
}

function remarks(results: readonly Result[]): string[] {
  const floors = results.flatMap(({ what, floor, note }) => [
    ...(floor === undefined ? [] : [`${what}: floor is ${floor.what}`]),
    ...(note === undefined ? [] : [`${what}: ${note}`]),
  ]);
  const documented = results.some(({ floor }) => floor?.documented === true);
  return documented ? [...floors, '* not measured here: a figure from elsewhere'] : floors;
}

interface Circumstances {
  readonly quick: boolean;
  readonly startedAt: Date;
  readonly machine: Machine;
}

export function json(results: readonly LineResult[], circumstances: Circumstances): string {
  const document = {
    formatVersion: 2,
    ...circumstances,
    results: results.map((result) => ({
      ...result,
      ratio: ratioOf(result) ?? null,
      peakMib: peakOf(result) ?? null,
      met: isMet(result) ?? null,
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
