/** Volumes that go back, promotions and standbys: another history of the database, or the same. */
import { formatLsn, ZERO_LSN } from '../../../src/model/lsn.js';
import { Volume } from '../../support/agents/volume.js';
import { waitFor } from '../../support/wait.js';
import { AgentProcess } from '../world/agent-process.js';
import { atRest } from '../world/quiet.js';
import { checkResyncs, markOf, type ResyncKind, untilResynced } from '../world/resyncs.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import type { Fault } from './fault.js';

/** Transactions of another history have other numbers. */
const BRANCH_TRANSACTIONS = 1_000_000;
const FILLER_ROWS = 2_000;
const PHYSICAL_SLOT = 'soak_standby';
const STANDBY_LOOKS_MS = 4_000;
const STANDBY_WORDS = 'the server is a standby';

const OTHER_HISTORY: readonly ResyncKind[] = [
  ...(['other-history', 'ahead-of-server', 'witness-missing'] as const),
  // A standby can lose a slot when it replays what the slot does not allow.
  'lost-wal',
];

/** Publishes some transactions, and ends with the writers paused and everything compared. */
async function publishSome(world: World): Promise<void> {
  world.writers.resume();
  await pauseFor(300 + world.random.next() * 1_500);
  await world.commitGeneration();
  await atRest(world);
}

/** From here on transactions have numbers that no other history has. */
async function branchOff(world: World): Promise<void> {
  await world.sql('UPDATE soak.counter SET n = n + $1', [BRANCH_TRANSACTIONS]);
  await world.commitGeneration();
}

/** Writes until the log is beyond the checkpoint. */
async function growLog(world: World): Promise<void> {
  const { lsn = ZERO_LSN } = (await world.checkpoint()) ?? {};
  const isBeyond = async () => {
    await world.sql(
      `INSERT INTO soak.busy (filler) SELECT repeat('x', 500) FROM generate_series(1, $1)`,
      [FILLER_ROWS],
    );
    const [row] = await world.sql<{ beyond: boolean }>(
      'SELECT pg_current_wal_lsn() > $1::pg_lsn AS beyond',
      [formatLsn(lsn)],
    );
    return row?.beyond;
  };
  await waitFor(isBeyond, { what: 'a log beyond the checkpoint', timeoutMs: 30_000 });
}

/** The agents see it at once, or sleep until the log has passed the checkpoint. */
async function putImageBack(world: World, log: 'behind' | 'beyond'): Promise<void> {
  const volume = await Volume.of(world.postgres, world.url);
  await volume.takeImage();
  await publishSome(world);
  await growLog(world);
  await publishSome(world);
  await untilResynced(world, async () => {
    if (log === 'beyond') for (const agent of world.agents) agent.signal('SIGSTOP');
    await volume.putImageBack();
    await branchOff(world);
    if (log === 'beyond') await growLog(world);
    for (const agent of world.agents) agent.signal('SIGCONT');
  });
}

/** The second of two standbys that were promoted to one timeline lacks transactions. */
async function promoteTwice(world: World): Promise<void> {
  const volume = await Volume.of(world.postgres, world.url);
  await volume.takeImage();
  await publishSome(world);
  await volume.becomeStandby();
  await volume.promote();
  await publishSome(world);
  await untilResynced(world, async () => {
    for (const agent of world.agents) agent.signal('SIGSTOP');
    await volume.putImageBack('standby');
    await volume.promote();
    await branchOff(world);
    await growLog(world);
    for (const agent of world.agents) agent.signal('SIGCONT');
  });
}

/** The slot has to move on before a standby can have it. */
async function untilSynchronised(world: World, standby: Volume): Promise<void> {
  const isThere = async () => {
    await world.sql('SELECT pg_log_standby_snapshot()');
    await world.commitGeneration();
    return standby.is(
      `SELECT synced AND NOT temporary AS is FROM pg_replication_slots
        WHERE slot_name = '${world.slot}'`,
    );
  };
  await waitFor(isThere, { what: 'a synchronised slot', timeoutMs: 60_000 });
}

/** A failover as PostgreSQL means it: what was published is on the standby, with the slot. */
async function promoteSynchronised(world: World): Promise<void> {
  const { journal, writers } = world;
  const primary = await Volume.of(world.postgres, world.url);
  await world.sql('SELECT pg_create_physical_replication_slot($1, true)', [PHYSICAL_SLOT]);
  const standby = await primary.startStandby({
    primary_slot_name: PHYSICAL_SLOT,
    hot_standby_feedback: 'on',
    sync_replication_slots: 'on',
  });
  try {
    await untilSynchronised(world, standby);
    await world.configure('synchronized_standby_slots', PHYSICAL_SLOT);
    writers.resume();
    await pauseFor(world.random.next() * 2_000);
    const since = markOf(journal);
    await world.postgres.crash();
    await standby.promote();
    await primary.moveFrom(standby);
    await atRest(world);
    checkResyncs(journal, since, []);
  } finally {
    await standby.postgres.stop();
  }
}

/** A third agent is pointed at a standby: it touches neither the store nor the slot. */
async function agentAtStandby(world: World): Promise<void> {
  const { journal } = world;
  const primary = await Volume.of(world.postgres, world.url);
  const standby = await primary.startStandby();
  const target = { ...world.target, postgresPort: standby.postgres.port };
  const astray = await AgentProcess.create('the agent at a standby', target, journal);
  try {
    // Whichever agent is active has published since it began.
    await publishSome(world);
    world.writers.resume();
    const activation = (await world.checkpoint())?.activation;
    astray.start();
    const said = () => astray.saidAfter(0, STANDBY_WORDS);
    await waitFor(said, { what: 'the agent to find a standby', timeoutMs: 30_000 });
    await pauseFor(STANDBY_LOOKS_MS);
    if ((await world.checkpoint())?.activation !== activation) {
      journal.violate('P4: an agent at a standby disturbed the active one');
    }
    const slots = await standby.sql('SELECT slot_name FROM pg_replication_slots');
    if (slots.length > 0) journal.violate('an agent created a slot at a standby');
  } finally {
    await astray.remove();
    await standby.postgres.stop();
  }
}

const RARE = { weight: 1.5, onlyLong: true, quiet: true } as const;

export const HISTORY_FAULTS: readonly Fault[] = [
  {
    ...RARE,
    name: 'PostgreSQL put back to an image, its log not at the checkpoint',
    resyncs: OTHER_HISTORY,
    inflict: (world) => putImageBack(world, 'behind'),
  },
  {
    ...RARE,
    name: 'PostgreSQL put back to an image, its log beyond the checkpoint',
    resyncs: OTHER_HISTORY,
    inflict: (world) => putImageBack(world, 'beyond'),
  },
  {
    ...RARE,
    name: 'two promotions to one timeline',
    resyncs: OTHER_HISTORY,
    inflict: promoteTwice,
  },
  {
    ...RARE,
    name: 'promotion with a synchronised slot',
    sincePostgres: 17,
    inflict: promoteSynchronised,
  },
  { ...RARE, name: 'an agent at a standby', inflict: agentAtStandby },
];
