import { expect, test } from 'vitest';
import type { SlotActivity } from '../../../../src/postgres/slots.js';
import { newCounters } from '../../../../src/publishing/agent/counters.js';
import { createExposition } from '../../../../src/publishing/targets/metrics.js';
import type { NodesSample } from '../../../../src/publishing/targets/sample.js';
import { statusOf, type TargetStatus } from '../../../../src/publishing/targets/target-agent.js';

const NOW_MS = 100_000;

function target(name: string, counters: Partial<TargetStatus['counters']>): TargetStatus {
  const setup = { target: name, slot: `slot_${name}`, counters: { ...newCounters(), ...counters } };
  return statusOf(setup, 'etcd://there');
}

const streaming = target('eu', {
  ...{ state: 'streaming', storeUp: true, publishedLsn: 77n, waitingSinceMs: 98_500 },
  ...{ transactions: 1, changes: 2, writes: 3, resyncs: 4, restarts: 5, storeFailures: 6 },
  ...{ fenced: 7, foreignWrites: 8, repairs: 9, committedMs: 90_500, sinceMs: 80_500 },
  publishTimes: { within: [...Array(11).fill(0), 2], count: 3, sumSeconds: 50 },
});
const SLOT: SlotActivity = {
  ...{ name: 'slot_eu', plugin: 'pgoutput', database: 'd', walStatus: 'reserved' },
  ...{ active: true, confirmedLsn: undefined, keptBytes: 10, behindBytes: 20 },
  ...{ safeBytes: 30, reader: undefined },
};

/** What is reported of the agents, without help and types; each metric without its prefix. */
async function reported(
  targets: readonly TargetStatus[],
  slots: readonly SlotActivity[] | undefined,
) {
  const sample = { version: '1.2.3', nowMs: NOW_MS, targets, slots, nodes: undefined };
  const text = await createExposition().render(sample);
  return text.split('\n').filter((line) => line.startsWith('lenkwerk_'));
}

/** The value of a metric with one label. */
function measured(lines: readonly string[], metric: string, of: string): number | undefined {
  const start = `lenkwerk_agent_${metric}{target="${of}"} `;
  const line = lines.find((one) => one.startsWith(start));
  return line === undefined ? undefined : Number(line.slice(start.length));
}

test('an active agent reports all that it counts', async () => {
  const state = (name: string) => `lenkwerk_agent_state{target="eu",state="${name}"}`;
  const other = ['connecting', 'standby', 'resync', 'blocked', 'stopped', 'failed'];
  expect((await reported([streaming], [SLOT])).toSorted()).toEqual(
    [
      'lenkwerk_build_info{version="1.2.3"} 1',
      'lenkwerk_database_up 1',
      `${state('streaming')} 1`,
      ...other.map((name) => `${state(name)} 0`),
      ...['transactions', 'changes', 'writes', 'resyncs', 'restarts', 'store_failures'].map(
        (name, at) => `lenkwerk_agent_${name}_total{target="eu"} ${at + 1}`,
      ),
      'lenkwerk_agent_fenced_total{target="eu"} 7',
      'lenkwerk_agent_foreign_writes_total{target="eu"} 8',
      'lenkwerk_agent_repairs_total{target="eu"} 9',
      'lenkwerk_agent_lag_seconds{target="eu"} 1.5',
      'lenkwerk_agent_store_up{target="eu"} 1',
      'lenkwerk_agent_checkpoint_lsn_bytes{target="eu"} 77',
      'lenkwerk_agent_published_commit_timestamp_seconds{target="eu"} 90.5',
      'lenkwerk_agent_state_since_timestamp_seconds{target="eu"} 80.5',
      ...['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10'].map(
        (le) => `lenkwerk_agent_publish_seconds_bucket{target="eu",le="${le}"} 0`,
      ),
      'lenkwerk_agent_publish_seconds_bucket{target="eu",le="30"} 2',
      'lenkwerk_agent_publish_seconds_bucket{target="eu",le="+Inf"} 3',
      'lenkwerk_agent_publish_seconds_sum{target="eu"} 50',
      'lenkwerk_agent_publish_seconds_count{target="eu"} 3',
      'lenkwerk_slot_safe_wal_bytes{target="eu"} 30',
      ...['reserved', 'extended', 'unreserved', 'lost'].map((status) => {
        const value = status === 'reserved' ? 1 : 0;
        return `lenkwerk_slot_wal_status{target="eu",status="${status}"} ${value}`;
      }),
      'lenkwerk_agent_slot_kept_wal_bytes{target="eu"} 10',
      'lenkwerk_agent_lag_bytes{target="eu"} 20',
      'lenkwerk_agent_slot_active{target="eu"} 1',
    ].toSorted(),
  );
});

test('a database that does not answer is down, and shows no slots', async () => {
  const lines = await reported([streaming], undefined);
  expect(lines).toContain('lenkwerk_database_up 0');
  expect(lines.filter((line) => line.includes('slot_'))).toEqual([]);
});

test('a slot without a reader, or of another name, is seen as that', async () => {
  const lines = await reported(
    [streaming, target('us', {})],
    [{ ...SLOT, active: false, keptBytes: 0 }],
  );
  expect(measured(lines, 'slot_active', 'eu')).toBe(0);
  expect(measured(lines, 'slot_kept_wal_bytes', 'eu')).toBe(0);
  expect(measured(lines, 'slot_active', 'us')).toBeUndefined();
});

test.each([
  ['standby', { storeUp: true, waitingSinceMs: 1 }, undefined, undefined],
  ['streaming', { storeUp: true, waitingSinceMs: undefined }, 0, 1],
  ['streaming', { storeUp: true, waitingSinceMs: NOW_MS + 1_000 }, 0, 1],
  ['blocked', { storeUp: false, waitingSinceMs: 99_000 }, 1, 0],
  ['connecting', { storeUp: undefined, waitingSinceMs: 99_000 }, undefined, undefined],
  ['failed', { storeUp: false, waitingSinceMs: 99_000 }, undefined, 0],
] as const)('as %s with %j it waits %j s, and its store is %j', async (...row) => {
  const [state, given, lag, up] = row;
  const lines = await reported([target('eu', { state, ...given })], []);
  expect(measured(lines, 'lag_seconds', 'eu')).toBe(lag);
  expect(measured(lines, 'store_up', 'eu')).toBe(up);
  expect(measured(lines, 'checkpoint_lsn_bytes', 'eu')).toBeUndefined();
});

test('a target that is not served any more is not reported any more', async () => {
  const exposition = createExposition();
  const sample = { version: '1', nowMs: NOW_MS, slots: [SLOT], nodes: undefined };
  await exposition.render({ ...sample, targets: [streaming] });
  const text = await exposition.render({ ...sample, targets: [target('us', {})] });
  expect(text).not.toContain('"eu"');
  expect(text).toContain('lenkwerk_agent_changes_total{target="us"} 0');
});

test('nodes are counted by state, with the slowest position, as long as they are known', async () => {
  const exposition = createExposition();
  const sample = { version: '1', nowMs: NOW_MS, slots: [], targets: [] };
  const states = new Map([
    ['in-step', 3],
    ['silent', 0],
  ]);
  const linesOf = async (nodes: NodesSample | undefined) => {
    const text = await exposition.render({ ...sample, nodes });
    return text.split('\n').filter((line) => line.startsWith('lenkwerk_nodes'));
  };
  expect(await linesOf(undefined)).toEqual([]);
  expect(await linesOf({ states, slowestLsn: 7n })).toEqual([
    ...['lenkwerk_nodes{state="in-step"} 3', 'lenkwerk_nodes{state="silent"} 0'],
    'lenkwerk_nodes_slowest_lsn_bytes 7',
  ]);
  expect(await linesOf({ states: new Map([['silent', 2]]), slowestLsn: undefined })).toEqual([
    'lenkwerk_nodes{state="silent"} 2',
  ]);
  expect(await linesOf(undefined)).toEqual([]);
});
