/** Faults, one or several at a time, each time followed by a quiet in which all is compared. */
import { AGENT_FAULTS } from './faults/agent-faults.js';
import { CONTENT_FAULTS } from './faults/content-faults.js';
import type { Fault } from './faults/fault.js';
import { HISTORY_FAULTS } from './faults/history-faults.js';
import { POSTGRES_FAULTS } from './faults/postgres-faults.js';
import { PUBLICATION_FAULTS } from './faults/publication-faults.js';
import { RESTORE_FAULTS } from './faults/restore-faults.js';
import { SESSION_FAULTS } from './faults/session-faults.js';
import { STORE_FAULTS } from './faults/store-faults.js';
import type { Journal } from './journal.js';
import type { Random } from './random.js';
import type { NodeCount } from './stores/servers.js';
import type { StoreKind } from './stores/store-kind.js';
import { createWorld } from './world/create-world.js';
import { quiet, verifySays, watchConfirmation } from './world/quiet.js';
import { checkResyncs, markOf, type ResyncKind } from './world/resyncs.js';
import type { World } from './world/world.js';
import { pauseFor } from './writing/writers.js';

const FAULTS: readonly Fault[] = [
  ...[...AGENT_FAULTS, ...POSTGRES_FAULTS, ...STORE_FAULTS],
  ...[...RESTORE_FAULTS, ...CONTENT_FAULTS],
  ...[...HISTORY_FAULTS, ...PUBLICATION_FAULTS, ...SESSION_FAULTS],
];

const WRITERS = 4;
const RSS_INTERVAL_MS = 500;
const MAX_GROUP = 8;
/** How often what the network does to the agents ends before the next fault of the group. */
const HEAL_SHARE = 0.6;

interface Campaign {
  readonly kind: StoreKind;
  readonly nodes: NodeCount;
  /** In this order; a group is inflicted one after the other, then all is compared. */
  readonly groups: Iterable<readonly Fault[]>;
  readonly journal: Journal;
  readonly random: Random;
  /** Called at the end, with the agents running and nothing failing. */
  readonly after?: (world: World) => Promise<void>;
}

/** Throws a Violation when the agents broke a promise. */
export async function runCampaign(campaign: Campaign): Promise<void> {
  const { journal, random } = campaign;
  const start = markOf(journal);
  const world = await createWorld(campaign);
  const watching = new AbortController();
  const confirmation = watchConfirmation(world, watching.signal);
  const rss = setInterval(() => measureMemory(world), RSS_INTERVAL_MS);
  try {
    world.writers.start(WRITERS, random.fork());
    await quiet(world);
    checkResyncs(journal, start, ['no-slot']);
    for (const faults of campaign.groups) await round(world, faults, random);
    await world.writers.pause();
    await verifySays(world, 0);
    world.writers.resume();
    await campaign.after?.(world);
  } catch (error) {
    for (const { name, output } of world.agents) {
      journal.note(`the last words of ${name}:\n${output.slice(-4_000)}`);
    }
    throw error;
  } finally {
    clearInterval(rss);
    watching.abort();
    await confirmation;
    await world.remove();
  }
}

async function round(world: World, faults: readonly Fault[], random: Random): Promise<void> {
  const { journal, writers } = world;
  const since = markOf(journal);
  for (const fault of faults) {
    world.random = random.fork();
    await pauseFor(random.next() * 300);
    if (random.chance(HEAL_SHARE)) for (const agent of world.agents) agent.heal();
    if (fault.quiet === true) {
      for (const agent of world.agents) agent.heal();
      await quiet(world);
      await writers.pause();
    }
    journal.note(`fault: ${fault.name}`);
    journal.count(`fault ${fault.name}`);
    journal.count('faults');
    await fault.inflict(world);
    if (fault.quiet === true) writers.resume();
    journal.note('fault over');
    journal.throwIfViolated();
  }
  await pauseFor(random.next() * 500);
  for (const agent of world.agents) agent.heal();
  await quiet(world);
  checkResyncs(journal, since, faults.flatMap(resyncsOf));
  journal.throwIfViolated();
}

function resyncsOf({ resyncs = [] }: Fault): readonly ResyncKind[] {
  return resyncs;
}

function measureMemory(world: World): void {
  for (const { rssBytes } of world.agents) {
    if (rssBytes > 0) world.journal.measure('RSS of an agent, MB', rssBytes / 2 ** 20);
  }
}

/** Groups of faults, chosen by weight, `total` in all. */
export function* randomGroups(
  faults: readonly Fault[],
  total: number,
  random: Random,
): Generator<readonly Fault[]> {
  let left = total;
  while (left > 0) {
    const size = Math.min(left, random.between(1, MAX_GROUP));
    yield Array.from({ length: size }, () => pickFault(faults, random));
    left -= size;
  }
}

function pickFault(faults: readonly Fault[], random: Random): Fault {
  const total = faults.reduce((sum, { weight }) => sum + weight, 0);
  let rest = random.next() * total;
  for (const fault of faults) {
    rest -= fault.weight;
    if (rest < 0) return fault;
  }
  return random.pick(faults);
}

/** Those that can be inflicted on such servers. */
export function faultsFor(
  kind: StoreKind,
  nodes: NodeCount,
  postgresMajor: number,
): readonly Fault[] {
  return [...FAULTS, ...kind.faults].filter(
    (fault) =>
      (fault.nodes === undefined || fault.nodes === nodes) &&
      (fault.sincePostgres === undefined || fault.sincePostgres <= postgresMajor),
  );
}
