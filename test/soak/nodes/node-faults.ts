/** What happens to storage nodes, their databases and their followers. */
import type { PostgresServer } from '../../../src/dev/postgres.js';
import { waitFor } from '../../support/wait.js';
import { AGENT_FAULTS } from '../faults/agent-faults.js';
import { RESTORE_FAULTS } from '../faults/restore-faults.js';
import { STORE_FAULTS } from '../faults/store-faults.js';
import type { Random } from '../random.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import type { StorageNode } from './storage-node.js';

/** Storage nodes beside a world. */
export interface NodesWorld {
  readonly world: World;
  readonly nodes: readonly StorageNode[];
  /** Of the nodes' databases. */
  readonly postgres: PostgresServer;
  random: Random;
}

/** Something that goes wrong, and is over, or ends by `heal`, when `inflict` resolves. */
export interface NodeFault {
  readonly name: string;
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  readonly inflict: (nodes: NodesWorld, node: StorageNode) => Promise<void>;
}

/** Takes the place of a stopped follower. */
const TAKE_OVER_MS = 90_000;
const MANY = 1_000;

async function killFollower(_: NodesWorld, node: StorageNode): Promise<void> {
  node.follower.signal('SIGKILL');
}

async function freezeFollower({ random }: NodesWorld, node: StorageNode): Promise<void> {
  node.follower.signal('SIGSTOP');
  await pauseFor(random.next() * 3_000);
  node.follower.signal('SIGCONT');
}

/** Its session is ended by the server, so that it can never commit beside its successor. */
async function freezeUntilReplaced(_: NodesWorld, node: StorageNode): Promise<void> {
  node.second.start();
  node.follower.signal('SIGSTOP');
  const { lines } = node.second;
  await waitFor(() => node.second.saidAfter(lines, 'compared with everything'), {
    what: 'the second follower',
    timeoutMs: TAKE_OVER_MS,
  });
  node.follower.signal('SIGCONT');
  await pauseFor(1_000);
  await node.second.hold();
}

async function twoFollowers({ random }: NodesWorld, node: StorageNode): Promise<void> {
  node.second.start();
  await pauseFor(500 + random.next() * 2_000);
  await node.follower.hold('SIGKILL');
  await pauseFor(random.next() * 3_000);
  node.follower.start();
  await pauseFor(random.next() * 1_000);
  await node.second.hold('SIGKILL');
}

async function crashDatabase({ postgres, random }: NodesWorld): Promise<void> {
  await postgres.crash();
  await pauseFor(random.next() * 2_000);
  await postgres.start();
}

async function restartDatabase({ postgres, random }: NodesWorld): Promise<void> {
  await postgres.shutDown();
  await pauseFor(random.next() * 1_000);
  await postgres.start();
}

async function freezeDatabase({ postgres, random }: NodesWorld): Promise<void> {
  await postgres.freeze();
  await pauseFor(random.next() * 4_000);
  await postgres.thaw();
}

async function endSessions(_: NodesWorld, node: StorageNode): Promise<void> {
  await node.sql((client) =>
    client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'lenkwerk follow' AND datname = current_database()`),
  );
}

async function cutStore({ random }: NodesWorld, { follower }: StorageNode): Promise<void> {
  for (const proxy of follower.store) proxy.cut();
  await pauseFor(random.next() * 5_000);
}

async function freezeStore({ random }: NodesWorld, { follower }: StorageNode): Promise<void> {
  for (const proxy of follower.store) proxy.freeze();
  await pauseFor(random.next() * 8_000);
}

async function cutDatabase({ random }: NodesWorld, { follower }: StorageNode): Promise<void> {
  follower.postgres.cut();
  await pauseFor(random.next() * 2_000);
}

async function commitMany({ world }: NodesWorld): Promise<void> {
  for (let n = 0; n < MANY; n += 1) await world.commitGeneration();
}

/** It receives each revision when it goes on. */
async function manyBehind(nodes: NodesWorld, node: StorageNode): Promise<void> {
  node.follower.signal('SIGSTOP');
  await commitMany(nodes);
  node.follower.signal('SIGCONT');
}

/** It compares everything when it starts. */
async function forgottenMeanwhile(nodes: NodesWorld, node: StorageNode): Promise<void> {
  await node.follower.hold();
  await commitMany(nodes);
  await nodes.world.servers.forgetPast();
  node.follower.start();
}

/** Nothing shows that the many rows that are to go are an earlier state of the same cluster. */
async function massDelete({ world }: NodesWorld, node: StorageNode): Promise<void> {
  await node.follower.hold();
  const { cluster, strays } = await node.sql(async (client) => {
    await client.query('SET session_replication_role = replica');
    const { rows } = await client.query<{ cluster: string; strays: number }>(
      // More than the others: which part of the rows would go decides.
      `SELECT cluster, 5000 + 2 * (SELECT count(*)::int FROM storage.config) AS strays
         FROM lenkwerk.follower`,
    );
    const [found] = rows;
    if (found === undefined) throw new Error('the node has no position');
    await client.query('UPDATE lenkwerk.follower SET cluster = gen_random_uuid()');
    const series = `SELECT 10000000 + n, 'stray-' || n, '1' FROM generate_series(1, $1::int) AS n`;
    await client.query(`INSERT INTO storage.config (id, key, value) ${series}`, [found.strays]);
    return found;
  });
  const { lines } = node.follower;
  node.follower.start();
  await waitFor(() => node.follower.saidAfter(lines, 'mass-delete'), {
    what: 'a refusal',
    timeoutMs: 30_000,
  });
  const left = await node.sql((client) =>
    client.query(`SELECT FROM storage.config WHERE key LIKE 'stray-%'`),
  );
  if (left.rowCount !== strays) world.journal.violate(`${node.name}: strays were deleted`);
  // It is the right cluster after all.
  await node.follower.hold();
  await node.sql(async (client) => {
    await client.query('SET session_replication_role = replica');
    await client.query('UPDATE lenkwerk.follower SET cluster = $1', [cluster]);
  });
  node.follower.start();
}

async function refuse({ random }: NodesWorld, node: StorageNode): Promise<void> {
  const { lines } = node.follower;
  await node.sql((client) =>
    client.query(`ALTER TABLE storage.config ADD CONSTRAINT refuses
      CHECK (key <> 'generation') NOT VALID`),
  );
  await waitFor(() => node.follower.saidAfter(lines, 'the tables stay as they are'), {
    what: 'a refusal',
    timeoutMs: 40_000,
  });
  await pauseFor(random.next() * 2_000);
  await node.sql((client) => client.query('ALTER TABLE storage.config DROP CONSTRAINT refuses'));
}

/** What happens to agents and stores as well. */
const ELSEWHERE: readonly NodeFault[] = [...AGENT_FAULTS, ...STORE_FAULTS, ...RESTORE_FAULTS]
  .filter(({ nodes, quiet }) => nodes !== 'several' && quiet !== true)
  .map(({ name, weight, inflict }) => ({
    name,
    weight: weight / 6,
    inflict: ({ world }) => inflict(world),
  }));

export const NODE_FAULTS: readonly NodeFault[] = [
  { name: 'follower killed', weight: 4, inflict: killFollower },
  { name: 'follower frozen', weight: 3, inflict: freezeFollower },
  {
    name: 'follower frozen until another takes its place',
    weight: 0.3,
    inflict: freezeUntilReplaced,
  },
  { name: 'two followers of one database', weight: 2, inflict: twoFollowers },
  { name: 'databases of the nodes crash', weight: 2, inflict: crashDatabase },
  { name: 'databases of the nodes restart', weight: 2, inflict: restartDatabase },
  { name: 'databases of the nodes freeze', weight: 1, inflict: freezeDatabase },
  { name: 'sessions of the follower are ended', weight: 3, inflict: endSessions },
  { name: 'connections with the store cut', weight: 3, inflict: cutStore },
  { name: 'connections with the store frozen', weight: 2, inflict: freezeStore },
  { name: 'connections with the database cut', weight: 2, inflict: cutDatabase },
  { name: 'many revisions behind', weight: 0.5, inflict: manyBehind },
  { name: 'down while the store forgets its past', weight: 1, inflict: forgottenMeanwhile },
  { name: 'a mass delete', weight: 1, inflict: massDelete },
  { name: 'a record is refused', weight: 1, inflict: refuse },
  ...ELSEWHERE,
];
