/** A throw-away environment for Lenkwerk: an empty database and an empty key-value store. */
import { randomBytes } from 'node:crypto';
import type { Logger } from '../runtime/logger.js';
import type { Environment } from '../runtime/settings.js';
import { type EtcdServer, startEtcd } from './etcd.js';
import { type PostgresServer, startPostgres } from './postgres.js';

export interface DevEnvironmentOptions {
  /** Where to look for the servers; see findPostgres and findServer. */
  readonly env: Environment;
  /** The version of PostgreSQL; undefined: any installed one. */
  readonly major?: number | undefined;
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
  /** `etcd://127.0.0.1:port`. */
  readonly storeUrl: string;
  readonly postgres: PostgresServer;
  readonly etcd: EtcdServer;
  /** Ends both servers and removes everything. */
  stop(): Promise<void>;
}

const DATABASE = 'lenkwerk';
const PASSWORD_BYTES = 18;

/**
 * Starts PostgreSQL and etcd at the same time and creates the database. Throws `environment` with a
 * hint when one of them is not available, and the signal's reason when that aborts.
 */
export async function startDevEnvironment(options: DevEnvironmentOptions): Promise<DevEnvironment> {
  const { logger, env, directory, major, signal, onStep } = options;
  const common = { env, directory, signal, onStep };
  onStep?.('starting PostgreSQL and etcd');
  // Other users of this machine can reach the port, and a superuser can run programs.
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const bootstrap = [`CREATE DATABASE ${DATABASE}`];
  const [postgres, etcd] = await Promise.allSettled([
    startPostgres({ ...common, major, fsync: false, password, bootstrap }),
    startEtcd(common),
  ]);
  if (postgres.status === 'fulfilled' && etcd.status === 'fulfilled') {
    const ports = { postgres: postgres.value.port, etcd: etcd.value.endpoint };
    logger?.debug('throw-away servers started', ports);
    return present(postgres.value, etcd.value);
  }
  if (postgres.status === 'fulfilled') await postgres.value.stop();
  if (etcd.status === 'fulfilled') await etcd.value.stop();
  throw [postgres, etcd].find((started) => started.status === 'rejected')?.reason;
}

function present(postgres: PostgresServer, etcd: EtcdServer): DevEnvironment {
  return {
    databaseUrl: postgres.url(DATABASE),
    storeUrl: etcd.endpoint.replace(/^http:/, 'etcd:'),
    postgres,
    etcd,
    async stop() {
      await Promise.all([postgres.stop(), etcd.stop()]);
    },
  };
}
