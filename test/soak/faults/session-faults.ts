/** What is set for the server, for the role of the agents and for the tables. */
import { alterRole, harmfulSettings } from '../../support/settings/harmful-settings.js';
import { verifyEnds } from '../world/quiet.js';
import { untilResynced, untilSaid } from '../world/resyncs.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import type { Fault } from './fault.js';

/**
 * Commits wait for a standby that is away; agents and verify must not. Only a new slot has to wait
 * for those commits: where one is needed, the agent reports it.
 */
async function absentStandby(world: World): Promise<void> {
  const active = await world.healthy();
  await world.configure('synchronous_standby_names', 'ghost');
  try {
    const isWaiting = untilSaid(world, 'the new slot waits for', async () => {
      active.signal('SIGKILL');
      await pauseFor(500);
    });
    await Promise.any([isWaiting, world.waitForActive()]);
    await verifyEnds(world);
  } finally {
    await world.configure('synchronous_standby_names', undefined);
  }
}

/** Agents that start with some of them publish the same, and need no resync. */
async function roleSettings(world: World): Promise<void> {
  const { postgres, random, target } = world;
  for (const setting of harmfulSettings(postgres.major)) {
    if (random.chance(0.5)) await world.sql(alterRole(target.user, setting));
  }
  for (const agent of world.agents) agent.signal(random.pick(['SIGKILL', 'SIGTERM']));
  await pauseFor(500);
  await world.healthy();
  await pauseFor(random.next() * 3_000);
  await world.sql(`ALTER ROLE ${target.user} RESET ALL`);
}

/** Agents cannot read a table whole: they say so, and delete nothing. */
async function rowSecurity(world: World): Promise<void> {
  const { journal, keySpace } = world;
  await world.healthy();
  await world.sql('ALTER TABLE storage.config ENABLE ROW LEVEL SECURITY');
  const records = await world.store.readRange([`${keySpace.prefix}/Config/`]);
  await world.distrustSlot();
  await untilResynced(world, async () => {
    await untilSaid(world, 'row-level security', () =>
      world.meddle(keySpace.checkpointKey('default'), undefined),
    );
    const left = await world.store.readRange([`${keySpace.prefix}/Config/`]);
    const [before, now] = [records, left].map((found) => found.records.length);
    if (before !== now) journal.violate(`P3: of ${before} records ${now} are left`);
    await world.sql('ALTER TABLE storage.config DISABLE ROW LEVEL SECURITY');
  });
}

const RARE = { weight: 1.5, onlyLong: true } as const;

export const SESSION_FAULTS: readonly Fault[] = [
  { ...RARE, name: 'a synchronous standby is away', inflict: absentStandby },
  { ...RARE, name: 'settings of the role', inflict: roleSettings },
  {
    ...RARE,
    name: 'row level security',
    quiet: true,
    resyncs: ['none'],
    inflict: rowSecurity,
  },
];
