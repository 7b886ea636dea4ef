/**
 * A throw-away Lenkwerk: PostgreSQL with the tables, a key-value store, an agent, and storage nodes
 * where they are wanted.
 */
import { randomBytes } from 'node:crypto';
import { initialise } from '../database/setup/init.js';
import { DEFAULT_TARGET, THROW_AWAY_PREFIX } from '../model/installation.js';
import { openConnection } from '../postgres/connection.js';
import { type ConnectionSettings, connectionSettings } from '../postgres/connection-settings.js';
import { postgresSource } from '../publishing/source/postgres-source.js';
import { TargetServer } from '../publishing/targets/target-server.js';
import { linked } from '../runtime/async.js';
import type { Logger } from '../runtime/logger.js';
import { type DevEnvironmentOptions, startDevEnvironment } from './environment.js';
import { followAll, setUpNodes } from './nodes.js';
import type { DevStore } from './stores.js';

interface DevLenkwerkOptions extends DevEnvironmentOptions {
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * For its clients: no other variable that names a database or a store precedes these, nor does a
 * project file or what is recorded.
 */
export type DevVariables = Readonly<
  Record<'LENKWERK_DATABASE' | 'LENKWERK_STORE' | 'LENKWERK_STORES', string>
> &
  /** The database of each storage node, counted from one. */
  Readonly<Record<`LENKWERK_NODE_${number}`, string>>;

/** How soon a target that an apply adds is served. */
const CONFIG_POLL_MS = 1_000;

/** Of the agents: as superuser they would end with an `init --roles`, and `dev` with them. */
const AGENT_LOGIN = 'lenkwerk_dev_agent';

/**
 * Starts everything, runs `work` beside the agent and the nodes, and ends everything when `work`
 * ends, the agent fails or the signal aborts. Throws `environment` when a server is not available,
 * what the agent throws, and what the store throws to those who start the nodes.
 */
export async function withDevLenkwerk<Result>(
  options: DevLenkwerkOptions,
  work: (variables: DevVariables) => Promise<Result>,
): Promise<Result> {
  const { signal, logger } = options;
  const servers = await startDevEnvironment(options);
  try {
    const database = connectionSettings({ url: servers.databaseUrl }, {});
    const urls = servers.nodeUrls;
    options.onStep?.('setting the databases up');
    await Promise.all([setUp(database), setUpNodes(urls)]);
    const variables = variablesOf(servers);
    const ended = linked(signal);
    const login = { ...database, username: AGENT_LOGIN };
    const storeUrl = variables.LENKWERK_STORE;
    const serving = [
      serve(login, { variables, logger }, ended.signal),
      followAll({ ...options, urls, storeUrl }, ended.signal),
    ];
    try {
      const failed = Promise.all(serving).then(() => new Promise<never>(() => {}));
      return await Promise.race([work(variables), failed]);
    } finally {
      ended.end();
      await Promise.allSettled(serving);
    }
  } finally {
    await servers.stop();
  }
}

/** Publishes to every configured target, until the signal aborts. */
function serve(
  database: ConnectionSettings,
  { variables, logger }: { readonly variables: DevVariables; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const stores = { url: undefined, project: undefined, secretsDir: undefined, names: [] };
  const server = new TargetServer({
    ...{ ...stores, variables, logger, configPollMs: CONFIG_POLL_MS },
    database: postgresSource(database),
  });
  return server.run(signal);
}

/** Any manifest and any project may be rehearsed in it: its uuid names it as a throw-away one. */
async function setUp(database: ConnectionSettings): Promise<void> {
  const client = await openConnection(database, 'dev');
  try {
    await initialise(client);
    const id = `${THROW_AWAY_PREFIX}${randomBytes(6).toString('hex')}`;
    await client.query('UPDATE lenkwerk.cluster SET uuid = $1', [id]);
    const password = client.escapeLiteral(database.password ?? '');
    await client.query(`
      CREATE ROLE ${AGENT_LOGIN} LOGIN REPLICATION PASSWORD ${password} IN ROLE pg_read_all_data;
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA lenkwerk TO ${AGENT_LOGIN}`);
  } finally {
    await client.end();
  }
}

function variablesOf(servers: {
  readonly databaseUrl: string;
  readonly nodeUrls: readonly string[];
  readonly store: Pick<DevStore, 'url'>;
}): DevVariables {
  const { url } = servers.store;
  // Variables such as PGHOSTADDR would lead to another server.
  const certain = (database: string) => `${database}?hostaddr=127.0.0.1`;
  const nodes = servers.nodeUrls.map((node, i) => [`LENKWERK_NODE_${i + 1}`, certain(node)]);
  return {
    LENKWERK_DATABASE: certain(servers.databaseUrl),
    LENKWERK_STORE: `${url}?prefix=/${DEFAULT_TARGET}`,
    LENKWERK_STORES: url,
    ...Object.fromEntries(nodes),
  };
}
