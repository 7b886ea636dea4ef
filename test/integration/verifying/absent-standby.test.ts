/** Barriers and requests of repair do not wait for a synchronous standby that is away. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openConnection } from '../../../src/postgres/connection.js';
import { silentLogger } from '../../../src/runtime/logger.js';
import type { Cluster } from '../../support/agents/agent-cluster.js';
import { createClusterOnOwnServer } from '../../support/agents/own-server.js';
import { tamper } from '../../support/agents/tamper.js';
import { repairStore, type StoreRequest, verifyStore } from '../../support/agents/verify.js';
import { waitFor } from '../../support/wait.js';

let cluster: Cluster;

beforeEach(async () => {
  ({ cluster } = await createClusterOnOwnServer());
  await cluster.initialise();
  await cluster.sql.query(`INSERT INTO storage.config (key, value) VALUES ('a', '1'), ('b', '2')`);
});

afterEach(async () => {
  await requireStandby('');
  await cluster.close();
});

async function requireStandby(names: string): Promise<void> {
  await cluster.sql.query(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
  await cluster.sql.query('SELECT pg_reload_conf()');
  await waitFor(
    async () => {
      const { rows } = await cluster.sql.query<{ synchronous_standby_names: string }>(
        'SHOW synchronous_standby_names',
      );
      return rows[0]?.synchronous_standby_names === names;
    },
    { what: 'the standby to be required' },
  );
}

async function request(timeoutMs: number): Promise<StoreRequest & AsyncDisposable> {
  const database = await openConnection(cluster.settings, 'verify');
  return {
    database,
    store: cluster.store,
    keySpace: cluster.keySpace,
    target: 'default',
    timeoutMs,
    [Symbol.asyncDispose]: () => database.end(),
  };
}

/** Sessions that wait for a standby, or hold the lock of a barrier. */
async function held(): Promise<readonly unknown[]> {
  const { rows } = await cluster.sql.query(`
    SELECT a.application_name, a.wait_event, l.mode
      FROM pg_stat_activity AS a LEFT JOIN pg_locks AS l ON l.pid = a.pid AND l.mode = 'ShareLock'
     WHERE a.wait_event = 'SyncRep' OR l.mode IS NOT NULL`);
  return rows;
}

test('verify ends in time without an agent, and leaves no lock', { timeout: 60_000 }, async () => {
  await requireStandby('ghost');
  await using asked = await request(1_500);
  const report = await verifyStore(asked);
  expect(report.verdict).toBe('inconclusive');
  await waitFor(async () => (await held()).length === 0, { what: 'the end of every lock' });
});

test('verify finds, and has repaired, what diverged', { timeout: 60_000 }, async () => {
  await cluster.activeAgent({ logger: silentLogger });
  await cluster.barrier();
  await requireStandby('ghost');
  await tamper(cluster, { '/Config/a': '"x"' });
  await using asked = await request(15_000);
  const { found, now } = await repairStore(asked);
  expect([found.verdict, now.verdict]).toEqual(['diverged', 'converged']);
  await waitFor(async () => (await held()).length === 0, { what: 'the end of every lock' });
});

test('an agent that heals needs no standby either', { timeout: 60_000 }, async () => {
  await cluster.activeAgent({ heal: true });
  await cluster.barrier();
  const before = await cluster.published();
  await requireStandby('ghost');
  await tamper(cluster, { '/Config/a': '"x"', '/Dimension/9': '{}' });
  await waitFor(
    async () => JSON.stringify([...(await cluster.published())]) === JSON.stringify([...before]),
    { what: 'the repair' },
  );
  await waitFor(async () => (await held()).length === 0, { what: 'the end of every lock' });
});
