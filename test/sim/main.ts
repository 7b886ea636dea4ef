/**
 * `npm run sim -- [--seeds N] [--minutes N]`: scenarios of new seeds, until the first that breaks a
 * promise; goes on where the last run stopped, and sums up what all runs have tried; several may
 * run side by side. A scenario that fails is shrunk, printed step by step and kept in found/.
 *
 * `--short N [--from N]`: N seeds, one failure of each kind that lasts, and all of found/, without
 * leaving anything behind; also fails where a fault never happened or the same seed gave another
 * trace. `--seed N [--shrink]`, `--scenario FILE`: one, with its trace. `--from N`: begin there,
 * and do not stop at a failure.
 * `--first N --breaks PROMISE,...`: at most so many; the last line is the first failure of those
 * promises as JSON. With `--scenario` it is any failure.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { installVirtualTime } from './clock/virtual-time.js';
import { Coverage } from './coverage.js';
import { keep, readFound } from './found.js';
import { generate, lastingScenarios } from './generate.js';
import type { Violation } from './oracle/rules.js';
import { REAL_SCENARIOS, runReal } from './real/scenarios.js';
import { SimulatedDriver } from './real/simulated-driver.js';
import { type Outcome, runScenario } from './run.js';
import { field, parseScenario, type Scenario } from './scenario.js';
import { shrink } from './shrink.js';
import { added, BLOCK_SEEDS, claimBlock, NOTHING, readTallies } from './tally.js';

const DEFAULT_SEEDS = 1_000;
/** Every so many seeds one is run twice. */
const TWICE = 20;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    minutes: { type: 'string' },
    short: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string' },
    first: { type: 'string' },
    breaks: { type: 'string', default: '' },
    scenario: { type: 'string' },
    shrink: { type: 'boolean', default: false },
  },
});

// The clock of the world does not measure how long this takes.
const hrtime = process.hrtime.bigint;
const started = hrtime();
const elapsedMs = () => Number(hrtime() - started) / 1e6;

const coverage = new Coverage();

installVirtualTime();
// Of the errors of a world only the message is used.
Error.stackTraceLimit = 0;
process.on('unhandledRejection', (error) => {
  console.error('a rejection that nothing handles', error);
  process.exit(3);
});

let failures = 0;
if (values.seed !== undefined) await showSeed(Number(values.seed));
else if (values.scenario !== undefined) await showFile(values.scenario);
else if (values.short !== undefined) await runShort(Number(values.short));
else if (values.first !== undefined) await findFirst(Number(values.first));
else if (values.from !== undefined) await survey(Number(values.from), Number(values.seeds ?? 100));
else await runNew();
// A pipe may not have taken everything yet.
process.stdout.write('', () => process.exit(failures === 0 ? 0 : 1));

/** New seeds, which no run has tried. */
async function runNew(): Promise<void> {
  const deadlineMs = Number(values.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
  const defaultSeeds = values.minutes === undefined ? DEFAULT_SEEDS : Number.POSITIVE_INFINITY;
  const count = Number(values.seeds ?? defaultSeeds);
  const isOver = (done: number) => done >= count || elapsedMs() >= deadlineMs || failures > 0;
  let done = 0;
  while (!isOver(done)) {
    const { firstSeed, keep } = claimBlock();
    let tally = NOTHING;
    for (let seed = firstSeed; seed < firstSeed + BLOCK_SEEDS && !isOver(done); seed += 1) {
      const outcome = await runScenario(generate(seed));
      tally = added(tally, seed, outcome);
      done += 1;
      if (outcome.violation !== undefined) await explain(seed, outcome.violation);
    }
    keep(tally);
  }
  console.log(`${done} seeds, ${(done / (elapsedMs() / 1000)).toFixed(1)} a second`);
  for (const [commit, tally] of readTallies()) {
    console.log(
      `all runs of ${commit}: ${tally.seeds} seeds, ${Math.round(tally.virtualHours)} hours of ` +
        `virtual time, ${tally.revisions} revisions, ${tally.comparisons} of them compared with ` +
        `the tables, ${tally.failed.length} failed ${tally.failed.join(' ')}`,
    );
  }
}

/** Prints the trace of a small scenario that breaks the same rule, and keeps it. */
async function explain(seed: number, { rule, text }: Violation): Promise<void> {
  failures += 1;
  console.log(`seed ${seed} breaks ${rule}: ${text}`);
  const { scenario, runs } = await shrink(generate(seed), rule);
  const { lines } = await runScenario(scenario, true);
  const path = keep(`seed-${seed}`, { fault: 'new', about: text, breaks: rule, scenario });
  console.log(lines.join('\n'));
  console.log(`after ${runs} smaller ones ${scenario.steps.length} steps are left: ${path}`);
}

async function runShort(count: number): Promise<void> {
  let [events, revisions, comparisons] = [0, 0, 0];
  const from = Number(values.from ?? 1);
  for (let seed = from; seed < from + count; seed += 1) {
    const outcome = await runScenario(generate(seed));
    coverage.add(outcome);
    events += outcome.events;
    revisions += outcome.revisions;
    comparisons += outcome.comparisons;
    if (outcome.violation !== undefined) {
      const { lines } = await runScenario(generate(seed), true);
      console.log(lines.join('\n'));
      fail(`seed ${seed} breaks ${outcome.violation.rule}: ${outcome.violation.text}`);
    }
    if (seed % TWICE === 0) {
      const again = await runScenario(generate(seed));
      if (again.digest !== outcome.digest) fail(`seed ${seed} gave two traces`);
    }
  }
  // A later part of the seeds need not meet everything by itself.
  if (from === 1) for (const name of coverage.missing()) fail(`never happened: ${name}`);
  await runLasting();
  await runFound();
  await runRealOnes();
  const rate = (count / (elapsedMs() / 1000)).toFixed(1);
  console.log(
    `${count} seeds, ${rate} a second: ${events} events, ${revisions} revisions, ` +
      `${comparisons} of them compared with the tables; ${failures} failures`,
  );
}

async function runLasting(): Promise<void> {
  for (const scenario of lastingScenarios()) {
    const { violation } = await runScenario(scenario);
    const kind = scenario.steps.find(({ forMs }) => forMs > 0)?.kind;
    if (violation !== undefined)
      fail(`a lasting ${kind} breaks ${violation.rule}: ${violation.text}`);
  }
}

/** A mended fault must not come back; one that is not mended has to be seen. */
async function runFound(): Promise<void> {
  for (const [name, { breaks, scenario }] of readFound()) {
    const { violation } = await runScenario(scenario);
    if (violation?.rule !== breaks) {
      fail(`found/${name} breaks ${violation?.rule}, not ${breaks}: ${violation?.text}`);
    }
  }
}

/** Those that test/integration runs on real servers. */
async function runRealOnes(): Promise<void> {
  for (const [name, scenario] of Object.entries(REAL_SCENARIOS)) {
    const driver = new SimulatedDriver(1);
    await runReal(driver, scenario).catch((error: unknown) => fail(`${name}: ${String(error)}`));
  }
}

function fail(text: string): void {
  failures += 1;
  console.log(text);
}

/** Which rules the seeds break, and how often. */
async function survey(from: number, count: number): Promise<void> {
  const found = new Map<string, number[]>();
  for (let seed = from; seed < from + count; seed += 1) {
    const { violation } = await runScenario(generate(seed));
    if (violation === undefined) continue;
    console.log(`seed ${seed} breaks ${violation.rule}: ${violation.text}`);
    found.set(violation.rule, [...(found.get(violation.rule) ?? []), seed]);
  }
  for (const [rule, seeds] of found) console.log(`${rule}: ${seeds.length} of ${count}`);
  failures = found.size;
}

async function findFirst(count: number): Promise<void> {
  let found: object = {};
  const promises = values.breaks.split(',');
  for (let seed = 1; seed <= count && failures === 0; seed += 1) {
    const { violation } = await runScenario(generate(seed));
    if (violation === undefined || !promises.includes(violation.rule)) continue;
    failures += 1;
    found = { seed, ...violation };
  }
  console.log(JSON.stringify(found));
}

async function showSeed(seed: number): Promise<void> {
  const scenario = generate(seed);
  const { violation } = await show(scenario);
  if (violation !== undefined && values.shrink) await explain(seed, violation);
}

async function showFile(path: string): Promise<void> {
  const scenario = parseScenario(field(JSON.parse(readFileSync(path, 'utf8')), 'scenario'));
  const { violation } = await show(scenario);
  if (values.breaks !== '') console.log(JSON.stringify(violation ?? {}));
}

async function show(scenario: Scenario): Promise<Outcome> {
  const outcome = await runScenario(scenario, true);
  console.log(outcome.lines.join('\n'));
  const { violation } = outcome;
  if (violation === undefined) console.log(`all promises hold; trace ${outcome.digest}`);
  else fail(`${violation.rule}: ${violation.text}`);
  return outcome;
}
