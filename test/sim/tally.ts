/**
 * What all runs of the simulation have tried so far, kept beside the source: a file for each block
 * of seeds, so that several processes can run side by side.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './run.js';
import { field } from './scenario.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = join(ROOT, '.lenkwerk/sim');
/** Of the sources that this process has loaded. */
const commit = presentCommit();
export const BLOCK_SEEDS = 100;

/** What was tried, and what came of it. */
interface Tally {
  readonly seeds: number;
  readonly events: number;
  readonly revisions: number;
  readonly comparisons: number;
  readonly virtualHours: number;
  /** Seeds that broke a promise. */
  readonly failed: readonly number[];
}

export const NOTHING: Tally = {
  seeds: 0,
  events: 0,
  revisions: 0,
  comparisons: 0,
  virtualHours: 0,
  failed: [],
};

/** The tally after one more seed. */
export function added(tally: Tally, seed: number, outcome: Outcome): Tally {
  return {
    seeds: tally.seeds + 1,
    events: tally.events + outcome.events,
    revisions: tally.revisions + outcome.revisions,
    comparisons: tally.comparisons + outcome.comparisons,
    virtualHours: tally.virtualHours + outcome.virtualMs / 3_600_000,
    failed: outcome.violation === undefined ? tally.failed : [...tally.failed, seed],
  };
}

interface Block {
  readonly firstSeed: number;
  /** May be called again as the block goes on. */
  readonly keep: (tally: Tally) => void;
}

/** The next block that no process has claimed; it stays claimed, also when it is not finished. */
export function claimBlock(): Block {
  mkdirSync(FOLDER, { recursive: true });
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  for (
    let index = Math.max(-1, ...names.map((name) => Number.parseInt(name, 10))) + 1;
    ;
    index += 1
  ) {
    const path = join(FOLDER, `${String(index).padStart(6, '0')}.json`);
    if (!isClaimed(path)) continue;
    const keep = (tally: Tally) => {
      writeFileSync(path, `${JSON.stringify({ commit, ...tally })}\n`);
    };
    return { firstSeed: index * BLOCK_SEEDS + 1, keep };
  }
}

/** False: another process was faster. */
function isClaimed(path: string): boolean {
  try {
    writeFileSync(path, '{}\n', { flag: 'wx' });
    return true;
  } catch (error) {
    if (field(error, 'code') === 'EEXIST') return false;
    throw error;
  }
}

/** What all processes have tried, by the commit of the sources. */
export function readTallies(): ReadonlyMap<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.json'))) {
    const block: unknown = JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
    const of = field(block, 'commit');
    if (typeof of !== 'string') continue;
    tallies.set(of, sum(tallies.get(of) ?? NOTHING, block));
  }
  return tallies;
}

function sum(tally: Tally, block: unknown): Tally {
  const numberOf = (name: string) => Number(field(block, name) ?? 0);
  const failed = field(block, 'failed');
  return {
    seeds: tally.seeds + numberOf('seeds'),
    events: tally.events + numberOf('events'),
    revisions: tally.revisions + numberOf('revisions'),
    comparisons: tally.comparisons + numberOf('comparisons'),
    virtualHours: tally.virtualHours + numberOf('virtualHours'),
    failed: [...tally.failed, ...(Array.isArray(failed) ? failed.map(Number) : [])],
  };
}

/** With a plus where the sources differ from it. */
function presentCommit(): string {
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const changed = git('status', '--porcelain', 'src', 'test/sim').trim();
    return git('rev-parse', '--short', 'HEAD').trim() + (changed === '' ? '' : '+');
  } catch {
    return 'unknown';
  }
}
