/** The locks of a barrier end in time, whatever becomes of the process that took them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../../src/dev/postgres.js';
import { closeConnection } from '../../../../src/postgres/connect/attempt.js';
import { openConnection } from '../../../../src/postgres/connection.js';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import { KeySpace } from '../../../../src/publishing/records/key-space.js';
import { PostgresReader } from '../../../../src/publishing/source/postgres-reader.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { queryDatabase } from '../../../support/servers/command-cluster.js';
import { uniqueName } from '../../../support/servers/servers.js';
import { waitFor } from '../../../support/wait.js';

const SCRIPT = fileURLToPath(new URL('../../../support/held-barrier.ts', import.meta.url));
/** BARRIER_SILENCE_MS, and some time for a busy machine. */
const HELD_MS = 10_000 + 5_000;

// On a server of its own: a barrier that is held keeps every agent of the server from a new slot.
let postgres: PostgresServer;
let socketFolder: string;
beforeAll(async () => {
  socketFolder = await mkdtemp(join(tmpdir(), 'lenkwerk-socket-'));
  await chmod(socketFolder, 0o1777);
  const settings = { unix_socket_directories: socketFolder };
  postgres = await startPostgres({ env: process.env, fsync: false, settings });
});
afterAll(async () => {
  await postgres.stop();
  await rm(socketFolder, { recursive: true });
});

/**
 * A database of its own on that server. It goes with the server: DROP DATABASE would wait for the
 * sessions of all others that cannot send.
 */
async function clusterFor({ onTestFinished }: TestContext): Promise<Cluster> {
  const name = uniqueName('held');
  const cluster = await createCluster(undefined, async () => {
    const create = `CREATE DATABASE ${name} TEMPLATE template0`;
    await queryDatabase(postgres.url('postgres'), create);
    return { name, url: postgres.url(name), drop: async () => {} };
  });
  onTestFinished(() => cluster.close());
  // More than the buffers of a connection hold.
  await cluster.sql.query(`INSERT INTO storage.config (key, value)
    SELECT 'k' || i, to_json(repeat(md5(i::text), 10000)) FROM generate_series(1, 100) AS i`);
  return cluster;
}

const overSocket = ({ database }: Cluster) =>
  `postgres:///${database.name}?host=${socketFolder}&port=${postgres.port}&user=postgres`;

async function isHeld({ sql }: Cluster): Promise<boolean> {
  const { rowCount } = await sql.query(
    `SELECT FROM pg_locks WHERE mode = 'ShareLock' AND granted
        AND relation = 'storage.config'::regclass
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rowCount !== 0;
}

/** The rows are under way. */
async function isReading(cluster: Cluster): Promise<boolean> {
  return isIn(cluster, 'state = \'active\' AND query LIKE \'%FROM ONLY "storage"."config"%\'');
}

async function isStuck(cluster: Cluster): Promise<boolean> {
  return isIn(cluster, "wait_event = 'ClientWrite'");
}

async function isIn({ sql }: Cluster, condition: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'lenkwerk barrier' AND ${condition}`,
  );
  return rowCount !== 0;
}

const ENDS = [
  ['stopped while it reads', 'SIGSTOP', 'sent'],
  ['killed while it reads', 'SIGKILL', 'sent'],
  ['stopped before the commit', 'SIGSTOP', 'own'],
  ['killed before the commit', 'SIGKILL', 'own'],
] as const;

// At once: those that are stopped are waited for.
describe.concurrent.each([
  ['over TCP', ({ database }: Cluster) => database.url],
  ['over a Unix socket', overSocket],
])('%s', (_, url) => {
  test.for(ENDS)(
    'of a process that is %s',
    {
      timeout: 60_000,
    },
    async ([_what, signal, from], context) => {
      const cluster = await clusterFor(context);
      const args = ['--import', 'tsx', SCRIPT, url(cluster), from === 'own' ? signal : ''];
      const child: ChildProcess = spawn(process.execPath, args, { stdio: 'inherit' });
      try {
        const reached = from === 'sent' ? isReading : isHeld;
        await waitFor(() => reached(cluster), { what: 'the moment', timeoutMs: 20_000 });
        if (from === 'sent') child.kill(signal);
        if (signal === 'SIGSTOP' && from === 'sent') {
          await waitFor(() => isStuck(cluster), { what: 'a server that cannot send' });
        }
        await waitFor(async () => !(await isHeld(cluster)), {
          what: 'its end',
          timeoutMs: HELD_MS,
        });
        if (signal === 'SIGSTOP') expect(child.exitCode).toBeNull();
      } finally {
        child.kill('SIGKILL');
      }
    },
  );
});

test('a barrier over a Unix socket leaves no session behind', {
  timeout: 60_000,
}, async (context) => {
  const cluster = await clusterFor(context);
  const url = overSocket(cluster);
  const client = await openConnection(connectionSettings({ url }, {}), 'barrier');
  const reader = new PostgresReader(client);
  for (const nonce of ['a', 'b', 'c'])
    await reader.tryBarrier({ keySpace: new KeySpace(''), nonce });
  await closeConnection(client);
  const sessions = async () => {
    const { rowCount } = await cluster.sql.query(
      `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'lenkwerk barrier%'`,
    );
    return rowCount;
  };
  await waitFor(async () => (await sessions()) === 0, { what: 'their end', timeoutMs: 3_000 });
});
