/** examples/monitoring: its rules hold, and every metric that it names exists. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createExposition as followerExposition } from '../../../src/following/reporting/metrics.js';
import { newStatus } from '../../../src/following/status.js';
import { newCounters } from '../../../src/publishing/agent/counters.js';
import { createExposition } from '../../../src/publishing/targets/metrics.js';
import { statusOf } from '../../../src/publishing/targets/target-agent.js';
import { verifyMetrics } from '../../../src/rendering/verify/metrics.js';
import { nothingToSay } from '../../../src/verifying/verdict.js';
import { findPromtool, runPromtool } from '../../support/monitoring/prometheus.js';

const FOLDER = fileURLToPath(new URL('../../../examples/monitoring/', import.meta.url));
const FILES = ['rules.yml', 'rules_test.yml', 'dashboard.json', 'README.md'];
const promtool = await findPromtool();

/** All that an agent, a follower and a verify report. */
async function expositions(): Promise<readonly string[]> {
  const counters = { ...newCounters(), state: 'streaming', storeUp: true } as const;
  const targets = [statusOf({ target: 'a"\\\n', slot: 's', counters }, undefined)];
  const states = new Map([['in-step', 1]]);
  const sample = { version: '1', nowMs: 0, slots: [], nodes: { states, slowestLsn: 1n } };
  const verified = verifyMetrics({
    ...{ verdict: 'diverged', compared: 'none', plan: undefined, drift: undefined },
    ...{ driftUnknown: undefined, notCompared: undefined, unmanaged: [], lastApply: undefined },
    targets: [{ ...nothingToSay(''), verdict: 'diverged', target: 'eu"', repaired: undefined }],
    nodes: undefined,
  });
  return [
    await createExposition().render({ ...sample, targets }),
    await followerExposition('1').render(newStatus(0)),
    verified,
  ];
}

test.runIf(promtool !== undefined).each([
  ['check', 'rules', 'rules.yml'],
  ['test', 'rules', 'rules_test.yml'],
])('promtool %s %s', async (verb, what, file) => {
  if (promtool === undefined) return;
  const { exitCode, output } = await runPromtool(promtool, [verb, what, FOLDER + file]);
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringContaining('SUCCESS') });
});

test.runIf(promtool !== undefined)('promtool check metrics', async () => {
  if (promtool === undefined) return;
  for (const text of await expositions()) {
    expect(await runPromtool(promtool, ['check', 'metrics'], text)).toEqual({
      exitCode: 0,
      output: '',
    });
  }
});

test.each(FILES)('every metric that %s names exists', async (file) => {
  const texts = (await expositions()).join('');
  const known = new Set([...texts.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
  const text = readFileSync(FOLDER + file, 'utf8');
  const named = [...text.matchAll(/\b(?:lenkwerk|nodejs|process)_[a-z0-9_]+/g)].map(([name]) =>
    name.replace(/(?<=publish_seconds)_(?:bucket|sum|count)$/, ''),
  );
  expect(named.length).toBeGreaterThan(4);
  expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
});

test('each rule has a test that fires', () => {
  const [rules, tests] = ['rules.yml', 'rules_test.yml'].map((file) =>
    readFileSync(FOLDER + file, 'utf8'),
  );
  const alerts = [...(rules ?? '').matchAll(/alert: (\w+)/g)].map(([, name]) => name);
  const fired = [...(tests ?? '').matchAll(/alertname: (\w+)\n {8}exp_alerts:\n/g)];
  expect(fired.map(([, name]) => name)).toEqual(alerts);
});
