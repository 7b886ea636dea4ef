import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOOPBACK, onFreePort } from '../ports.js';
import { findServer, type ServerProgram } from '../programs/server-program.js';
import { ThrowAwayServer } from '../server.js';
import {
  presentStore,
  SERVER_ENVIRONMENT,
  type StartStoreOptions,
  type StoreServer,
} from './store-server.js';

/** The two descendants of one server: Redis, and its fork. */
export type RedisKind = 'redis' | 'valkey';

/** What either needs that not every machine has. */
const LIBRARIES = ['liblzf1', 'libjemalloc2'];

const PROGRAMS: Readonly<Record<RedisKind, ServerProgram>> = {
  redis: {
    name: 'redis',
    packages: ['redis-server', 'redis-tools', ...LIBRARIES],
    binary: 'redis-server',
    variable: 'REDIS_BIN',
    hint: 'Install Redis (on Debian and Ubuntu: apt-get install redis-server), or set REDIS_BIN to the path of redis-server.',
  },
  valkey: {
    name: 'valkey',
    packages: ['valkey-server', 'valkey-tools', ...LIBRARIES],
    binary: 'valkey-server',
    variable: 'VALKEY_BIN',
    hint: 'Install Valkey (on Debian and Ubuntu: apt-get install valkey-server, before Debian 13 from its backports), or set VALKEY_BIN to the path of valkey-server.',
  },
};

interface StartRedisOptions extends StartStoreOptions {
  readonly kind: RedisKind;
  /** Further lines of its configuration, such as `maxmemory 10mb`; the last of a name counts. */
  readonly config?: readonly string[];
  /** With it the port takes TLS alone. */
  readonly tls?: RedisTls | undefined;
  /** Sentinel in place of a server; `config` names what it watches. */
  readonly isSentinel?: boolean;
}

/** PEM files; a client needs a certificate of the authority. */
interface RedisTls {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface RedisServer extends StoreServer {
  /** `127.0.0.1:port`. */
  readonly endpoint: string;
  /** Holds its data and its configuration. */
  readonly folder: string;
}

/** Starts a server with an append-only file, in a folder of its own. Throws `environment`. */
export async function startRedis(options: StartRedisOptions): Promise<RedisServer> {
  const { kind, directory, signal, isSentinel = false } = options;
  const program = await findServer(PROGRAMS[kind], options);
  return onFreePort(async (port) => {
    const guarded = { name: kind, directory, signal, guardSignal: 'KILL' } as const;
    const server = await ThrowAwayServer.create(guarded);
    const config = join(server.folder, 'server.conf');
    const start = async () => {
      const args = isSentinel ? [config, '--sentinel'] : [config];
      const env = { ...SERVER_ENVIRONMENT, ...program.env };
      await server.start({ file: program.file, args, env }, (pid) => isReady(server, pid));
    };
    try {
      await writeFile(config, configuration(options, { port, folder: server.folder }));
      await start();
    } catch (error) {
      await server.remove();
      throw error;
    }
    return presentStore(server, start, { endpoint: `${LOOPBACK}:${port}`, folder: server.folder });
  });
}

interface Place {
  readonly port: number;
  readonly folder: string;
}

/** https://redis.io/docs/latest/operate/oss_and_stack/management/config/ */
function configuration(options: StartRedisOptions, { port, folder }: Place): string {
  const { tls, isSentinel = false, config = [] } = options;
  const encrypted =
    tls === undefined
      ? [`port ${port}`]
      : [
          ...['port 0', `tls-port ${port}`, `tls-ca-cert-file ${tls.caFile}`],
          ...[`tls-cert-file ${tls.certFile}`, `tls-key-file ${tls.keyFile}`],
        ];
  // A replica waits by default for others that may want the same copy.
  const stored = ['save ""', 'appendonly yes', 'repl-diskless-sync-delay 0'];
  const lines = [`bind ${LOOPBACK}`, `dir ${folder}`, ...encrypted, ...(isSentinel ? [] : stored)];
  return [...lines, ...config, ''].join('\n');
}

/** By its log: another process may have taken the port, and while it loads data it answers. */
async function isReady(server: ThrowAwayServer, pid: number): Promise<boolean> {
  const log = await readFile(join(server.folder, 'server.log'), 'utf8').catch(() => '');
  const ready = /Ready to accept connections|Sentinel ID is/;
  return log.split('\n').some((line) => line.startsWith(`${pid}:`) && ready.test(line));
}
