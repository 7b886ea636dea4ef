/** Starts a world: servers, tables, writers and agents. */
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { startPostgres } from '../../../src/dev/postgres.js';
import { startEtcdNodes } from '../../support/servers/etcd-nodes.js';
import type { Journal } from '../journal.js';
import type { Random } from '../random.js';
import { AgentProcess, type AgentTarget } from './agent-process.js';
import { World } from './world.js';

const DATABASE = 'lenkwerk';
const PREFIX = '/soak';
const SLOT = 'soak';
/** With the rights of an agent alone. */
const AGENT_ROLE = 'soak_agent';

/** Starts all of it, with writers and agents running. */
export async function createWorld(nodes: 1 | 3, journal: Journal, random: Random): Promise<World> {
  const settings = { max_wal_size: '4GB', checkpoint_timeout: '1min', deadlock_timeout: '100ms' };
  const postgres = await startPostgres({ env: process.env, fsync: false, settings });
  const etcd = await startEtcdNodes(nodes);
  const client = new Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  await client.query(`CREATE DATABASE ${DATABASE} TEMPLATE template0`);
  await client.end();
  const target: AgentTarget = {
    postgresPort: postgres.port,
    etcdPorts: etcd.map(({ address }) => address.clientPort),
    user: AGENT_ROLE,
    database: DATABASE,
    prefix: PREFIX,
    slot: SLOT,
  };
  const agents = await Promise.all(
    ['agent A', 'agent B'].map((name) => AgentProcess.create(name, target, journal)),
  );
  const world = new World({ target, postgres, etcd, agents, journal, random });
  await world.setUp();
  await world.sql(await readFile(new URL('soak.sql', import.meta.url), 'utf8'));
  await world.sql('SELECT soak.finish(true)');
  await world.observe();
  for (const agent of agents) agent.start();
  await world.waitForActive();
  return world;
}
