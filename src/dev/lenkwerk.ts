/** A throw-away Lenkwerk: PostgreSQL with the tables, etcd, and an agent. */

import { initialise } from '../database/setup/init.js';
import { kvconnect } from '../kvstore/connect.js';
import { DEFAULT_TARGET } from '../model/installation.js';
import { openConnection } from '../postgres/connection.js';
import { type ConnectionSettings, connectionSettings } from '../postgres/connection-settings.js';
import { runAgent } from '../publishing/agent/agent.js';
import { agentSetup } from '../publishing/agent/context.js';
import { postgresSource } from '../publishing/source/postgres-source.js';
import { linked } from '../runtime/async.js';
import type { Logger } from '../runtime/logger.js';
import { type DevEnvironmentOptions, startDevEnvironment } from './environment.js';

interface DevLenkwerkOptions extends DevEnvironmentOptions {
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** For its clients; no other variable that names a database or a store precedes these. */
export type DevVariables = Readonly<Record<'LENKWERK_DATABASE' | 'LENKWERK_STORE', string>>;

/**
 * Starts everything, runs `work` beside the agent, and ends everything when `work` ends, the agent
 * fails or the signal aborts. Throws `environment` when a server is not available, and what the
 * agent throws.
 */
export async function withDevLenkwerk<Result>(
  options: DevLenkwerkOptions,
  work: (variables: DevVariables) => Promise<Result>,
): Promise<Result> {
  const { signal, logger } = options;
  const servers = await startDevEnvironment(options);
  try {
    const database = connectionSettings({ url: servers.databaseUrl }, {});
    options.onStep?.('setting the database up');
    await setUp(database);
    const store = await kvconnect({ url: servers.storeUrl });
    const ended = linked(signal);
    const setup = agentSetup({ database: postgresSource(database), logger }, DEFAULT_TARGET, '');
    const agent = runAgent(setup, {
      withStore: (use) => use(store),
      onFailed: () => 'give up',
      signal: ended.signal,
    });
    try {
      const failed = agent.then(() => new Promise<never>(() => {}));
      return await Promise.race([work(variablesOf(servers)), failed]);
    } finally {
      ended.end();
      await agent.catch(() => {});
      await store.close();
    }
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

function variablesOf(servers: {
  readonly databaseUrl: string;
  readonly storeUrl: string;
}): DevVariables {
  return { LENKWERK_DATABASE: servers.databaseUrl, LENKWERK_STORE: servers.storeUrl };
}
