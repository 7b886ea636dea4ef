/** Agents, as real processes, that fall asleep while they hold something in the database. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Journal } from '../../../soak/journal.js';
import { AgentProcess } from '../../../soak/world/agent-process.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { etcdEndpoint } from '../../../support/servers/servers.js';
import type { Fate } from '../../../support/tcp-proxy.js';
import { waitFor } from '../../../support/wait.js';

const TAKE_OVER_MS = 12_000;

let cluster: Cluster;
let agents: AgentProcess[];
beforeEach(async () => {
  agents = [];
  cluster = await createCluster();
  await cluster.sql.query(
    `INSERT INTO storage.config (key, value) SELECT 'k' || n, '1' FROM generate_series(1, 20) n`,
  );
});
afterEach(async () => {
  for (const agent of agents) await agent.remove();
  await cluster.close();
});

async function createAgent(name: string): Promise<AgentProcess> {
  const target = {
    postgresPort: Number(new URL(cluster.database.url).port),
    store: {
      nodes: [{ port: Number(new URL(etcdEndpoint()).port) }],
      url: ([port]: readonly number[]) =>
        `etcd://127.0.0.1:${port}?prefix=${cluster.keySpace.prefix}`,
      onTheWire: (text: string) => text,
    },
    user: 'postgres',
    database: cluster.database.name,
    slot: cluster.slot,
  };
  const agent = await AgentProcess.create(name, target, new Journal());
  agents.push(agent);
  return agent;
}

const isIn = (agent: AgentProcess, state: string) =>
  waitFor(() => agent.output.includes(`"state":"${state}"`), { what: `${agent.name} ${state}` });

interface Moment {
  readonly at: string;
  readonly fate: Fate;
}

/** Starts an agent that is stopped when it sends its first checkpoint. */
async function stoppedAtItsWrite(fate: Fate): Promise<AgentProcess> {
  const agent = await createAgent('the first');
  const stopped = new Promise<void>((resolve) => {
    agent.atRequest('"phase":"stream"', () => {
      agent.signal('SIGSTOP');
      resolve();
      return fate;
    });
  });
  agent.start();
  await stopped;
  return agent;
}

const sessionsOf = async (agent: AgentProcess): Promise<readonly string[]> => {
  const { rows } = await cluster.sql.query<{ client_port: number; application_name: string }>(
    'SELECT client_port, application_name FROM pg_stat_activity WHERE datname = current_database()',
  );
  return rows
    .filter(({ client_port }) => agent.postgres.owns(client_port))
    .map(({ application_name }) => application_name);
};

const MOMENTS: readonly Moment[] = [
  { at: 'the end', fate: 'pass' },
  { at: 'the write', fate: 'drop' },
];

test.each(MOMENTS)(
  'an agent stopped at $at of a resync is replaced in time and changes nothing when it wakes',
  async ({ fate }) => {
    const first = await stoppedAtItsWrite(fate);
    const stoppedMs = performance.now();
    const second = await createAgent('the second');
    second.start();
    await isIn(second, 'streaming');
    expect(performance.now() - stoppedMs).toBeLessThan(TAKE_OVER_MS);
    await cluster.barrier();
    const before = await cluster.checkpoint();
    const revision = await cluster.revision();
    first.heal();
    await isIn(first, 'standby');
    expect(await cluster.revision()).toBe(revision);
    expect(await cluster.checkpoint()).toEqual(before);
    expect(await sessionsOf(second)).toContain('lenkwerk agent stream');
    await cluster.barrier();
    expect(await cluster.published()).toEqual(await cluster.recorded());
    expect(second.output).not.toContain('"state":"connecting"');
  },
  40_000,
);

test('an agent stopped while it prepares a repair does not keep writers waiting', async () => {
  await cluster.initialise();
  const agent = await createAgent('the only one');
  agent.start();
  await isIn(agent, 'streaming');
  const stopped = new Promise<void>((resolve) => {
    agent.atRequest('lenkwerk.barrier', () => {
      agent.signal('SIGSTOP');
      resolve();
      return 'pass';
    });
  });
  await cluster.sql.query(`SELECT lenkwerk.request_repair('[]')`);
  await stopped;
  const locked = async () => {
    const { rows } = await cluster.sql.query(
      `SELECT 1 FROM pg_locks WHERE relation = 'storage.config'::regclass AND mode = 'ShareLock'`,
    );
    return rows.length > 0;
  };
  await waitFor(locked, { what: 'the lock of the barrier' });
  const startMs = performance.now();
  await cluster.sql.query(`INSERT INTO storage.config (key, value) VALUES ('late', '1')`);
  expect(performance.now() - startMs).toBeLessThan(TAKE_OVER_MS);
  agent.heal();
  await cluster.barrier();
  expect(await cluster.published()).toEqual(await cluster.recorded());
}, 40_000);
