/** `lenkwerk dev`: a throw-away PostgreSQL, etcd and agent, until it is interrupted. */
import { startDevEnvironment } from '../dev/environment.js';
import { connectStore } from '../kvstore/connect.js';
import { resolveStoreSettings } from '../kvstore/resolve-settings.js';
import { initialise } from '../lenkwerk/bootstrap.js';
import { openConnection } from '../lenkwerk/connection.js';
import { type ConnectionSettings, connectionSettings } from '../lenkwerk/connection-settings.js';
import { runAgent } from '../publishing/agent.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';

export async function run(context: CommandContext): Promise<ExitCode> {
  const { environment, logger, signal } = context;
  const servers = await startDevEnvironment({ env: environment, logger, signal });
  try {
    const { databaseUrl, storeUrl } = servers;
    const database = connectionSettings({ url: databaseUrl }, {});
    await setUp(database);
    await context.print(introduction(context.flags.json, { databaseUrl, storeUrl }));
    const store = await connectStore(
      resolveStoreSettings({ url: { text: storeUrl, source: 'private' }, variables: {} }),
    );
    try {
      await runAgent({ database, store, logger }, signal);
    } finally {
      await store.close();
    }
    return EXIT.success;
  } finally {
    await servers.stop();
  }
}

async function setUp(database: ConnectionSettings): Promise<void> {
  const client = await openConnection(database, 'dev');
  try {
    await initialise(client);
  } finally {
    await client.end();
  }
}

interface DevUrls {
  readonly databaseUrl: string;
  readonly storeUrl: string;
}

/** The password in it is as short-lived as the server. */
function introduction(json: boolean, { databaseUrl, storeUrl }: DevUrls): string {
  if (json) return `${JSON.stringify({ databaseUrl, storeUrl })}\n`;
  return [
    'A Lenkwerk to throw away, until this is interrupted. In another terminal:',
    '',
    `  export DATABASE_URL='${databaseUrl}'`,
    `  export ETCDCTL_ENDPOINTS='${storeUrl.replace(/^etcd:/, 'http:')}'`,
    '  lenkwerk plan',
    '',
  ].join('\n');
}
