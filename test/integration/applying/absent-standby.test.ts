/** A COMMIT that waits for a synchronous standby that is away is committed, and reported so. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyDesired } from '../../../src/applying/apply.js';
import { applyContext } from '../../../src/applying/context/context.js';
import { loadDesired } from '../../../src/applying/desired.js';
import { init } from '../../../src/applying/init.js';
import { type PostgresServer, startPostgres } from '../../../src/dev/postgres.js';
import { lenkwerk } from '../../support/cli/command-line.js';
import { scratchFolder } from '../../support/scratch.js';
import { queryDatabase } from '../../support/servers/command-cluster.js';
import { waitFor } from '../../support/wait.js';

const TIMEOUT_MS = 1_500;

let server: PostgresServer;
let url: string;
beforeEach(async () => {
  server = await startPostgres({ env: process.env, fsync: false });
  url = server.url('postgres');
});
afterEach(() => server.stop());

async function requireStandby(names: string): Promise<void> {
  await queryDatabase(url, `ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
  await queryDatabase(url, 'SELECT pg_reload_conf()');
  await waitFor(
    async () => {
      const [[shown] = []] = await queryDatabase(url, 'SHOW synchronous_standby_names');
      return shown === names;
    },
    { what: 'the setting' },
  );
}

const context = () => applyContext({ connection: { url, answerTimeoutMs: TIMEOUT_MS } });

async function source(config: string) {
  const file = join(await scratchFolder(), 'cluster.yaml');
  await writeFile(file, `apiVersion: lenkwerk/v1\nkind: Cluster\nconfig: ${config}\n`);
  return await loadDesired(applyContext(), [file]);
}

const recorded = () => queryDatabase(url, 'SELECT key FROM storage.config');

test('an apply IS committed, and waits', { timeout: 60_000 }, async () => {
  await lenkwerk(['init', '--db', url]);
  await requireStandby('ghost');
  const apply = applyDesired(context(), await source('{ a: 1 }'), { answerTimeoutMs: TIMEOUT_MS });
  await expect(apply).rejects.toMatchObject({
    code: 'not-converged',
    message: expect.stringMatching(/^apply 1 IS committed on this server, but no synchronous/),
    hint: expect.stringMatching(/session \d+ keeps the tables locked.*do not apply again/),
  });
  // Committed, and not to be seen before the wait is over.
  expect(await recorded()).toEqual([]);
  await requireStandby('');
  await waitFor(async () => (await recorded()).length === 1, { what: 'the row' });
  const again = await lenkwerk(['history', '--db', url, '--json']);
  expect(again.exitCode).toBe(0);
});

test('another apply meanwhile names the session that waits', { timeout: 60_000 }, async () => {
  await lenkwerk(['init', '--db', url]);
  await requireStandby('ghost');
  const options = { answerTimeoutMs: TIMEOUT_MS, lockTimeoutMs: 300 };
  const first = applyDesired(context(), await source('{ a: 1 }'), options);
  await expect(first).rejects.toMatchObject({ code: 'not-converged' });
  await expect(applyDesired(context(), await source('{ a: 2 }'), options)).rejects.toMatchObject({
    code: 'lock-not-obtained',
    message: expect.stringContaining('waits for a synchronous standby'),
  });
  await requireStandby('');
});

test('an init reports that the outcome is unknown, and how to find out', {
  timeout: 60_000,
}, async () => {
  await requireStandby('ghost');
  const flags = {
    check: false,
    remove: false,
    createDatabase: false,
    roles: false,
    newIdentity: false,
    node: false,
  };
  await expect(init(context(), flags)).rejects.toMatchObject({
    code: 'inconclusive',
    message: expect.stringMatching(/^whether it was committed is not known: .*did not answer/),
  });
  await requireStandby('');
  const check = { ...flags, check: true };
  await waitFor(async () => (await init(context(), check)).done.length === 0, { what: 'init' });
});
