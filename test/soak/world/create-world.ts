/** Starts a world: servers, tables, writers and agents. */
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { startPostgres } from '../../../src/dev/postgres.js';
import type { Journal } from '../journal.js';
import type { Random } from '../random.js';
import type { NodeCount } from '../stores/servers.js';
import type { StoreKind } from '../stores/store-kind.js';
import { AgentProcess, type AgentTarget } from './agent-process.js';
import { OWNER_LOGIN, VERIFY_LOGIN } from './commands.js';
import { World } from './world.js';

const DATABASE = 'lenkwerk';
const PREFIX = '/soak';
const SLOT = 'soak';
/** With the rights of an agent alone. */
const AGENT_ROLE = 'soak_agent';

interface WorldPlan {
  readonly kind: StoreKind;
  readonly nodes: NodeCount;
  readonly journal: Journal;
  readonly random: Random;
}

/** Starts all of it, with agents running. */
export async function createWorld({ kind, nodes, journal, random }: WorldPlan): Promise<World> {
  const settings = { max_wal_size: '4GB', checkpoint_timeout: '1min', deadlock_timeout: '100ms' };
  const postgres = await startPostgres({ env: process.env, fsync: false, settings });
  const servers = await kind.start(nodes, PREFIX);
  const client = new Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  await client.query(`CREATE DATABASE ${DATABASE} TEMPLATE template0`);
  await client.end();
  const target: AgentTarget = {
    postgresPort: postgres.port,
    store: servers,
    user: AGENT_ROLE,
    database: DATABASE,
    slot: SLOT,
  };
  const agents = await Promise.all(
    ['agent A', 'agent B'].map((name) => AgentProcess.create(name, target, journal)),
  );
  const world = new World({ prefix: PREFIX, target, postgres, servers, agents, journal, random });
  await world.commands.initWithRoles();
  await world.sql(
    `CREATE ROLE ${AGENT_ROLE} LOGIN REPLICATION IN ROLE lenkwerk_agent;
     CREATE ROLE ${OWNER_LOGIN} LOGIN IN ROLE lenkwerk_owner;
     CREATE ROLE ${VERIFY_LOGIN} LOGIN IN ROLE lenkwerk_verify`,
  );
  await world.sql(await readFile(new URL('soak.sql', import.meta.url), 'utf8'));
  await world.sql('SELECT soak.finish(true)');
  await world.observe();
  for (const agent of agents) agent.start();
  await world.waitForActive();
  return world;
}
