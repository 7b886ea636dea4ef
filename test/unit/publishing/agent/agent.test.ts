/** What an agent does after a failure: the states it shows, what it logs, whom it calls. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ErrorCode, LenkwerkError, StoreForbidden } from '../../../../src/model/errors.js';
import { runAgent } from '../../../../src/publishing/agent/agent.js';
import { type AgentSetup, agentSetup } from '../../../../src/publishing/agent/context.js';
import { RecordRefused } from '../../../../src/publishing/stream/pieces.js';
import type { Logger } from '../../../../src/runtime/logger.js';
import { SILENT_STORE, scriptedDatabase } from '../../../support/agents/scripted.js';
import { waitFor } from '../../../support/wait.js';

const REFUSED = new RecordRefused('/Config/a', 9, new LenkwerkError('store-rejected', 'too large'));

let failures: Error[];
let failed: LenkwerkError[];
let opened: number;
let lines: string[];
let stop: AbortController;
let setup: AgentSetup;
let running: Promise<void>;

beforeEach(() => {
  [failures, failed, lines, opened] = [[], [], [], 0];
  stop = new AbortController();
  const at =
    (level: string): Logger['info'] =>
    (message, fields = {}) => {
      const { reason, waitMs } = fields;
      const why = reason instanceof Error ? reason.message : reason;
      lines.push([level, message, why, waitMs].filter((one) => one !== undefined).join(': '));
    };
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  setup = agentSetup({ database: failing(), logger }, 'default', '');
  running = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await running.catch(() => {});
});

/** One that fails in turn as the test has it; then with the last failure again. */
function failing() {
  return scriptedDatabase(async (before) => {
    throw failures[Math.min(before, failures.length - 1)] ?? new Error('no failure is given');
  });
}

function run(next: 'retry' | 'give up' = 'retry'): void {
  running = runAgent(setup, {
    withStore: (work) => {
      opened += 1;
      return work(SILENT_STORE);
    },
    onFailed: (error) => {
      failed.push(error);
      return next;
    },
    signal: stop.signal,
  });
}

function failure(code: ErrorCode, message: string, retryable = false): LenkwerkError {
  return new LenkwerkError(code, message, { retryable });
}

async function seen(line: string): Promise<void> {
  await waitFor(async () => lines.includes(line), { what: `the line ${line}`, timeoutMs: 5_000 });
}

test('it begins again after a pause, and logs each reason once', async () => {
  const same = failure('database-error', 'not now', true);
  failures = [same, same, failure('database-error', 'still not', true)];
  run();
  await seen('warn: the agent starts again: still not: 800');
  expect(setup.counters).toMatchObject({ state: 'connecting', reason: 'still not', restarts: 3 });
  const again = lines.filter((line) => line.startsWith('warn'));
  expect(again[0]).toBe('warn: the agent starts again: not now: 200');
  expect(again).toHaveLength(2);
  expect([opened, failed]).toEqual([1, []]);
});

test('it stands by where the server is a standby, and logs that once for each reason', async () => {
  const standby = failure('not-primary', 'a standby');
  failures = [standby, standby, failure('not-primary', 'an old primary')];
  run();
  await seen('warn: waits for the primary: an old primary');
  expect(setup.counters).toMatchObject({ state: 'standby', reason: 'an old primary' });
  expect(setup.counters).toMatchObject({ restarts: 0, fenced: 0 });
  expect(lines.filter((line) => line.startsWith('warn'))).toEqual([
    'warn: waits for the primary: a standby',
    'warn: waits for the primary: an old primary',
  ]);
});

test('it stands by for another agent without a warning, and counts those that fenced it', async () => {
  failures = [failure('fenced', 'another one writes'), failure('slot-in-use', 'it reads')];
  run();
  await waitFor(() => setup.counters.reason === 'it reads', { what: 'the second look' });
  expect(setup.counters).toMatchObject({ state: 'standby', fenced: 1, restarts: 0 });
  expect(lines.filter((line) => line.startsWith('warn'))).toEqual([]);
});

test('a record that is refused again needs an operator', async () => {
  failures = [REFUSED];
  run('give up');
  await expect(running).rejects.toBe(REFUSED);
  expect(failed).toEqual([REFUSED]);
  expect(setup.counters).toMatchObject({ state: 'failed', restarts: 2 });
  expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(1);
});

test.each(['store-rejected', 'mass-delete', 'environment', 'usage', 'invalid-input'] as const)(
  '%s needs one at once, also after it was well',
  async (code) => {
    failures = [failure('slot-in-use', 'another agent'), failure(code, 'it stays so')];
    run();
    await seen('error: the target needs attention: it stays so');
    expect(failed.map((error) => error.code)).toEqual([code]);
    expect(setup.counters).toMatchObject({ state: 'failed', reason: 'it stays so', restarts: 1 });
  },
);

test('what its login may not do at the store is asked again, whether it was well or not', async () => {
  const forbidden = new StoreForbidden('it may not write');
  failures = [forbidden, failure('slot-in-use', 'another agent'), forbidden];
  run('give up');
  await seen('warn: the agent starts again: it may not write: 200');
  await waitFor(() => setup.counters.restarts === 2, { what: 'the second refusal' });
  expect(setup.counters).toMatchObject({ state: 'connecting', reason: 'it may not write' });
  expect(failed).toEqual([]);
});

test('another failure that does not pass needs one, unless the agent was well before', async () => {
  const lasting = failure('database-error', 'no such table');
  failures = [lasting];
  run('give up');
  await expect(running).rejects.toBe(lasting);
  failures = [failure('slot-in-use', 'another agent'), lasting];
  setup = { ...setup, database: failing() };
  run();
  await seen('warn: the agent starts again: no such table: 200');
  expect(failed).toEqual([lasting]);
});

test('a defect ends it, whatever its owner wants', async () => {
  failures = [new Error('a defect')];
  run('retry');
  await expect(running).rejects.toThrow('a defect');
  expect(failed).toEqual([]);
});

test('it ends when it is asked to, also in a pause', async () => {
  failures = [failure('usage', 'wrong')];
  run();
  await seen('error: the target needs attention: wrong');
  stop.abort();
  await running;
  expect(setup.counters).toMatchObject({ state: 'stopped', reason: 'asked to stop' });
});
