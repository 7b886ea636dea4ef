import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseLsn } from '../../../../src/model/lsn.js';
import {
  decodeCheckpoint,
  encodeCheckpoint,
} from '../../../../src/publishing/records/checkpoint.js';
import { sealed } from '../../../../src/publishing/records/sealed-text.js';
import { decodeTablePrints } from '../../../../src/publishing/records/table-prints.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import {
  change,
  confirmedFlush,
  expectConverged,
  recordSome,
  writeCheckpoint,
} from '../../../support/agents/config-changes.js';
import { waitFor } from '../../../support/wait.js';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await createCluster();
  await recordSome(cluster);
});
afterEach(() => cluster.close());

describe('two agents', () => {
  test('take turns: one reads, the other stands by and takes over', async () => {
    const first = await cluster.activeAgent();
    const second = cluster.startAgent();
    await waitFor(() => second.counters.state === 'standby', { what: 'the standby' });
    await change(cluster, 1);
    await expectConverged(cluster);
    await first.stop();
    await waitFor(() => second.counters.state === 'streaming', { what: 'the take-over' });
    await change(cluster, 2);
    await expectConverged(cluster);
    expect(second.counters.resyncs).toBe(0);
  });

  test('start at once on an empty store: one resyncs, the other waits', async () => {
    const agents = [cluster.startAgent(), cluster.startAgent(), cluster.startAgent()];
    await waitFor(
      () =>
        agents.filter(({ counters }) => counters.state === 'streaming').length === 1 &&
        agents.filter(({ counters }) => counters.state === 'standby').length === 2,
      { what: 'one active agent' },
    );
    await change(cluster, 1);
    await expectConverged(cluster);
    expect(agents.reduce((sum, { counters }) => sum + counters.resyncs, 0)).toBe(1);
  });
});

describe('a foreign hand on the checkpoint', () => {
  test('fences the agent: it writes nothing blindly, and looks again', async () => {
    const agent = await cluster.activeAgent();
    const stored = await cluster.store.read(cluster.keySpace.checkpointKey('default'));
    const start = await cluster.revision();
    await writeCheckpoint(cluster, stored?.value ?? '');
    await change(cluster, 1);
    await waitFor(() => agent.counters.fenced === 1, { what: 'the fence' });
    expect(await cluster.revisionsAfter(start)).toEqual([new Map()]);
    await expectConverged(cluster);
    expect(agent.counters.resyncs).toBe(1);
  });

  test('with an unknown version stops the agent', async () => {
    const agent = await cluster.activeAgent();
    await writeCheckpoint(cluster, sealed('{"version":99}'));
    await change(cluster, 1);
    await expect(agent.done).rejects.toMatchObject({ code: 'store-rejected' });
    await expect(cluster.startAgent().done).rejects.toMatchObject({ code: 'store-rejected' });
  });
});

describe('the confirmed position', () => {
  test('is never beyond the checkpoint', async () => {
    const agent = await cluster.activeAgent({ statusIntervalMs: 5 });
    let done = false;
    const writer = (async () => {
      for (let n = 0; n < 300; n += 1) await change(cluster, n);
      done = true;
    })();
    while (!done) {
      const confirmed = await confirmedFlush(cluster);
      const checkpoint = await cluster.checkpoint();
      expect(confirmed <= (checkpoint?.lsn ?? 0n)).toBe(true);
    }
    await writer;
    await expectConverged(cluster);
    expect(agent.counters.resyncs).toBe(1);
  });

  test('moves on while only other tables change', async () => {
    await cluster.sql.query('CREATE TABLE public.busy (n int)');
    const agent = await cluster.activeAgent({ idle: { afterMs: 100, afterBytes: 1 << 30 } });
    const before = (await cluster.checkpoint())?.lsn ?? 0n;
    await cluster.sql.query('INSERT INTO public.busy SELECT generate_series(1, 1000)');
    const lsn = await waitFor(
      async () => {
        const { rows } = await cluster.sql.query('SELECT pg_current_wal_lsn()::text AS lsn');
        const checkpoint = await cluster.checkpoint();
        return checkpoint !== undefined && checkpoint.lsn > before && parseLsn(rows[0].lsn) > before
          ? checkpoint.lsn
          : undefined;
      },
      { what: 'an idle checkpoint' },
    );
    await waitFor(async () => (await confirmedFlush(cluster)) >= lsn, { what: 'its confirmation' });
    await change(cluster, 1);
    await expectConverged(cluster);
    expect(agent.counters.resyncs).toBe(1);
  });
});

describe('a transaction too large for one revision', () => {
  test('is applied in parts that say so, and survives a restart in the middle', async () => {
    const count = cluster.store.limits.maxChanges * 3;
    const first = await cluster.activeAgent();
    const before = await cluster.checkpoint();
    const seen = waitFor(
      async () => ((await cluster.checkpoint())?.part ?? 0) > 0 && cluster.checkpoint(),
      { what: 'a part', timeoutMs: 25_000 },
    );
    const insert = cluster.sql.query(
      `INSERT INTO storage.config (key, value) SELECT 'n' || n, '"x"' FROM generate_series(1, ${count}) n`,
    );
    const part = await seen;
    await first.stop();
    await insert;
    expect(part).toMatchObject({ phase: 'stream', lsn: before?.lsn });
    const second = await cluster.activeAgent();
    await expectConverged(cluster);
    expect((await cluster.published()).size).toBe(count + 20);
    expect((await cluster.checkpoint())?.part).toBeUndefined();
    expect(second.counters.resyncs).toBe(0);
    await cluster.sql.query('TRUNCATE storage.config');
    await expectConverged(cluster);
  });
});

test('a checkpoint is read back as it was written', async () => {
  await cluster.activeAgent();
  const stored = await cluster.store.read(cluster.keySpace.checkpointKey('default'));
  const checkpoint = decodeCheckpoint(stored?.value ?? '');
  if (checkpoint === undefined) throw new Error('the checkpoint cannot be read');
  expect(encodeCheckpoint(checkpoint)).toBe(stored?.value);
  expect(checkpoint).toMatchObject({ phase: 'stream', slot: cluster.slot, timeline: 1 });
  const tables = await cluster.store.read(cluster.keySpace.tablesKey('default'));
  expect(decodeTablePrints(tables?.value).size).toBe(6);
});
