/**
 * The ratios and peaks of memory of one run, kept in the repository, and how a later run differs.
 * Times are left out: they are those of a machine.
 */
import type { Machine } from './machine.js';
import type { LineResult } from './report.js';
import { peakOf, ratioOf } from './result.js';

/** Larger differences, in either direction, are reported. */
const DRIFT_SHARE = 0.15;

const QUANTITIES = ['ratio', 'peakMib'] as const;
type Quantity = (typeof QUANTITIES)[number];
const NAMES = { ratio: 'ratio', peakMib: 'peak of memory in MiB' } as const;

interface Figure {
  /** The line of the benchmark, and what it measured: together they name the figure. */
  readonly line: string;
  readonly what: string;
  /** To the floor of the same run; null where there is none that was measured. */
  readonly ratio: number | null;
  readonly peakMib: number | null;
}

export interface Baseline {
  readonly formatVersion: 1;
  readonly startedAt: string;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
}

/** The document that is kept. */
export function baselineOf(
  results: readonly LineResult[],
  run: { readonly startedAt: Date; readonly machine: Machine },
): Baseline {
  const startedAt = run.startedAt.toISOString();
  return { formatVersion: 1, startedAt, machine: run.machine, figures: figuresOf(results) };
}

/**
 * Returns one line for each difference: in the machine, a figure that only one of both has, a
 * figure that drifted; one line when none did. Only lines of the benchmark that ran are compared.
 */
export function compare(
  baseline: Baseline,
  results: readonly LineResult[],
  machine: Machine,
): readonly string[] {
  const figures = figuresOf(results);
  const ran = new Set(results.map(({ line }) => line));
  const before = new Map(baseline.figures.map((figure) => [keyOf(figure), figure]));
  const now = new Set(figures.map(keyOf));
  const drifts = figures.flatMap((figure) => driftsOf(before.get(keyOf(figure)), figure));
  return [
    ...machineDifferences(baseline.machine, machine),
    ...figures.filter((figure) => !before.has(keyOf(figure))).map(onlyIn('this run')),
    ...baseline.figures
      .filter((figure) => ran.has(figure.line) && !now.has(keyOf(figure)))
      .map(onlyIn('the baseline')),
    ...(drifts.length > 0 ? drifts : [noDrift(baseline)]),
  ];
}

function figuresOf(results: readonly LineResult[]): readonly Figure[] {
  return results
    .map((result) => ({
      line: result.line,
      what: result.what,
      ratio: rounded(comparableRatio(result)),
      peakMib: rounded(peakOf(result)),
    }))
    .filter(({ ratio, peakMib }) => ratio !== null || peakMib !== null);
}

/** A floor from elsewhere makes a time of it, a growth is a ratio by itself. */
function comparableRatio(result: LineResult): number | undefined {
  if (result.floor?.documented) return undefined;
  return result.unit === 'x' ? result.value : ratioOf(result);
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Number(value.toPrecision(4));
}

function keyOf({ line, what }: Figure): string {
  return `${line}\n${what}`;
}

function driftsOf(before: Figure | undefined, now: Figure): readonly string[] {
  return QUANTITIES.flatMap((quantity) => {
    const drift = driftOf(quantity, before, now);
    return drift === undefined ? [] : [`${now.what}: ${drift}`];
  });
}

function driftOf(quantity: Quantity, before: Figure | undefined, now: Figure): string | undefined {
  const [was, is] = [before?.[quantity] ?? null, now[quantity]];
  if (was === null || is === null) return undefined;
  const change = is / was - 1;
  if (Math.abs(change) <= DRIFT_SHARE) return undefined;
  const percent = `${change > 0 ? '+' : ''}${(change * 100).toFixed(0)} %`;
  return `${NAMES[quantity]} ${is}, ${was} in the baseline (${percent})`;
}

function noDrift({ startedAt }: Baseline): string {
  const share = `${DRIFT_SHARE * 100} %`;
  return `no drift: each ratio and peak is within ${share} of the baseline of ${startedAt}`;
}

function onlyIn(where: string): (figure: Figure) => string {
  return ({ what }) => `${what}: in ${where} only`;
}

function machineDifferences(before: Machine, now: Machine): readonly string[] {
  const was = new Map<string, unknown>(Object.entries(before));
  return Object.entries(now)
    .filter(([name, value]) => was.get(name) !== value)
    .map(([name, value]) => `another machine: ${name} ${value}, ${was.get(name)} in the baseline`);
}
