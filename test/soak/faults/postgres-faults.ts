/** What happens to PostgreSQL, its connections and its slot. */
import { waitFor } from '../../support/wait.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import type { Fault } from './fault.js';

const DROP_SLOT = 'SELECT pg_drop_replication_slot($1)';
const CREATE_SLOT = `SELECT pg_create_logical_replication_slot($1, 'pgoutput')`;
const WAL_SEGMENTS = 6;
const MAX_SHUTDOWN_MS = 15_000;

/** Runs `work` while no agent does, with the slot free. */
async function withoutAgents(world: World, work: () => Promise<unknown>): Promise<void> {
  // An earlier fault may have left no slot behind.
  await world.healthy();
  await Promise.all(world.agents.map((agent) => agent.hold()));
  const isFree = async () => !(await slotIs(world, 'active'));
  await waitFor(isFree, { what: 'a free slot' });
  await world.distrustSlot();
  await work();
  for (const agent of world.agents) agent.start();
}

async function slotIs(world: World, condition: string): Promise<boolean> {
  const rows = await world.sql(
    `SELECT 1 FROM pg_replication_slots WHERE slot_name = $1 AND ${condition}`,
    [world.slot],
  );
  return rows.length > 0;
}

async function loseSlot(world: World): Promise<void> {
  await withoutAgents(world, async () => {
    await world.configure('max_slot_wal_keep_size', '1MB');
    const lost = async () => {
      for (let i = 0; i < WAL_SEGMENTS; i += 1) {
        await world.sql('SELECT pg_switch_wal(), soak.finish(false)');
      }
      await world.sql('CHECKPOINT');
      return slotIs(world, `wal_status = 'lost'`);
    };
    await waitFor(lost, { what: 'a lost slot' });
    await world.configure('max_slot_wal_keep_size', undefined);
  });
}

async function slotOfAnotherTime(world: World): Promise<void> {
  await withoutAgents(world, async () => {
    await world.sql(DROP_SLOT, [world.slot]).catch(() => {});
    await world.commitGeneration();
    await world.sql(CREATE_SLOT, [world.slot]);
  });
}

/** The server waits for every reader of its WAL: an agent must not keep it from going down. */
async function shutDown(world: World): Promise<void> {
  const { journal, postgres } = world;
  for (const agent of world.agents) agent.heal();
  await world.sql(`INSERT INTO soak.busy (filler) SELECT 'x' FROM generate_series(1, 1000)`);
  const startMs = performance.now();
  await postgres.shutDown('fast');
  const tookMs = performance.now() - startMs;
  journal.measure('shutdown of PostgreSQL, s', tookMs / 1000);
  if (tookMs > MAX_SHUTDOWN_MS) journal.violate(`PostgreSQL took ${tookMs} ms to shut down`);
  await postgres.start();
}

export const POSTGRES_FAULTS: readonly Fault[] = [
  {
    name: 'PostgreSQL crashes',
    weight: 2,
    async inflict({ postgres, random }) {
      await postgres.crash();
      await pauseFor(random.next() * 1_500);
      await postgres.start();
    },
  },
  {
    name: 'PostgreSQL restarts',
    weight: 1,
    onlyLong: true,
    async inflict({ postgres }) {
      await postgres.shutDown('immediate');
      await postgres.start();
    },
  },
  {
    name: 'PostgreSQL shuts down in order',
    weight: 1,
    inflict: shutDown,
  },
  {
    name: 'PostgreSQL shuts down in order while the store is down',
    weight: 0.7,
    async inflict(world) {
      await Promise.all(world.servers.nodes.map((node) => node.crash()));
      await shutDown(world);
      await Promise.all(world.servers.nodes.map((node) => node.start()));
    },
  },
  {
    name: 'PostgreSQL freezes',
    weight: 1,
    onlyLong: true,
    async inflict({ postgres, random }) {
      await postgres.freeze();
      await pauseFor(random.next() * 2_000);
      await postgres.thaw();
    },
  },
  {
    name: 'PostgreSQL connections cut at any byte',
    weight: 5,
    async inflict(world) {
      const active = await world.waitForActive();
      active.postgres.cutAfter(world.random.between(1, 30_000));
      await pauseFor(world.random.next() * 1_000);
    },
  },
  {
    name: 'PostgreSQL unreachable for the active agent',
    weight: 2,
    async inflict(world) {
      const active = await world.waitForActive();
      active.postgres.freeze();
      await pauseFor(world.random.next() * 4_000);
    },
  },
  {
    name: 'walsender terminated',
    weight: 1,
    inflict: async (world) =>
      void (await world.sql(
        `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
          WHERE slot_name = $1 AND active`,
        [world.slot],
      )),
  },
  {
    name: 'slot dropped',
    weight: 2,
    resyncs: ['no-slot'],
    inflict: (world) =>
      withoutAgents(world, () => world.sql(DROP_SLOT, [world.slot]).catch(() => {})),
  },
  {
    name: 'slot dropped and created by hand',
    weight: 2,
    resyncs: ['confirmed-beyond'],
    inflict: slotOfAnotherTime,
  },
  {
    name: 'slot advanced by hand',
    weight: 2,
    resyncs: ['confirmed-beyond'],
    inflict: (world) =>
      withoutAgents(world, async () => {
        await world.commitGeneration();
        const advance = 'SELECT pg_replication_slot_advance($1, pg_current_wal_lsn())';
        await world.sql(advance, [world.slot]).catch(() => {});
      }),
  },
  {
    name: 'slot lost its WAL',
    weight: 1,
    onlyLong: true,
    resyncs: ['lost-wal'],
    inflict: loseSlot,
  },
];
