/** Changes of one table, and a wait until all of them are published. */
import { expect } from 'vitest';
import { type Lsn, parseLsn } from '../../../src/model/lsn.js';
import type { Cluster } from './agent-cluster.js';

const RECORDED_AT_FIRST = 20;

/** Keys `k1` to `k20`. */
export async function recordSome(cluster: Cluster): Promise<void> {
  await cluster.sql.query(
    `INSERT INTO storage.config (key, value)
       SELECT 'k' || n, '1' FROM generate_series(1, ${RECORDED_AT_FIRST}) n`,
  );
}

/** Gives key `c` this value. */
export async function change(cluster: Cluster, value: number): Promise<void> {
  await cluster.sql.query(
    `INSERT INTO storage.config (key, value) VALUES ('c', $1)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [String(value)],
  );
}

export async function expectConverged(cluster: Cluster): Promise<void> {
  await cluster.barrier();
  expect(await cluster.published()).toEqual(await cluster.recorded());
}

export async function confirmedFlush(cluster: Cluster): Promise<Lsn> {
  const { rows } = await cluster.sql.query(
    'SELECT confirmed_flush_lsn::text AS lsn FROM pg_replication_slots WHERE slot_name = $1',
    [cluster.slot],
  );
  return parseLsn(rows[0].lsn);
}

/** Writes the checkpoint's key as another client. */
export async function writeCheckpoint(cluster: Cluster, value: string): Promise<void> {
  const key = cluster.keySpace.checkpointKey('default');
  const expected = await cluster.store.read(key);
  const outcome = await cluster.store.commit({
    puts: new Map(),
    deletes: new Set(),
    guard: { key, expected, value },
  });
  expect(outcome.kind).toBe('committed');
}
