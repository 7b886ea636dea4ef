/** What other clients write to the store, and a record that it refuses. */
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { decodeTablePrints, outdatedTables } from '../../../src/publishing/records/table-prints.js';
import { postgresSource } from '../../../src/publishing/source/postgres-source.js';
import { waitFor } from '../../support/wait.js';
import { verifySays } from '../world/quiet.js';
import { untilResynced, untilSaid } from '../world/resyncs.js';
import type { World } from '../world/world.js';
import { type Fault, OLDER_STORE } from './fault.js';

/** Also where a connection just fell silent, which takes 15 s to be given up. */
const PATIENCE_MS = 30_000;

async function olderCheckpoint(world: World): Promise<void> {
  await world.healthy();
  const key = world.keySpace.checkpointKey('default');
  const older = await world.store.read(key);
  // The newer one may be of the next slot already.
  world.distrustSlotOf(older?.value);
  await waitFor(async () => (await world.store.read(key))?.value !== older?.value, {
    what: 'a newer checkpoint',
    timeoutMs: PATIENCE_MS,
  });
  await world.distrustSlot();
  await world.meddle(key, older?.value);
}

/**
 * A table that TRUNCATE gave another file is repaired when the agent sees it, foreign records
 * included.
 */
async function untilNoRepairIsDue(world: World): Promise<void> {
  const { commands, keySpace, store } = world;
  const database = postgresSource(connectionSettings({ url: commands.verifierUrl }, {}));
  const session = await database.connect('soak');
  try {
    const isOver = async () => {
      const published = await store.read(keySpace.tablesKey('default'));
      const now = await session.readShapes();
      return outdatedTables(decodeTablePrints(published?.value), now).size === 0;
    };
    await waitFor(isOver, { what: 'the repair of truncated tables', timeoutMs: PATIENCE_MS });
  } finally {
    await session.close();
  }
}

/** Another client writes records: verify finds every kind of difference, and --repair mends it. */
async function foreignRecords(world: World): Promise<void> {
  const { keySpace, random } = world;
  const { prefix } = keySpace;
  await untilNoRepairIsDue(world);
  const generation = `${prefix}/Config/generation`;
  const stored = await world.store.read(generation);
  const altered = stored?.value.replace('gen:', 'gem:') ?? '';
  const writes: readonly (readonly [string, string | undefined])[] = [
    [`${prefix}/Config/stray`, '{}'],
    [`${prefix}/Index/1/x`, 'stray'],
    [generation, altered],
    [generation, undefined],
    [`${prefix}/PostgresInstance/generation/1`, undefined],
  ];
  const [key, value] = random.pick(writes);
  await world.meddle(key, value);
  await verifySays(world, 2);
  await verifySays(world, 0, '--repair');
}

/** A client of the database records more than the store takes, and takes it back. */
async function refusedRecord(world: World): Promise<void> {
  await world.healthy();
  await untilResynced(world, async () => {
    await untilSaid(world, `refuses ${world.keySpace.prefix}/Config/refused`, () =>
      world.commitGeneration(
        `INSERT INTO storage.config (key, value) VALUES ('refused', to_json(repeat('x', ${world.servers.refusedBytes})))`,
      ),
    );
    await world.commitGeneration(`DELETE FROM storage.config WHERE key = 'refused'`);
  });
}

export const CONTENT_FAULTS: readonly Fault[] = [
  {
    name: 'checkpoint deleted',
    weight: 1,
    resyncs: ['none'],
    async inflict(world) {
      await world.distrustSlot();
      await world.meddle(world.keySpace.checkpointKey('default'), undefined);
    },
  },
  {
    name: 'checkpoint overwritten with garbage',
    weight: 1,
    resyncs: ['damaged'],
    async inflict(world) {
      await world.distrustSlot();
      const garbage = world.random.pick(['', 'null', '{"version":1}', '[', '{"version":"1"}']);
      await world.meddle(world.keySpace.checkpointKey('default'), garbage);
    },
  },
  {
    name: 'older checkpoint put back',
    weight: 1,
    resyncs: OLDER_STORE,
    inflict: olderCheckpoint,
  },
  {
    name: 'a record that the store refuses',
    weight: 1.5,
    onlyLong: true,
    quiet: true,
    resyncs: ['refused'],
    inflict: refusedRecord,
  },
  { name: 'foreign records', weight: 3, quiet: true, inflict: foreignRecords },
];
