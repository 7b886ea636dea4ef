/** SIGINT and SIGTERM: a process ends at once, or reports what became of its transaction. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startPostgres } from '../../../src/dev/postgres.js';
import { startCli } from '../../support/cli/cli.js';
import { lenkwerk } from '../../support/cli/command-line.js';
import { queryDatabase, type Workplace, workplace } from '../../support/servers/command-cluster.js';
import { waitFor } from '../../support/wait.js';

let work: Workplace;
beforeEach(async () => {
  work = await workplace();
});
afterEach(() => work.close());

/** A session that holds the tables until it ends. */
async function heldTables(): Promise<Client> {
  const holder = new Client(work.url);
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE storage.config IN EXCLUSIVE MODE');
  return holder;
}

const waiting = `SELECT pid FROM pg_stat_activity
  WHERE wait_event_type = 'Lock' AND datname = current_database()`;

test.each<[readonly string[], NodeJS.Signals, number]>([
  [['apply', '--auto-approve'], 'SIGTERM', 143],
  [['apply', '--auto-approve'], 'SIGINT', 130],
  [['apply', '--dry-run'], 'SIGINT', 130],
  [['init'], 'SIGTERM', 143],
])(
  '%s that waits for the lock, on %s: nothing was changed',
  async ([verb = '', ...rest], signal, code) => {
    const holder = await heldTables();
    if (verb === 'init') await work.query('ALTER TABLE storage.index REPLICA IDENTITY DEFAULT');
    if (verb === 'init') await holder.query('LOCK TABLE storage.index IN SHARE MODE');
    const paths = verb === 'init' ? [] : [work.manifest('config: { a: 1 }\n')];
    const cli = startCli([verb, ...paths, ...rest], { env: { DATABASE_URL: work.url } });
    await waitFor(async () => (await work.query(waiting)).length === 1, {
      what: 'the wait for the lock',
      timeoutMs: 20_000,
    });
    cli.kill(signal);
    const { exitCode, stdout, stderr } = await cli.ended;
    expect(stderr).toContain(`interrupted by ${signal}: nothing was changed`);
    expect([exitCode, stdout]).toEqual([code, '']);
    // It left the queue for the lock, which is still held.
    expect(await work.query(waiting)).toEqual([]);
    await holder.end();
    expect((await work.run(['history'])).stdout).toBe('Nothing was applied yet.\n');
  },
);

test('an apply that comes to its end all the same reports it', { timeout: 60_000 }, async () => {
  const server = await startPostgres({ env: process.env, fsync: false });
  onTestFinished(() => server.stop());
  const url = server.url('postgres');
  const query = (sql: string) => queryDatabase(url, sql);
  await lenkwerk(['init', '--db', url]);
  await query("ALTER SYSTEM SET synchronous_standby_names = 'ghost'");
  await query('SELECT pg_reload_conf()');
  const args = ['apply', work.manifest('config: { a: 1 }\n'), '--auto-approve'];
  const cli = startCli(args, { env: { DATABASE_URL: url } });
  const syncing = "SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
  await waitFor(async () => (await query(syncing)).length === 1, {
    what: 'the wait for a standby',
    timeoutMs: 20_000,
  });
  cli.kill('SIGINT');
  const { exitCode, stderr } = await cli.ended;
  expect(stderr).toMatch(/apply 1 IS committed on this server, but no synchronous standby/);
  expect(exitCode).toBe(130);
});

test.each(['plan', 'apply'])('%s that waits for a silent server ends at once', async (verb) => {
  const silent = createServer();
  const connected = new Promise<void>((resolve) => silent.once('connection', () => resolve()));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close());
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const args = [verb, work.manifest('config: { a: 1 }\n'), '-h', '127.0.0.1', '-p', `${port}`];
  const cli = startCli(verb === 'apply' ? [...args, '--auto-approve'] : args);
  await connected;
  cli.kill('SIGTERM');
  // The signal itself ended it.
  expect(await cli.ended).toMatchObject({ exitCode: null, stdout: '' });
});

test('a validate that computes ends at once', async () => {
  const keys = Array.from({ length: 240_000 }, (_, at) => `  k${at}: ${at}\n`).join('');
  const cli = startCli(['validate', work.manifest(`config:\n${keys}`)]);
  const ticks = async () => {
    const stat = await readFile(`/proc/${cli.pid}/stat`, 'utf8').catch(() => '');
    return Number(stat.split(' ')[13] ?? 0);
  };
  // Beyond what its start takes.
  await waitFor(async () => (await ticks()) > 30, { what: 'the work', timeoutMs: 30_000 });
  cli.kill('SIGTERM');
  expect(await cli.ended).toEqual({ exitCode: null, stdout: '', stderr: '' });
});
