/**
 * A throw-away environment for Lenkwerk: an empty database, an empty key-value store, and empty
 * databases for storage nodes.
 */
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
  /** The number of storage nodes; undefined: none. */
  readonly nodes?: number | undefined;
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
  /** Of the databases of the storage nodes, as `databaseUrl`; all of them are empty. */
  readonly nodeUrls: readonly string[];
  /** Ends all servers and removes everything. */
  stop(): Promise<void>;
}

const DATABASE = 'lenkwerk';
/** Of a store in PostgreSQL. */
const STORE_DATABASE = 'store';
const PASSWORD_BYTES = 18;

/**
 * Starts the servers at the same time and creates the databases. Throws `environment` with a hint
 * when one of them is not available, and the signal's reason when that aborts.
 */
export async function startDevEnvironment(options: DevEnvironmentOptions): Promise<DevEnvironment> {
  const { logger, env, directory, signal, onStep, store: name = 'etcd', nodes = 0 } = options;
  const { title, start }: DevStoreKind = DEV_STORES[name];
  onStep?.(`starting PostgreSQL and ${title}`);
  const databases = start === undefined ? [DATABASE, STORE_DATABASE] : [DATABASE];
  const ofNodes = Array.from({ length: nodes }, (_, i) => `node_${i + 1}`);
  const starting = [
    startServer(databases, options),
    start?.({ env, directory, signal, onStep }),
    // Nodes have a server of their own, as everywhere.
    nodes === 0 ? undefined : startServer(ofNodes, options),
  ] as const;
  try {
    const [postgres, store, nodeServer] = await Promise.all(starting);
    logger?.debug('throw-away servers started', { postgres: postgres.port, store: name });
    const nodeUrls = ofNodes.flatMap((node) => nodeServer?.url(node) ?? []);
    const stop = async () => {
      await Promise.all([postgres.stop(), store?.stop(), nodeServer?.stop()]);
    };
    const present = { databaseUrl: postgres.url(DATABASE), postgres, nodeUrls, stop };
    return { ...present, store: store ?? storeWithin(postgres) };
  } catch (error) {
    for (const server of await Promise.allSettled(starting)) {
      if (server.status === 'fulfilled') await server.value?.stop();
    }
    throw error;
  }
}

/** A PostgreSQL with these databases. */
function startServer(
  databases: readonly string[],
  { env, major, directory, signal, onStep }: DevEnvironmentOptions,
): Promise<PostgresServer> {
  // Other users of this machine can reach the port, and a superuser can run programs.
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const bootstrap = databases.map((database) => `CREATE DATABASE ${database}`);
  return startPostgres({
    env,
    major,
    directory,
    signal,
    onStep,
    fsync: false,
    password,
    bootstrap,
  });
}

function storeWithin(postgres: PostgresServer): DevStore {
  return { url: postgres.url(STORE_DATABASE), pid: undefined, stop: async () => {} };
}
