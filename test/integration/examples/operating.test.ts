/** The commands of examples/operating, a chapter each, as they are written. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startPostgres } from '../../../src/dev/postgres.js';
import { type RunningCli, runCli, startCli } from '../../support/cli/cli.js';
import { consoleLines, runProgram, scriptOf } from '../../support/cli/console-lines.js';
import { queryDatabase } from '../../support/servers/command-cluster.js';
import {
  createDatabase,
  etcdEndpoint,
  type TestDatabase,
  uniqueName,
  uniquePrefix,
} from '../../support/servers/servers.js';

const ROOT = new URL('../../..', import.meta.url);
const QUICKSTART = fileURLToPath(new URL('examples/quickstart/', ROOT));
const TIMEOUT_MS = 180_000;
const DONE = { exitCode: 0, output: '' };

let folder: string;
let database: TestDatabase;
let env: Readonly<Record<'DATABASE_URL' | 'LENKWERK_STORE', string>>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenkwerk-operating-'));
  database = await createDatabase();
  const store = `${etcdEndpoint().replace(/^http/, 'etcd')}?prefix=${uniquePrefix()}`;
  env = { DATABASE_URL: database.url, LENKWERK_STORE: store };
  await done(['init']);
});
afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function done(args: readonly string[], url = env.DATABASE_URL): Promise<string> {
  const result = await runCli(args, { env: { ...env, DATABASE_URL: url }, cwd: folder });
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  return result.stdout;
}

/** The chapters that hold commands to run, by heading. */
async function chapters(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(new URL('examples/operating/README.md', ROOT), 'utf8');
  const parts = text.split(/^## /m).map((part): [string, string] => {
    return [part.split('\n', 1)[0] ?? '', part];
  });
  return new Map(parts.filter(([, part]) => consoleLines(part).length > 0));
}

async function runLines(markdown: string, more: Readonly<Record<string, string>> = {}) {
  const script = scriptOf(consoleLines(markdown));
  return runProgram('sh', ['-c', script], {
    cwd: folder,
    env: { ...process.env, ...env, ...more },
  });
}

async function chapter(heading: string): Promise<string> {
  return (await chapters()).get(heading) ?? '';
}

async function withAgent<Result>(
  url: string,
  work: (agent: RunningCli) => Promise<Result>,
): Promise<Result> {
  const args = ['agent', '--slot', uniqueName('slot')];
  const agent = startCli(args, { env: { ...env, DATABASE_URL: url } });
  const result = await work(agent);
  agent.kill();
  await agent.ended;
  return result;
}

test('each chapter with commands is run here, and SECURITY.md has none', async () => {
  expect([...(await chapters()).keys()]).toEqual(['Upgrade', 'Backup and restore', 'Uninstall']);
  expect(consoleLines(await readFile(new URL('.github/SECURITY.md', ROOT), 'utf8'))).toEqual([]);
});

test('upgrade', { timeout: TIMEOUT_MS }, async () => {
  const lines = await chapter('Upgrade');
  await withAgent(database.url, async () => {
    await done(['apply', join(QUICKSTART, 'cluster.yaml'), '--auto-approve', '--wait']);
    expect(await runLines(lines)).toEqual(DONE);
  });
});

const hasDump = () => {
  try {
    execFileSync('pg_dump', ['--version']);
    return true;
  } catch {
    return false;
  }
};

/** Where the programs of a client are installed; the packages of the servers come without them. */
test.skipIf(!hasDump())(
  'backup, and a restore on a new server, which takes the place',
  {
    timeout: TIMEOUT_MS,
  },
  async () => {
    const applied = join(QUICKSTART, 'cluster.yaml');
    await withAgent(database.url, () => done(['apply', applied, '--auto-approve', '--wait']));
    const other = await startPostgres({ env: process.env, fsync: false });
    try {
      const url = other.url('postgres');
      // The commands before the agent starts there, and those after.
      const [before = '', after = ''] = (await chapter('Backup and restore')).split(
        /^`\$RESTORED_URL` is/m,
      );
      expect(await runLines(before, { RESTORED_URL: url })).toEqual(DONE);
      // What was applied after the backup is gone there.
      await withAgent(database.url, () =>
        done(['apply', join(QUICKSTART, 'cluster-next.yaml'), '--auto-approve', '--wait']),
      );
      await withAgent(url, async () => {
        await done(['verify', applied, '--wait'], url);
        expect(await runLines(after, { RESTORED_URL: url })).toEqual(DONE);
        // Sequences go on: nothing that is created has an id of before.
        await done(
          ['apply', join(QUICKSTART, 'cluster-next.yaml'), '--auto-approve', '--wait'],
          url,
        );
      });
      expect(await queryDatabase(url, IDENTITIES)).toEqual([['f']]);
    } finally {
      await other.stop();
    }
  },
);

const IDENTITIES = `SELECT DISTINCT relreplident FROM pg_catalog.pg_class
  WHERE relnamespace = 'storage'::regnamespace AND relkind = 'r' AND relname <> 'time_bound'`;

test('uninstall leaves the tables of the interface', { timeout: TIMEOUT_MS }, async () => {
  await withAgent(database.url, () =>
    done(['apply', join(QUICKSTART, 'cluster.yaml'), '--auto-approve', '--wait']),
  );
  expect(await runLines(await chapter('Uninstall'))).toEqual(DONE);
  const rest = `SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname IN ('storage', 'lenkwerk') AND c.relkind = 'r' ORDER BY 1`;
  expect((await queryDatabase(database.url, rest)).flat()).toEqual(
    [
      'config',
      'dimension',
      'index',
      'index_field',
      'postgres_instance',
      'servermap',
      'time_bound',
    ].map((table) => `storage.${table}`),
  );
  const slots = `SELECT slot_name FROM pg_catalog.pg_replication_slots
    WHERE database = pg_catalog.current_database()`;
  expect(await queryDatabase(database.url, slots)).toEqual([]);
  const hosts = 'SELECT count(*)::int FROM storage.postgres_instance';
  expect(await queryDatabase(database.url, hosts)).toEqual([[12]]);
});
