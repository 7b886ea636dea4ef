/** Storage nodes beside a world, and faults of either, each time followed by a comparison. */
import { startPostgres } from '../../../src/dev/postgres.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { readPublishableTables } from '../../../src/publishing/source/read-tables.js';
import { waitFor } from '../../support/wait.js';
import type { Journal } from '../journal.js';
import type { Random } from '../random.js';
import type { StoreKind } from '../stores/store-kind.js';
import { createWorld } from '../world/create-world.js';
import { atRest } from '../world/quiet.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import { NODE_FAULTS, type NodeFault, type NodesWorld } from './node-faults.js';
import { StorageNode } from './storage-node.js';

const WRITERS = 3;
const NODES = 3;
/** Of the agent, after a thousand transactions on a busy machine. */
const CATCH_UP_MS = 120_000;
/** A pause of a follower after failures, the look at its store, and a comparison. */
const IN_STEP_MS = 60_000;

interface NodesSoak {
  readonly kind: StoreKind;
  readonly faults: number;
  /** Faults with this in their names; undefined: all. */
  readonly only: string | undefined;
  readonly journal: Journal;
  readonly random: Random;
}

/** Throws a Violation when a node showed what the Lenkwerk tables never were. */
export async function runNodesSoak(soak: NodesSoak): Promise<void> {
  const { kind, journal, random } = soak;
  const chosen = drawFaults(soak);
  const world = await createWorld({ kind, nodes: 'one', journal, random });
  const postgres = await startPostgres({ env: process.env, fsync: false });
  const nodes: StorageNode[] = [];
  try {
    for (let n = 0; n < NODES; n += 1) {
      const name = `node_${n}`;
      nodes.push(await StorageNode.create({ world, postgres, name, isAdopted: n === 0 }));
    }
    const scene: NodesWorld = { world, nodes, postgres, random };
    world.writers.start(WRITERS, random.fork());
    await compare(scene);
    for (const fault of chosen) await round(scene, fault);
  } catch (error) {
    for (const { name, output } of [...world.agents, ...nodes.flatMap((one) => one.followers)]) {
      journal.note(`the last words of ${name}:\n${output.slice(-3_000)}`);
    }
    throw error;
  } finally {
    for (const node of nodes) await node.remove();
    await postgres.stop();
    await world.remove();
  }
}

/** All at once, from the seed alone. */
function drawFaults({ faults, only = '', random }: NodesSoak): readonly NodeFault[] {
  const known = NODE_FAULTS.filter(({ name }) => name.includes(only));
  const draw = random.fork();
  const total = known.reduce((sum, { weight }) => sum + weight, 0);
  return Array.from({ length: faults }, () => {
    let left = draw.next() * total;
    const found = known.find(({ weight }) => {
      left -= weight;
      return left < 0;
    });
    return found ?? draw.pick(known);
  });
}

async function round(scene: NodesWorld, fault: NodeFault): Promise<void> {
  const { world, nodes } = scene;
  const { journal } = world;
  scene.random = scene.random.fork();
  world.random = scene.random.fork();
  const node = scene.random.pick(nodes);
  await pauseFor(scene.random.next() * 300);
  journal.note(`fault: ${fault.name} (${node.name})`);
  journal.count(`fault ${fault.name}`);
  journal.count('faults');
  await fault.inflict(scene, node);
  journal.note('fault over');
  await compare(scene);
  for (const { follower } of nodes) {
    journal.measure('RSS of a follower, MB', follower.rssBytes / 2 ** 20);
  }
}

/** When nothing is written: each node shows the Lenkwerk tables, byte for byte. */
async function compare(scene: NodesWorld): Promise<void> {
  const { world, nodes } = scene;
  const { journal } = world;
  for (const agent of world.agents) agent.heal();
  for (const { follower } of nodes) follower.heal();
  await atRest(world, CATCH_UP_MS);
  const startMs = performance.now();
  const recorded = await readRecorded(world);
  for (const node of nodes) {
    let differing: readonly string[] = [];
    const isEqual = async () => {
      const shown = await node.records();
      differing = [...new Set([...recorded.keys(), ...shown.keys()])]
        .filter((key) => recorded.get(key) !== shown.get(key))
        .map((key) => `${key}: ${shortened(recorded.get(key))} <> ${shortened(shown.get(key))}`);
      return differing.length === 0;
    };
    await waitFor(isEqual, { what: 'a node in step', timeoutMs: IN_STEP_MS }).catch(() => {
      const keys = differing.slice(0, 5).join('\n');
      throw journal.violate(`${node.name} differs in ${differing.length} keys:\n${keys}`);
    });
    journal.count('checked: records of a node, byte for byte', recorded.size);
    await node.checkCommits();
  }
  journal.measure('until all nodes are in step, s', (performance.now() - startMs) / 1_000);
  journal.count('quiets checked');
  journal.throwIfViolated();
  world.writers.resume();
}

function shortened(record: string | undefined): string {
  return String(record).slice(0, 200);
}

async function readRecorded(world: World): Promise<ReadonlyMap<string, string>> {
  const client = await openConnection(connectionSettings({ url: world.url }, {}), 'soak');
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return (await readPublishableTables(client, world.keySpace)).records;
  } finally {
    await client.end();
  }
}
