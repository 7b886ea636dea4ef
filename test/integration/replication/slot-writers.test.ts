/** What the creation of a slot waits for is named, also to a role that sees little. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { postgresSource } from '../../../src/publishing/source/postgres-source.js';
import type { Cluster } from '../../support/agents/agent-cluster.js';
import { createClusterOnOwnServer } from '../../support/agents/own-server.js';
import { waitFor } from '../../support/wait.js';

let cluster: Cluster;

beforeEach(async () => {
  ({ cluster } = await createClusterOnOwnServer());
  await cluster.initialise();
  await requireStandby('ghost');
});

afterEach(async () => {
  await requireStandby('');
  await cluster.close();
});

async function requireStandby(names: string): Promise<void> {
  await cluster.sql.query(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
  await cluster.sql.query('SELECT pg_reload_conf()');
}

/** Creates a slot, and returns why that is not possible. */
async function refusal(url: string, slot: string): Promise<unknown> {
  const session = await postgresSource(connectionSettings({ url }, {})).connect('test');
  const commands = await (await session.replication()).connect();
  try {
    return await commands.createSlot(slot).catch((error: unknown) => error);
  } finally {
    await commands.close();
    await session.close();
  }
}

test('a commit that waits for a standby is named', { timeout: 60_000 }, async () => {
  await cluster.sql.query('SET synchronous_commit = local');
  await cluster.sql.query("CREATE ROLE limited LOGIN REPLICATION PASSWORD 'p'");
  const writer = await openConnection(cluster.settings, 'writer');
  const { rows } = await writer.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const committed = writer.query("INSERT INTO storage.config (key, value) VALUES ('a', '1')");
  await waitFor(
    async () => {
      const { rowCount } = await cluster.sql.query(
        "SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
      );
      return rowCount === 1;
    },
    { what: 'the commit to wait' },
  );
  const limited = new URL(cluster.database.url);
  Object.assign(limited, { username: 'limited', password: 'p' });
  const [seen, hidden] = await Promise.all([
    refusal(cluster.database.url, 'seen'),
    refusal(limited.href, 'hidden'),
  ]);
  const pid = rows[0]?.pid;
  expect(seen).toMatchObject({
    code: 'lock-not-obtained',
    message: expect.stringMatching(
      new RegExp(
        `waits for pid ${pid}, user \\w+, for \\S+, which waits for a synchronous standby`,
      ),
    ),
    hint: expect.stringContaining('synchronous_standby_names'),
  });
  expect(hidden).toMatchObject({
    code: 'lock-not-obtained',
    message: expect.stringMatching(new RegExp(`waits for pid ${pid}, user \\w+`)),
  });
  await requireStandby('');
  await committed;
  await writer.end();
});
