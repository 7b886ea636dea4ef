/** The locks of a barrier end in time, whatever becomes of the process that took them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PostgresServer } from '../../../../src/dev/postgres.js';
import { closeConnection } from '../../../../src/postgres/connect/attempt.js';
import { openConnection } from '../../../../src/postgres/connection.js';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import { KeySpace } from '../../../../src/publishing/records/key-space.js';
import { PostgresReader } from '../../../../src/publishing/source/postgres-reader.js';
import type { Cluster } from '../../../support/agents/agent-cluster.js';
import { createClusterOnOwnServer } from '../../../support/agents/own-server.js';
import { waitFor } from '../../../support/wait.js';

const SCRIPT = fileURLToPath(new URL('../../../support/held-barrier.ts', import.meta.url));
/** BARRIER_SILENCE_MS, and some time for a busy machine. */
const HELD_MS = 10_000 + 5_000;

// On a server of its own: a barrier that is held keeps every agent of the server from a new slot.
let cluster: Cluster;
let postgres: PostgresServer;
let socketFolder: string;
beforeAll(async () => {
  socketFolder = await mkdtemp(join(tmpdir(), 'lenkwerk-socket-'));
  await chmod(socketFolder, 0o1777);
  ({ cluster, postgres } = await createClusterOnOwnServer(undefined, {
    unix_socket_directories: socketFolder,
  }));
  // More than the buffers of a connection hold.
  await cluster.sql.query(`INSERT INTO storage.config (key, value)
    SELECT 'k' || i, to_json(repeat(md5(i::text), 10000)) FROM generate_series(1, 100) AS i`);
});
afterAll(async () => {
  await cluster.close();
  await rm(socketFolder, { recursive: true });
});

const overSocket = () =>
  `postgres:///postgres?host=${socketFolder}&port=${postgres.port}&user=postgres`;

async function isHeld(): Promise<boolean> {
  const { rowCount } = await cluster.sql.query(
    `SELECT FROM pg_locks WHERE mode = 'ShareLock' AND granted
        AND relation = 'storage.config'::regclass`,
  );
  return rowCount !== 0;
}

/** The rows are under way. */
async function isReading(): Promise<boolean> {
  return isIn('state = \'active\' AND query LIKE \'%FROM ONLY "storage"."config"%\'');
}

async function isStuck(): Promise<boolean> {
  return isIn("wait_event = 'ClientWrite'");
}

async function isIn(condition: string): Promise<boolean> {
  const { rowCount } = await cluster.sql.query(
    `SELECT FROM pg_stat_activity WHERE application_name = 'lenkwerk barrier' AND ${condition}`,
  );
  return rowCount !== 0;
}

const ENDS = [
  ['stopped while it reads', 'SIGSTOP', 'sent'],
  ['killed while it reads', 'SIGKILL', 'sent'],
  ['stopped before the commit', 'SIGSTOP', 'own'],
  ['killed before the commit', 'SIGKILL', 'own'],
] as const;

describe.each([
  ['over TCP', () => cluster.database.url],
  ['over a Unix socket', overSocket],
])('%s', (_, url) => {
  test.each(ENDS)('of a process that is %s', { timeout: 60_000 }, async (_what, signal, from) => {
    const args = ['--import', 'tsx', SCRIPT, url(), from === 'own' ? signal : ''];
    const child: ChildProcess = spawn(process.execPath, args, { stdio: 'inherit' });
    try {
      const reached = from === 'sent' ? isReading : isHeld;
      await waitFor(reached, { what: 'the moment', timeoutMs: 20_000 });
      if (from === 'sent') child.kill(signal);
      if (signal === 'SIGSTOP' && from === 'sent') {
        await waitFor(isStuck, { what: 'a server that cannot send' });
      }
      await waitFor(async () => !(await isHeld()), { what: 'its end', timeoutMs: HELD_MS });
      if (signal === 'SIGSTOP') expect(child.exitCode).toBeNull();
    } finally {
      child.kill('SIGKILL');
    }
  });
});

test('a barrier over a Unix socket leaves no session behind', { timeout: 60_000 }, async () => {
  const client = await openConnection(connectionSettings({ url: overSocket() }, {}), 'barrier');
  const reader = new PostgresReader(client);
  for (const nonce of ['a', 'b', 'c'])
    await reader.tryBarrier({ keySpace: new KeySpace(''), nonce });
  await closeConnection(client);
  const sessions = async () => {
    const { rowCount } = await cluster.sql.query(
      "SELECT FROM pg_stat_activity WHERE application_name LIKE 'lenkwerk barrier%'",
    );
    return rowCount;
  };
  await waitFor(async () => (await sessions()) === 0, { what: 'their end', timeoutMs: 3_000 });
});
