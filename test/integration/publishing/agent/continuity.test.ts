import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseLsn } from '../../../../src/model/lsn.js';
import { encodeCheckpoint } from '../../../../src/publishing/records/checkpoint.js';
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

describe('a restart', () => {
  test('goes on at the checkpoint, without a resync', async () => {
    const first = await cluster.activeAgent();
    await change(cluster, 1);
    await expectConverged(cluster);
    await first.stop();
    await change(cluster, 2);
    await cluster.sql.query(`DELETE FROM storage.config WHERE key = 'k1'`);
    const second = await cluster.activeAgent();
    await expectConverged(cluster);
    expect(second.counters.resyncs).toBe(0);
  });

  test('loses no commit that begins exactly where the last one ended', async () => {
    const other = new Client({ connectionString: cluster.database.url });
    await other.connect();
    try {
      let exact = 0;
      for (let n = 0; n < 40 && exact < 2; n += 1) {
        const agent = await cluster.activeAgent();
        await other.query('BEGIN');
        await other.query(`INSERT INTO storage.config (key, value) VALUES ('o${n}', '1')`);
        await cluster.barrier();
        await agent.stop();
        const { rows } = await cluster.sql.query('SELECT pg_current_wal_insert_lsn()::text AS lsn');
        // Nothing else was written since: the commit record begins at the checkpoint.
        if (parseLsn(rows[0].lsn) === (await cluster.checkpoint())?.lsn) exact += 1;
        await other.query('COMMIT');
        const next = await cluster.activeAgent();
        await expectConverged(cluster);
        expect(next.counters.resyncs).toBe(0);
        await next.stop();
      }
      expect(exact).toBe(2);
    } finally {
      await other.end();
    }
  });

  test('confirms everything that was written', async () => {
    const agent = await cluster.activeAgent();
    await change(cluster, 1);
    await expectConverged(cluster);
    const lsn = (await cluster.checkpoint())?.lsn;
    await agent.stop();
    expect(
      await waitFor(async () => (await confirmedFlush(cluster)) === lsn, {
        what: 'the confirmation',
      }),
    );
  });
});

describe('a resync', () => {
  test('follows when the slot was dropped', async () => {
    await (await cluster.activeAgent()).stop();
    await cluster.dropSlot();
    await change(cluster, 1);
    const agent = await cluster.activeAgent();
    await expectConverged(cluster);
    expect(agent.counters).toMatchObject({ resyncs: 1, resyncKind: 'no-slot' });
  });

  test('follows when the slot was dropped under a running agent', async () => {
    const agent = await cluster.activeAgent();
    await cluster.sql.query(
      'SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE slot_name = $1',
      [cluster.slot],
    );
    await cluster.sql.query(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active',
      [cluster.slot],
    );
    await change(cluster, 1);
    await expectConverged(cluster);
    expect(agent.counters.restarts).toBeGreaterThan(0);
  });

  test('writes only what differs when the checkpoint is gone', async () => {
    await (await cluster.activeAgent()).stop();
    await change(cluster, 1);
    await cluster.sql.query(`DELETE FROM storage.config WHERE key = 'k1'`);
    await cluster.store.kvwrite(`${cluster.keySpace.prefix}/Config/stray`, 'stray');
    await cluster.store.kvwrite(`${cluster.keySpace.prefix}/Index/9/stray/er`, 'stray');
    await writeCheckpoint(cluster, '{}');
    const start = await cluster.revision();
    const agent = await cluster.activeAgent();
    const keys = (await cluster.revisionsAfter(start)).flatMap((changes) => [...changes.keys()]);
    expect(keys.sort()).toEqual(
      ['/Config/c', '/Config/k1', '/Config/stray', '/Index/9/stray/er'].sort(),
    );
    await expectConverged(cluster);
    expect(agent.counters).toMatchObject({ resyncs: 1, resyncKind: 'damaged' });
  });

  test('follows when the slot was confirmed beyond the checkpoint', async () => {
    await (await cluster.activeAgent()).stop();
    const before = await cluster.checkpoint();
    await (async () => {
      await change(cluster, 1);
      const agent = await cluster.activeAgent();
      await expectConverged(cluster);
      await agent.stop();
    })();
    if (before === undefined) throw new Error('there is no checkpoint');
    // The store as a backup would bring it back: records and checkpoint of an earlier time.
    await writeCheckpoint(cluster, encodeCheckpoint(before));
    await cluster.store.kvwrite(`${cluster.keySpace.prefix}/Config/c`, 'old');
    const agent = await cluster.activeAgent();
    await expectConverged(cluster);
    expect(agent.counters).toMatchObject({ resyncs: 1, resyncKind: 'confirmed-beyond' });
  });

  test('asks before it deletes most of what is published', async () => {
    await (await cluster.activeAgent()).stop();
    await cluster.sql.query('TRUNCATE storage.config; DELETE FROM lenkwerk.agent_slot');
    await cluster.dropSlot();
    await expect(cluster.startAgent().done).rejects.toMatchObject({ code: 'mass-delete' });
    expect((await cluster.published()).size).toBe(20);
    const { rows } = await cluster.sql.query(
      'SELECT 1 FROM pg_replication_slots WHERE slot_name = $1',
      [cluster.slot],
    );
    expect(rows).toEqual([]);
    await cluster.activeAgent({ allowMassDelete: true });
    await expectConverged(cluster);
  });

  test('does not ask where the database knows the checkpoint as its own past', async () => {
    await (await cluster.activeAgent()).stop();
    await cluster.sql.query('TRUNCATE storage.config');
    await cluster.dropSlot();
    const agent = await cluster.activeAgent();
    await expectConverged(cluster);
    expect(agent.counters.resyncs).toBe(1);
  });

  test('follows when a table gets another shape and no barrier can be emitted', async () => {
    await cluster.sql.query('DROP FUNCTION lenkwerk.barrier(text)');
    const agent = await cluster.activeAgent();
    await cluster.sql.query('ALTER TABLE storage.config ADD COLUMN note text');
    await change(cluster, 1);
    await expectConverged(cluster);
    expect((await cluster.published()).get('/Config/k1')).toContain('"note":null');
    expect(agent.counters).toMatchObject({ resyncs: 2, resyncKind: 'reshaped' });
  });

  test('follows when it is asked for in the stream', async () => {
    const agent = await cluster.activeAgent();
    await cluster.store.kvwrite(`${cluster.keySpace.prefix}/Config/k3`, 'changed');
    await cluster.sql.query(`SELECT pg_logical_emit_message(true, 'lenkwerk/resync', 'default')`);
    await waitFor(() => agent.counters.resyncs === 2, { what: 'the resync' });
    expect(agent.counters.resyncKind).toBe('asked');
    await expectConverged(cluster);
  });
});
