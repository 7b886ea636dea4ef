import { type PostgresServer, startPostgres } from '../../../src/dev/postgres.js';
import { type Cluster, createCluster } from './agent-cluster.js';

/** A cluster whose database is alone on its server, for tests that would disturb others there. */
export async function createClusterOnOwnServer(
  major = wantedMajor(),
  settings: Readonly<Record<string, string>> = {},
): Promise<{
  readonly cluster: Cluster;
  readonly postgres: PostgresServer;
}> {
  const { env } = process;
  const version = major === undefined ? {} : { major };
  const postgres = await startPostgres({ env, fsync: false, settings, ...version });
  const name = 'postgres';
  const database = { name, url: postgres.url(name), drop: () => postgres.stop() };
  const cluster = await createCluster(undefined, async () => database);
  return { cluster, postgres };
}

function wantedMajor(): number | undefined {
  const major = process.env['TEST_PG_MAJOR'];
  return major === undefined ? undefined : Number(major);
}
