/** What the stream does not show: what a publication hides, and columns that come and go. */
import { TABLES } from '../../../src/model/resources.js';
import { codeOf } from '../../../src/postgres/errors.js';
import { waitFor } from '../../support/wait.js';
import { atRest } from '../world/quiet.js';
import { untilResynced, untilSaid } from '../world/resyncs.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import type { Fault } from './fault.js';

const PUBLICATION = 'bagger_lw_storage';
const LOCK_NOT_AVAILABLE = '55P03';

/** From PostgreSQL 18 on the stream leaves out what is committed meanwhile. */
async function dropPublication(world: World): Promise<void> {
  world.observer.distrust();
  await world.sql(`DROP PUBLICATION ${PUBLICATION}`);
  await pauseFor(world.random.next() * 1_000);
  await world.commands.init();
}

/** A column comes, goes or changes its type, while others write to the table. */
async function reshape(world: World): Promise<void> {
  const table = world.random.pick(TABLES);
  const change = world.random.pick([
    `ADD COLUMN IF NOT EXISTS extra text DEFAULT 'x'`,
    'ADD COLUMN IF NOT EXISTS extra integer DEFAULT 7',
    'DROP COLUMN IF EXISTS extra',
    'DROP COLUMN IF EXISTS extra, ADD COLUMN extra bigint DEFAULT 8',
  ]);
  await whenFree(world, `ALTER TABLE storage.${table} ${change}`);
}

interface Narrowing {
  readonly does: string;
  /** One transaction. */
  readonly sql: string;
}

const alter = `ALTER PUBLICATION ${PUBLICATION}`;
const narrowed = (as: string) =>
  `${alter} DROP TABLE storage.config; ${alter} ADD TABLE storage.config ${as}`;

const NARROWINGS: readonly Narrowing[] = [
  { does: 'leaves out rows of storage.config', sql: narrowed(`WHERE (key <> 'generation')`) },
  {
    does: 'leaves out updates, deletes',
    // Updates of a table with a list of columns fail, unless they are left out.
    sql: `${alter} SET (publish = 'insert, truncate'); ${narrowed('(id, key)')}`,
  },
  { does: 'leaves out deletes', sql: `${alter} SET (publish = 'insert, update, truncate')` },
  {
    does: 'does not have storage.index_field as a table',
    sql: `${alter} DROP TABLE storage.index_field`,
  },
];

/** A list of columns may show in the stream before an agent looks at the catalog. */
const NARROWED = ['publication-changed', 'other-columns'] as const;

/** Agents name what is hidden, and publish everything again when `init` has repaired it. */
async function narrow(world: World, { does, sql }: Narrowing): Promise<void> {
  await world.healthy();
  world.observer.distrust();
  await untilResynced(world, async () => {
    await untilSaid(world, does, () => whenFree(world, sql));
    await pauseFor(world.random.next() * 1_000);
    await world.commands.init();
  });
}

/** Agents may not look in between. */
async function narrowBriefly(world: World): Promise<void> {
  await world.healthy();
  world.observer.distrust();
  await untilResynced(world, async () => {
    await whenFree(world, world.random.pick(NARROWINGS).sql);
    await world.commitGeneration();
    await world.commands.init();
  });
}

/** The same names and types, other values: no change of a row shows it. */
async function replaceColumn(world: World): Promise<void> {
  world.observer.distrust();
  await whenFree(
    world,
    `ALTER TABLE storage.postgres_instance DROP COLUMN IF EXISTS extra, DROP COLUMN status,
       ADD COLUMN status smallint NOT NULL DEFAULT ${world.random.between(0, 3)}`,
  );
  if (world.random.chance(0.5)) {
    world.writers.resume();
    await pauseFor(world.random.next() * 5_000);
  }
  // Where the writers pause, no change of the table follows that could show it.
  await atRest(world);
}

/** Runs a statement that takes a lock, as soon as it gets it. */
async function whenFree(world: World, sql: string): Promise<void> {
  const attempt = async () => {
    try {
      await world.sql(`SET lock_timeout = 500; ${sql}`);
      return true;
    } catch (error) {
      if (codeOf(error) !== LOCK_NOT_AVAILABLE) throw error;
      return false;
    }
  };
  await waitFor(attempt, { what: 'the table', timeoutMs: 30_000 });
}

export const PUBLICATION_FAULTS: readonly Fault[] = [
  { name: 'a table gets another shape', weight: 4, inflict: reshape },
  {
    name: 'a column is replaced by one of its name',
    weight: 2,
    onlyLong: true,
    quiet: true,
    inflict: replaceColumn,
  },
  {
    name: 'publication dropped, then init',
    weight: 2,
    resyncs: ['publication-changed', 'slot-unusable'],
    inflict: dropPublication,
  },
  ...NARROWINGS.map((narrowing) => ({
    name: `publication ${narrowing.does}`,
    weight: 0.7,
    onlyLong: true,
    resyncs: NARROWED,
    inflict: (world: World) => narrow(world, narrowing),
  })),
  {
    name: 'publication narrowed for a moment',
    weight: 1,
    onlyLong: true,
    resyncs: NARROWED,
    inflict: narrowBriefly,
  },
];
