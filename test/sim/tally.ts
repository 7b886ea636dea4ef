/** What all runs of the simulation have tried so far, kept beside the source. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { field } from './scenario.js';

const FOLDER = fileURLToPath(new URL('../../.lenkwerk', import.meta.url));
const PATH = join(FOLDER, 'sim.json');

export interface Tally {
  /** Where the next run begins. */
  readonly nextSeed: number;
  readonly seeds: number;
  readonly events: number;
  readonly revisions: number;
  readonly comparisons: number;
  readonly virtualHours: number;
  /** Seeds that broke a promise. */
  readonly failed: readonly number[];
  readonly counts: ReadonlyMap<string, number>;
}

const NOTHING: Tally = {
  nextSeed: 1,
  seeds: 0,
  events: 0,
  revisions: 0,
  comparisons: 0,
  virtualHours: 0,
  failed: [],
  counts: new Map(),
};

export function readTally(): Tally {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(PATH, 'utf8'));
  } catch {
    return NOTHING;
  }
  const numberOf = (name: string) => Number(field(value, name) ?? 0);
  const counts = field(value, 'counts');
  const failed = field(value, 'failed');
  return {
    nextSeed: Math.max(1, numberOf('nextSeed')),
    seeds: numberOf('seeds'),
    events: numberOf('events'),
    revisions: numberOf('revisions'),
    comparisons: numberOf('comparisons'),
    virtualHours: numberOf('virtualHours'),
    failed: Array.isArray(failed) ? failed.map(Number) : [],
    counts: new Map(
      typeof counts === 'object' && counts !== null
        ? Object.entries(counts).map(([name, count]) => [name, Number(count)])
        : [],
    ),
  };
}

export function writeTally(tally: Tally): void {
  mkdirSync(FOLDER, { recursive: true });
  const text = JSON.stringify({ ...tally, counts: Object.fromEntries(tally.counts) }, undefined, 2);
  writeFileSync(PATH, `${text}\n`);
}
