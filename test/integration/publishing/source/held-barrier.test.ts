/** The locks of a barrier end in time, whatever becomes of the process that took them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cluster } from '../../../support/agents/agent-cluster.js';
import { createClusterOnOwnServer } from '../../../support/agents/own-server.js';
import { waitFor } from '../../../support/wait.js';

const SCRIPT = fileURLToPath(new URL('../../../support/held-barrier.ts', import.meta.url));
/** BARRIER_SILENCE_MS, and some time for a busy machine. */
const HELD_MS = 10_000 + 5_000;

// On a server of its own: a barrier that is held keeps every agent of the server from a new slot.
let cluster: Cluster;
beforeAll(async () => {
  ({ cluster } = await createClusterOnOwnServer());
  // More than the buffers of a connection hold.
  await cluster.sql.query(`INSERT INTO storage.config (key, value)
    SELECT 'k' || i, to_json(repeat(md5(i::text), 10000)) FROM generate_series(1, 100) AS i`);
});
afterAll(() => cluster.close());

async function isHeld(): Promise<boolean> {
  const { rowCount } = await cluster.sql.query(
    `SELECT FROM pg_locks WHERE mode = 'ShareLock' AND granted
        AND relation = 'storage.config'::regclass`,
  );
  return rowCount !== 0;
}

test.each([
  ['stopped while it reads', 'SIGSTOP', 'sent'],
  ['killed while it reads', 'SIGKILL', 'sent'],
  ['stopped before the commit', 'SIGSTOP', 'own'],
  ['killed before the commit', 'SIGKILL', 'own'],
] as const)('of a process that is %s', { timeout: 60_000 }, async (_, signal, from) => {
  const args = ['--import', 'tsx', SCRIPT, cluster.database.url, from === 'own' ? signal : ''];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: 'inherit' });
  try {
    await waitFor(isHeld, { what: 'the lock', timeoutMs: 20_000 });
    if (from === 'sent') child.kill(signal);
    await waitFor(async () => !(await isHeld()), { what: 'its end', timeoutMs: HELD_MS });
    if (signal === 'SIGSTOP') expect(child.exitCode).toBeNull();
  } finally {
    child.kill('SIGKILL');
  }
});
