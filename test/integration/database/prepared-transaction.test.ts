/** A prepared transaction holds locks without a session: whatever waits for it names it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { startPostgres } from '../../../src/dev/postgres.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { postgresSource } from '../../../src/publishing/source/postgres-source.js';
import { lenkwerk } from '../../support/cli/command-line.js';
import { scratchFolder } from '../../support/scratch.js';
import { queryDatabase } from '../../support/servers/command-cluster.js';
import { etcdEndpoint, uniquePrefix } from '../../support/servers/servers.js';

const NAMED = /prepared transaction "?moving day"?, user postgres, for \d\d:\d\d:\d\d/;

/** The URL of a database with one, on a server of its own. */
async function prepared({ onTestFinished }: TestContext): Promise<string> {
  const settings = { max_prepared_transactions: '2' };
  const server = await startPostgres({ env: process.env, fsync: false, settings });
  onTestFinished(() => server.stop());
  const url = server.url('postgres');
  await lenkwerk(['init', '--db', url]);
  await queryDatabase(
    url,
    `BEGIN; INSERT INTO storage.config (key, value) VALUES ('k', '1');
     PREPARE TRANSACTION 'moving day'`,
  );
  return url;
}

test.concurrent('apply names it, and how it is ended', async (context) => {
  const url = await prepared(context);
  const file = join(await scratchFolder(), 'cluster.yaml');
  await writeFile(file, 'apiVersion: lenkwerk/v1\nkind: Cluster\nconfig: { a: 1 }\n');
  const args = ['apply', file, '--auto-approve', '--lock-timeout', '1', '--db', url];
  const { exitCode, stderr } = await lenkwerk(args);
  expect(stderr).toMatch(NAMED);
  expect(stderr).toContain(`ROLLBACK PREPARED or COMMIT PREPARED 'moving day'`);
  expect(exitCode).toBe(6);
});

test.concurrent('verify cannot place its barrier, and names it', async (context) => {
  const url = await prepared(context);
  const kv = `${etcdEndpoint().replace('http', 'etcd')}?prefix=${uniquePrefix()}`;
  const { exitCode, stdout } = await lenkwerk([
    'verify',
    'test/support/states/nothing.yaml',
    '--timeout',
    '2',
    '--kv',
    kv,
    '--db',
    url,
  ]);
  expect(stdout).toMatch(NAMED);
  expect(exitCode).toBe(7);
});

test.concurrent('a new slot waits for it, and names it', { timeout: 60_000 }, async (context) => {
  const url = await prepared(context);
  const session = await postgresSource(connectionSettings({ url }, {})).connect('test');
  const commands = await (await session.replication()).connect();
  try {
    await expect(commands.createSlot('s')).rejects.toMatchObject({
      code: 'lock-not-obtained',
      message: expect.stringMatching(NAMED),
    });
  } finally {
    await commands.close();
    await session.close();
  }
});
