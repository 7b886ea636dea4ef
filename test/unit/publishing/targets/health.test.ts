import { expect, test } from 'vitest';
import { newCounters } from '../../../../src/publishing/agent/counters.js';
import { activity, readiness } from '../../../../src/publishing/targets/health.js';
import { statusOf, type TargetStatus } from '../../../../src/publishing/targets/target-agent.js';

const NOW_MS = 100_000;

function target(name: string, counters: Partial<TargetStatus['counters']>): TargetStatus {
  const setup = { target: name, slot: `slot_${name}`, counters: { ...newCounters(), ...counters } };
  return statusOf(setup, 'etcd://there');
}

const eu = target('eu', { state: 'streaming', reason: 'streams', waitingSinceMs: 40_000 });
const us = target('us', { state: 'standby', reason: 'another agent is active' });
const away = target('away', { state: 'blocked', reason: 'no answer', hint: 'start it' });

test.each([
  ['', 200, '"ready":true', [eu, us]],
  ['lag=60', 200, '"ready":true', [eu, us]],
  ['lag=59.9', 503, '"reason":"a change has waited for 60 s to be published"', [eu, us]],
  ['lag=0', 200, '"ready":true', [us]],
  ['', 503, '"reason":"no answer","hint":"start it"', [eu, away]],
  ['lag=30', 503, '"ready":false', []],
  ['lag=', 400, 'lag is a number of seconds', [eu]],
  ['lag=-1', 400, 'lag is a number of seconds', [eu]],
])('ready with %j: %j %j', (...row) => {
  const [query, status, part, targets] = row;
  const answer = readiness(targets, new URLSearchParams(query), NOW_MS);
  expect(answer).toMatchObject({ status, body: expect.stringContaining(part) });
});

test.each([
  ['target=eu', 200, '"active":true', [eu, us]],
  ['target=us', 503, '"reason":"another agent is active"', [eu, us]],
  ['', 503, '"active":false', [eu, us]],
  ['', 200, '"active":true', [eu]],
  ['target=away', 503, '"hint":"start it"', [away]],
  ['target=mars', 503, '"reason":"this agent does not serve that target"', [eu]],
  ['', 503, '"reason":"it has no target yet"', []],
])('active with %j: %j %j', (...row) => {
  const [query, status, part, targets] = row;
  const answer = activity(targets, new URLSearchParams(query));
  expect(answer).toMatchObject({ status, body: expect.stringContaining(part) });
});
