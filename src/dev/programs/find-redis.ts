import {
  type FindServerOptions,
  type FoundServer,
  findServer,
  type ServerProgram,
} from './server-program.js';

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

/** The program of a server; see findServer. Throws `environment`. */
export function findRedis(kind: RedisKind, options: FindServerOptions): Promise<FoundServer> {
  return findServer(PROGRAMS[kind], options);
}
