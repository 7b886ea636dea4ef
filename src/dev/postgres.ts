import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '../model/errors.js';
import { findPostgres, type PostgresBinaries, postgresIdentity } from './find-postgres.js';
import { LOOPBACK, onFreePort } from './ports.js';
import { type Environment, type Identity, run } from './run.js';
import { ThrowAwayServer } from './server.js';

export interface StartPostgresOptions {
  /** Where to look for PostgreSQL; see findPostgres. */
  readonly env: Environment;
  readonly major?: number;
  /** Where the server's folder is made; undefined: the folder for temporary files. */
  readonly directory?: string;
  /** false: faster, and what is written may be lost with the machine. Default true. */
  readonly fsync?: boolean;
  /** undefined: every local user may connect as superuser, which suits tests only. */
  readonly password?: string;
  /** Run once before the server starts, one statement each, in database `postgres`. */
  readonly bootstrap?: readonly string[];
  /** Further configuration parameters, by name. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PostgreSQL that listens on the loopback address and vanishes with this process. */
export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  readonly major: number;
  /** Of the postmaster; undefined while it does not run. */
  readonly pid: number | undefined;
  /** Connection URL of a database, as the superuser. */
  url(database: string): string;
  /** Starts again after `shutDown` or `crash`: the same data, the same port. */
  start(): Promise<void>;
  /** Ends the server in order and keeps its data. */
  shutDown(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Kills every process of the server at once, as a crash of the machine's kernel would. */
  crash(): Promise<void>;
  /** Ends the server and removes everything. */
  stop(): Promise<void>;
}

const SUPERUSER = 'postgres';
const SYSTEM_PATH = '/usr/bin:/bin';
const INITDB_TIMEOUT_MS = 120_000;
/** The line of postmaster.pid that holds the state, and what it says when clients may connect. */
const STATE_LINE = 7;
const READY_STATE = 'ready';

const SETTINGS = {
  listen_addresses: LOOPBACK,
  unix_socket_directories: '',
  wal_level: 'logical',
  max_replication_slots: '64',
  max_wal_senders: '64',
  max_connections: '300',
  timezone: 'UTC',
  log_timezone: 'UTC',
} as const;

/** Creates a cluster in a folder of its own and starts it. Throws `environment`. */
export async function startPostgres(options: StartPostgresOptions): Promise<PostgresServer> {
  const identity = await postgresIdentity();
  const { env, major } = options;
  const binaries = await findPostgres({ env, identity, ...(major === undefined ? {} : { major }) });
  const { directory } = options;
  const server = await ThrowAwayServer.create({
    name: 'postgres',
    directory,
    identity,
    guardSignal: 'QUIT',
  });
  try {
    const cluster = { server, binaries, identity, data: join(server.folder, 'data') };
    await initialise(cluster, options);
    const port = await onFreePort(async (port) => {
      await startPostmaster(cluster, port);
      return port;
    });
    return presentServer(cluster, port, options.password);
  } catch (error) {
    await server.remove();
    throw error;
  }
}

interface Cluster {
  readonly server: ThrowAwayServer;
  readonly binaries: PostgresBinaries;
  readonly identity: Identity | undefined;
  readonly data: string;
}

async function initialise(cluster: Cluster, options: StartPostgresOptions): Promise<void> {
  const { server, binaries, identity, data } = cluster;
  const { password, bootstrap = [], fsync = true } = options;
  // Only this environment: PGDATA, PGPORT and their like would change what happens.
  const env = { PATH: SYSTEM_PATH, LC_ALL: 'C' };
  const running = { env, cwd: server.folder, timeoutMs: INITDB_TIMEOUT_MS, identity };
  const args = ['--pgdata', data, '--username', SUPERUSER, '--encoding=UTF8', '--locale=C'];
  args.push('--no-sync', '--no-instructions');
  if (password === undefined) {
    await run(join(binaries.folder, 'initdb'), [...args, '--auth=trust'], running);
  } else {
    const withPassword = [...args, '--auth=scram-sha-256', '--pwfile=/dev/stdin'];
    const input = `${password}\n`;
    await run(join(binaries.folder, 'initdb'), withPassword, { ...running, input });
  }
  const settings = { ...SETTINGS, fsync: fsync ? 'on' : 'off', ...options.settings };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quote(value)}\n`);
  await writeFile(join(data, 'postgresql.auto.conf'), lines.join(''));
  if (bootstrap.length > 0) {
    const input = `${bootstrap.join('\n')}\n`;
    const single = ['--single', '-D', data, 'postgres'];
    await run(join(binaries.folder, 'postgres'), single, { ...running, input });
  }
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

async function startPostmaster(cluster: Cluster, port: number): Promise<void> {
  const { server, binaries, data } = cluster;
  await server.start({
    file: join(binaries.folder, 'postgres'),
    args: ['-D', data, '-p', String(port)],
    env: { PATH: SYSTEM_PATH, LC_ALL: 'C' },
    ready: (pid) => isReady(data, pid),
  });
}

/** Reads the state as pg_ctl does, which cannot mistake another server on the port for ours. */
async function isReady(data: string, pid: number): Promise<boolean> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  return lines[0]?.trim() === String(pid) && lines[STATE_LINE]?.trim() === READY_STATE;
}

function presentServer(
  cluster: Cluster,
  port: number,
  password: string | undefined,
): PostgresServer {
  const { server, binaries } = cluster;
  const credentials = password === undefined ? SUPERUSER : `${SUPERUSER}:${password}`;
  return {
    host: LOOPBACK,
    port,
    major: binaries.major,
    get pid() {
      return server.pid;
    },
    url: (database) => `postgres://${credentials}@${LOOPBACK}:${port}/${database}`,
    start: () => startPostmaster(cluster, port),
    shutDown: (mode = 'fast') => server.end(mode === 'fast' ? 'SIGINT' : 'SIGQUIT'),
    crash: () => crash(server),
    async stop() {
      await server.end('SIGINT');
      await server.remove();
    },
  };
}

/** Backends run in sessions of their own, so the postmaster's children are found one by one. */
async function crash(server: ThrowAwayServer): Promise<void> {
  const { pid } = server;
  assert(pid !== undefined, 'a server that crashes runs');
  // A stopped postmaster starts no further children while we look for them.
  process.kill(pid, 'SIGSTOP');
  const children = await childrenOf(pid);
  const ended = server.end('SIGKILL');
  for (const child of children) kill(child);
  await ended;
}

async function childrenOf(parent: number): Promise<readonly number[]> {
  const text = await run('ps', ['-A', '-o', 'pid=,ppid='], {
    env: { PATH: SYSTEM_PATH },
    cwd: '/',
    timeoutMs: 10_000,
  });
  const pairs = text.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([pid, ppid]) => (pid !== undefined && ppid === parent ? [pid] : []));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}
