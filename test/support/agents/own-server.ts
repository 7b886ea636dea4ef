import { type PostgresServer, startPostgres } from '../../../src/dev/postgres.js';
import { type Cluster, createCluster } from './agent-cluster.js';

/** A cluster whose database is alone on its server, for tests that would disturb others there. */
export async function createClusterOnOwnServer(
  major?: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<{
  readonly cluster: Cluster;
  readonly postgres: PostgresServer;
}> {
  const { env } = process;
  const postgres = await startPostgres({ env, fsync: false, settings, major });
  const name = 'postgres';
  const database = { name, url: postgres.url(name), drop: () => postgres.stop() };
  const cluster = await createCluster(undefined, async () => database);
  return { cluster, postgres };
}
