/** Mutants whose verdict is known, so that the tool itself is tried. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../support/house/source-files.js';
import { type Mutant, mutantsOf } from './mutants.js';
import { type TestsOf, testsOf } from './tests-of.js';
import { Trials } from './trial.js';

const TIMEOUT_MS = 120_000;
const TRIALS = new Trials();
afterAll(() => TRIALS.end(), TIMEOUT_MS);

const NO_TESTS: TestsOf = { near: [], far: [], simulated: false, onServers: [] };
const POSITIONS = ['test/unit/model/lsn.test.ts'];

function sourceOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function mutant(path: string, id: string): Mutant {
  const found = mutantsOf(path, sourceOf(path)).find((one) => one.id === id);
  if (found === undefined) throw new Error(`${path} has no mutant ${id}`);
  return found;
}

const LATER = mutant('src/model/lsn.ts', 'laterLsn: condition: one > other');
/** The loop over the digits does not move on. */
const ENDLESS = mutant('src/model/json.ts', 'withoutTrailingZeros: assignment: end -= 1;');

test('one that a test notices is killed, also after others', { timeout: TIMEOUT_MS }, async () => {
  const tests = { ...NO_TESTS, near: POSITIONS };
  const killed = { verdict: 'killed', by: POSITIONS[0] };
  expect(await TRIALS.run(LATER, tests)).toMatchObject(killed);
  const same = { ...LATER, text: sourceOf(LATER.path) };
  expect(await TRIALS.run(same, tests)).toMatchObject({ verdict: 'survived', by: undefined });
  expect(await TRIALS.run(LATER, tests)).toMatchObject(killed);
});

test('without that test it survives', { timeout: TIMEOUT_MS }, async () => {
  const others = { ...NO_TESTS, near: ['test/unit/model/json-pointer.test.ts'] };
  expect(await TRIALS.run(LATER, others)).toMatchObject({ verdict: 'survived' });
  expect(await TRIALS.run(LATER, NO_TESTS)).toMatchObject({ verdict: 'no test' });
  const later = { ...others, far: POSITIONS };
  expect(await TRIALS.run(LATER, later)).toMatchObject({ verdict: 'killed', by: POSITIONS[0] });
});

test('one that the types refuse is killed by them', { timeout: TIMEOUT_MS }, async () => {
  const refused = mutant(LATER.path, "parseLsn: text: 'invalid-input'");
  const tests = { ...NO_TESTS, near: ['test/unit/model/json-pointer.test.ts'] };
  expect(await TRIALS.run(refused, tests)).toMatchObject({ verdict: 'killed', by: 'the types' });
});

test('a loop without an end is a verdict, and ends', { timeout: TIMEOUT_MS }, async () => {
  const tests = { ...NO_TESTS, near: ['test/unit/model/json.test.ts'] };
  expect(await TRIALS.run(ENDLESS, tests)).toMatchObject({ verdict: 'timed out' });
  const positions = { ...NO_TESTS, near: POSITIONS };
  expect(await TRIALS.run(LATER, positions)).toMatchObject({ verdict: 'killed' });
});

test('the simulation notices', { timeout: TIMEOUT_MS }, async () => {
  const tests = { ...NO_TESTS, simulated: true };
  const lossy = mutant(
    'src/publishing/stream/batch.ts',
    'commit: call: last.set.absorb(set, this.#keySpace);',
  );
  expect(await TRIALS.run(lossy, tests)).toMatchObject({ verdict: 'killed', by: 'the simulation' });
});

test('tests are found by the imports, the nearest first', () => {
  expect(testsOf('src/model/lsn.ts').near).toContain(POSITIONS[0]);
  expect(testsOf('src/publishing/stream/batch.ts')).toMatchObject({
    near: expect.arrayContaining(['test/unit/publishing/stream/batch.test.ts']),
    simulated: true,
    onServers: expect.arrayContaining(['test/integration/publishing/agent/agent.test.ts']),
  });
  expect(testsOf('src/replication/copy-bound.ts').onServers).not.toContain(
    // It runs what was built.
    'test/integration/replication/copy-bound.test.ts',
  );
  expect(testsOf('src/kvstore/etcd/range.ts').onServers).toContain(
    'test/integration/kvstore/contract.test.ts',
  );
  expect(testsOf('src/kvstore/postgres/range.ts').onServers).not.toContain(
    'test/integration/kvstore/etcd/store.test.ts',
  );
});
