/** Databases and stores that go back: what was published may be of another history by then. */
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PostgresServer } from '../../../../src/dev/postgres.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { createClusterOnOwnServer } from '../../../support/agents/own-server.js';
import { tamper } from '../../../support/agents/tamper.js';
import { Volume } from '../../../support/agents/volume.js';
import { connectToPostgres } from '../../../support/servers/postgres-store.js';
import { createDatabase, type TestDatabase } from '../../../support/servers/servers.js';
import { waitFor } from '../../../support/wait.js';

/** Set by the describe blocks. */
let cluster: Cluster;

const converged = () => cluster.converged();

describe('a database', () => {
  let postgres: PostgresServer;
  let volume: Volume;
  beforeEach(async () => {
    ({ cluster, postgres } = await createClusterOnOwnServer());
    // The server goes away under it, now and then.
    cluster.sql.on('error', () => {});
    volume = await Volume.of(postgres, cluster.database.url);
    await sql(
      `INSERT INTO storage.config (key, value) SELECT 'k' || n, '1' FROM generate_series(1, 20) n`,
    );
  });
  afterEach(() => cluster.close());

  const sql = (text: string) => volume.sql(text);

  describe('a volume that is put back to an image', () => {
    test.each([
      { log: 'beyond the checkpoint', rows: 3_000 },
      { log: 'not at the checkpoint yet', rows: 0 },
    ])(
      'is another history, with a log $log',
      async ({ rows }) => {
        const first = await cluster.activeAgent();
        await sql(`INSERT INTO storage.config (key, value) VALUES ('x', '"before"')`);
        await converged();
        await first.stop();
        await volume.takeImage();
        const second = await cluster.activeAgent();
        await sql(`UPDATE storage.config SET value = '"after"' WHERE key = 'x'`);
        await sql(`INSERT INTO storage.config (key, value) VALUES ('only-after', '1')`);
        await converged();
        expect(second.counters.resyncs).toBe(0);
        await second.stop();
        await volume.putImageBack();
        await sql(`INSERT INTO storage.config (key, value) VALUES ('new', '"1"')`);
        await sql(`CREATE TABLE public.filler AS SELECT g, repeat('x', 200)
                   FROM generate_series(1, ${rows}) g`);
        const third = await cluster.activeAgent();
        await converged();
        expect(third.counters.resyncs).toBe(1);
        await sql(`INSERT INTO storage.config (key, value) VALUES ('later', '1')`);
        await converged();
      },
      60_000,
    );

    test('to what is published already is the same history', async () => {
      const first = await cluster.activeAgent();
      await sql(`INSERT INTO storage.config (key, value) VALUES ('x', '"before"')`);
      await converged();
      await first.stop();
      await volume.takeImage();
      await volume.putImageBack();
      await sql(`INSERT INTO storage.config (key, value) VALUES ('y', '1')`);
      const second = await cluster.activeAgent();
      await converged();
      expect(second.counters.resyncs).toBe(0);
    }, 60_000);
  });

  test('a crash that sets the slot back needs no resync', async () => {
    const first = await cluster.activeAgent();
    await sql('CHECKPOINT');
    for (let n = 0; n < 5; n += 1) {
      await sql(`INSERT INTO storage.config (key, value) VALUES ('c${n}', '1')`);
    }
    await converged();
    await postgres.crash();
    await postgres.start();
    await sql(`INSERT INTO storage.config (key, value) VALUES ('d', '1')`);
    await converged();
    expect(first.counters.resyncs).toBe(1);
  }, 60_000);

  test('an agent at a standby waits, touches nothing, and continues after a promotion', async () => {
    const first = await cluster.activeAgent();
    await sql(`INSERT INTO storage.config (key, value) VALUES ('x', '1')`);
    await converged();
    await first.stop();
    const revision = await cluster.revision();
    await volume.becomeStandby();
    const second = cluster.startAgent();
    const waits = () => second.counters.reason === 'the server is a standby';
    await waitFor(waits, { what: 'the standby' });
    expect(second.counters.state).toBe('standby');
    expect(await cluster.revision()).toBe(revision);
    await volume.promote();
    await waitFor(() => second.counters.state === 'streaming', { what: 'the stream' });
    await sql(`INSERT INTO storage.config (key, value) VALUES ('y', '1')`);
    await converged();
    expect(second.counters.resyncs).toBe(0);
  }, 60_000);

  test('a slot that was advanced by hand while no agent ran leads to a resync', async () => {
    const first = await cluster.activeAgent();
    await sql(`INSERT INTO storage.config (key, value) VALUES ('x', '1')`);
    await converged();
    await first.stop();
    await sql(`INSERT INTO storage.config (key, value) VALUES ('lost', '1')`);
    const advance = `SELECT pg_replication_slot_advance('${cluster.slot}', pg_current_wal_lsn())`;
    await waitFor(() => sql(advance).then(() => true), { what: 'a free slot' });
    const second = await cluster.activeAgent();
    await converged();
    expect(second.counters.resyncs).toBe(1);
  }, 60_000);

  test('a servermap that was deleted in the store is not replaced by an older one', async () => {
    await sql(`INSERT INTO storage.servermap (server_map) VALUES ('{"n": 1}'), ('{"n": 2}')`);
    const first = await cluster.activeAgent();
    await converged();
    await first.stop();
    await tamper(cluster, { '/Servermap': undefined });
    await sql(`UPDATE storage.servermap SET server_map = '{"n": 0}'
                WHERE id = (SELECT min(id) FROM storage.servermap)`);
    cluster.startAgent();
    await converged();
  }, 60_000);
});

describe('a store that is put back to a backup', () => {
  const PARTS = ['position', 'current', 'revision', 'log'];

  let storeDatabase: TestDatabase;
  let store: Client;
  beforeEach(async () => {
    storeDatabase = await createDatabase();
    store = new Client({ connectionString: storeDatabase.url });
    await store.connect();
    cluster = await createCluster(() => connectToPostgres(storeDatabase.url));
    await cluster.sql.query(
      `INSERT INTO storage.config (key, value) SELECT 'k' || n, '1' FROM generate_series(1, 30) n`,
    );
  });
  afterEach(async () => {
    await cluster.close();
    await store.end();
    await storeDatabase.drop();
  });

  async function backUp(): Promise<void> {
    for (const part of PARTS) {
      await store.query(`CREATE TABLE public.${part} AS TABLE lenkwerk_kv.${part}`);
    }
  }

  /** Revisions that came after the backup are given out again. */
  async function restore(parts: readonly string[] = PARTS): Promise<void> {
    const statements = parts.map(
      (part) =>
        `DELETE FROM lenkwerk_kv.${part}; INSERT INTO lenkwerk_kv.${part} TABLE public.${part}`,
    );
    await store.query(`BEGIN; ${statements.join(';')}; NOTIFY lenkwerk_kv; COMMIT`);
  }

  test('an idle agent notices at once, and publishes again without being asked', async () => {
    const agent = await cluster.activeAgent();
    await cluster.barrier();
    await backUp();
    await cluster.sql.query(`INSERT INTO storage.config (key, value) VALUES ('new', '1')`);
    // More than a fifth of what the backup holds: a person would have to allow that elsewhere.
    await cluster.sql.query(`DELETE FROM storage.config WHERE key LIKE 'k1%'`);
    await cluster.barrier();
    await restore();
    await converged();
    expect(agent.counters).toMatchObject({ fenced: 1, resyncs: 2 });
  });

  test('an idle agent notices where the store comes back at the revision that it saw', async () => {
    const agent = await cluster.activeAgent();
    await cluster.barrier();
    await backUp();
    await cluster.sql.query(`INSERT INTO storage.config (key, value) VALUES ('new', '1')`);
    await cluster.barrier();
    // No watch reports anything: only what is held is that of the backup.
    await restore(['current']);
    await converged();
    expect(agent.counters).toMatchObject({ fenced: 1, resyncs: 2 });
  });

  test('an agent that starts publishes again what the store lost', async () => {
    const first = await cluster.activeAgent();
    await cluster.barrier();
    await backUp();
    await cluster.sql.query(`DELETE FROM storage.config WHERE key LIKE 'k1%'`);
    await cluster.barrier();
    await first.stop();
    await restore();
    const second = await cluster.activeAgent();
    await converged();
    expect(second.counters.resyncs).toBe(1);
  });
});
