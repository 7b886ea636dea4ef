import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../runtime/settings.js';
import { LOOPBACK, onFreePort } from './ports.js';
import { findPostgres, type PostgresBinaries, postgresIdentity } from './programs/find-postgres.js';
import { type Command, ThrowAwayServer } from './server.js';

interface StartPostgresOptions {
  /** Where to look for PostgreSQL; see findPostgres. */
  readonly env: Environment;
  /** undefined: any installed one. */
  readonly major?: number | undefined;
  /** The folder for the server's folder; undefined: the folder for temporary files. */
  readonly directory?: string | undefined;
  /** false: faster, and writes may be lost with the machine. Default true. */
  readonly fsync?: boolean;
  /** undefined: every local user may connect as superuser, for tests only. */
  readonly password?: string;
  /** SQL, a line each, that is run once, in database `postgres`, before any client can connect. */
  readonly bootstrap?: readonly string[];
  /** Further configuration parameters, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Aborts the start. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a description of each step. */
  readonly onStep?: ((what: string) => void) | undefined;
}

/** A PostgreSQL that listens on the loopback address and ends with this process. */
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
  /** Kills every process of the server at once; the data are as a crash leaves them. */
  crash(): Promise<void>;
  /** Stops every process of the server with SIGSTOP: connections hang, nothing is refused. */
  freeze(): Promise<void>;
  /** Ends `freeze`. */
  thaw(): Promise<void>;
  /** Ends the server and removes everything. */
  stop(): Promise<void>;
}

const SUPERUSER = 'postgres';
/** No other variables: PGDATA, PGPORT and the like would change the server's settings. */
const SERVER_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
/** The line of postmaster.pid with the state, and its value when clients may connect. */
const STATE_LINE = 7;
const READY_STATES: readonly (string | undefined)[] = ['ready', 'standby'];

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
  const { env, major, signal, directory, onStep } = options;
  const identity = await postgresIdentity();
  const binaries = await findPostgres({ env, identity, major, signal, onStep });
  const name = 'postgres';
  // The postmaster takes SIGQUIT for an immediate shutdown, which ends its children as well.
  const guarded = { name, directory, identity, signal, guardSignal: 'QUIT' } as const;
  const server = await ThrowAwayServer.create(guarded);
  const cluster = { server, binaries, data: join(server.folder, 'data') };
  try {
    await initialise(cluster);
    await configure(cluster, options);
    await bootstrap(cluster, options);
    const port = await onFreePort(async (candidate) => {
      await startPostmaster(cluster, candidate);
      return candidate;
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
  readonly data: string;
}

async function initialise(cluster: Cluster): Promise<void> {
  const args = ['--pgdata', cluster.data, '--username', SUPERUSER, '--auth=trust'];
  args.push('--encoding=UTF8', '--locale=C', '--no-sync');
  await cluster.server.complete(program(cluster, 'initdb', args));
}

/** These files exist already, so they keep their owner under root. */
async function configure(cluster: Cluster, options: StartPostgresOptions): Promise<void> {
  const fsync = options.fsync === false ? 'off' : 'on';
  const settings = Object.entries({ ...SETTINGS, fsync, ...options.settings });
  const lines = settings.map(([name, value]) => `${name} = ${literal(value)}\n`);
  await writeFile(join(cluster.data, 'postgresql.auto.conf'), lines.join(''));
  if (options.password === undefined) return;
  const rule = `host all,replication all ${LOOPBACK}/32 scram-sha-256\n`;
  await writeFile(join(cluster.data, 'pg_hba.conf'), rule);
}

/** Runs statements in single-user mode, as initdb does, where a line is a statement. */
async function bootstrap(cluster: Cluster, options: StartPostgresOptions): Promise<void> {
  const { password, bootstrap: statements = [] } = options;
  const lines = statements.map((statement) => `${statement}\n`);
  if (password !== undefined) {
    lines.unshift(`ALTER ROLE ${SUPERUSER} PASSWORD ${literal(password)}\n`);
  }
  if (lines.length === 0) return;
  const args = ['--single', '-D', cluster.data, 'postgres'];
  const input = lines.join('');
  await cluster.server.complete({ ...program(cluster, 'postgres', args), input });
}

/** In SQL as in the configuration file. */
function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

async function startPostmaster(cluster: Cluster, port: number): Promise<void> {
  const stateFile = join(cluster.data, 'postmaster.pid');
  const postmaster = program(cluster, 'postgres', ['-D', cluster.data, '-p', String(port)]);
  // The file that a crash left names a process id that may be another process's now.
  await rm(stateFile, { force: true });
  await cluster.server.start(postmaster, (pid) => isReady(stateFile, pid));
}

function program(cluster: Cluster, name: string, args: readonly string[]): Command {
  return { file: join(cluster.binaries.folder, name), args, env: SERVER_ENVIRONMENT };
}

/** Reads the state as pg_ctl does, so that another server on the port is not taken for ours. */
async function isReady(stateFile: string, pid: number): Promise<boolean> {
  const text = await readFile(stateFile, 'utf8').catch(() => '');
  const lines = text.split('\n');
  return lines[0]?.trim() === String(pid) && READY_STATES.includes(lines[STATE_LINE]?.trim());
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
    crash: () => server.killAll(),
    freeze: () => server.signalAll('SIGSTOP'),
    thaw: () => server.signalAll('SIGCONT'),
    async stop() {
      await server.signalAll('SIGCONT');
      await server.end('SIGINT');
      await server.remove();
    },
  };
}
