/** A throw-away environment for Lenkwerk: an empty database and an empty key-value store. */
import { randomBytes } from 'node:crypto';
import type { Logger } from '../runtime/logger.js';
import type { Environment } from '../runtime/settings.js';
import { type PostgresServer, startPostgres } from './postgres.js';
import { DEV_STORES, type DevStore, type DevStoreKind, type DevStoreName } from './stores.js';

export interface DevEnvironmentOptions {
  /** Where to look for the servers; see findPostgres and findServer. */
  readonly env: Environment;
  /** The version of PostgreSQL; undefined: any installed one. */
  readonly major?: number | undefined;
  /** undefined: etcd. */
  readonly store?: DevStoreName | undefined;
  /** The folder for the servers' folders; undefined: the folder for temporary files. */
  readonly directory?: string | undefined;
  /** Aborts the start. Afterwards it has no effect: call `stop`. */
  readonly signal?: AbortSignal | undefined;
  readonly logger?: Logger | undefined;
  /** Called with a description of each step. */
  readonly onStep?: ((what: string) => void) | undefined;
}

interface DevEnvironment {
  /** `postgres://user:password@127.0.0.1:port/lenkwerk`, as superuser; the database is empty. */
  readonly databaseUrl: string;
  readonly postgres: PostgresServer;
  /** Empty. */
  readonly store: DevStore;
  /** Ends both servers and removes everything. */
  stop(): Promise<void>;
}

const DATABASE = 'lenkwerk';
/** Of a store in PostgreSQL. */
const STORE_DATABASE = 'store';
const PASSWORD_BYTES = 18;

/**
 * Starts PostgreSQL and the store at the same time and creates the database. Throws `environment`
 * with a hint when one of them is not available, and the signal's reason when that aborts.
 */
export async function startDevEnvironment(options: DevEnvironmentOptions): Promise<DevEnvironment> {
  const { logger, env, directory, major, signal, onStep, store: name = 'etcd' } = options;
  const common = { env, directory, signal, onStep };
  const { title, start }: DevStoreKind = DEV_STORES[name];
  onStep?.(`starting PostgreSQL and ${title}`);
  // Other users of this machine can reach the port, and a superuser can run programs.
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const databases = start === undefined ? [DATABASE, STORE_DATABASE] : [DATABASE];
  const bootstrap = databases.map((database) => `CREATE DATABASE ${database}`);
  const [postgres, store] = await Promise.allSettled([
    startPostgres({ ...common, major, fsync: false, password, bootstrap }),
    start?.(common),
  ]);
  if (postgres.status === 'fulfilled' && store.status === 'fulfilled') {
    const present = environmentOf(postgres.value, store.value);
    logger?.debug('throw-away servers started', { postgres: postgres.value.port, store: name });
    return present;
  }
  if (postgres.status === 'fulfilled') await postgres.value.stop();
  if (store.status === 'fulfilled') await store.value?.stop();
  throw [postgres, store].find((started) => started.status === 'rejected')?.reason;
}

function environmentOf(postgres: PostgresServer, started: DevStore | undefined): DevEnvironment {
  const within = { url: postgres.url(STORE_DATABASE), pid: undefined, stop: async () => {} };
  const store = started ?? within;
  return {
    databaseUrl: postgres.url(DATABASE),
    postgres,
    store,
    async stop() {
      await Promise.all([postgres.stop(), store.stop()]);
    },
  };
}
