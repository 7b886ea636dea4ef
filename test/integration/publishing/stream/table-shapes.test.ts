/** DDL that leaves names and types of columns: the table is read again, on the same slot. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TableName } from '../../../../src/model/resources.js';
import { decodeTablePrints } from '../../../../src/publishing/records/table-prints.js';
import {
  type Cluster,
  createCluster,
  type RunningAgent,
} from '../../../support/agents/agent-cluster.js';
import { expectConverged, recordSome } from '../../../support/agents/config-changes.js';
import { waitFor } from '../../../support/wait.js';

let cluster: Cluster;
/** When statements of the session that looks at the catalog began. */
let lookedAt: Set<string>;
beforeEach(async () => {
  lookedAt = new Set();
  cluster = await createCluster();
  await cluster.initialise();
  await recordSome(cluster);
});
afterEach(() => cluster.close());

const sql = (text: string) => cluster.sql.query(text);

async function expectNoResync(agent: RunningAgent): Promise<void> {
  await expectConverged(cluster);
  expect(agent.counters).toMatchObject({ state: 'streaming', restarts: 0, fenced: 0 });
}

describe('records that change though their columns have the same names and types', () => {
  const COLUMN = 'ALTER TABLE storage.config';
  const NOTE = `${COLUMN} ADD COLUMN note text NOT NULL DEFAULT 'old'`;
  const MOOD = `CREATE TYPE public.mood AS ENUM ('sad', 'ok');
    ${COLUMN} ADD COLUMN mood public.mood[] NOT NULL DEFAULT '{sad}'`;
  const PAIR = `CREATE TYPE public.pair AS (a int, b int);
    ${COLUMN} ADD COLUMN pair public.pair NOT NULL DEFAULT '(1,2)'`;
  const SWAP = `${COLUMN} ADD COLUMN x text DEFAULT 'x', ADD COLUMN y text DEFAULT 'y'`;
  const REPLACE = `CREATE SCHEMA former; CREATE TABLE public.config (LIKE storage.config INCLUDING ALL);
    INSERT INTO public.config SELECT id, key, '"new"' FROM storage.config;
    ALTER TABLE public.config REPLICA IDENTITY FULL;
    ALTER TABLE storage.config SET SCHEMA former;
    ALTER TABLE public.config SET SCHEMA storage`;
  const ALL_TABLES = `DROP PUBLICATION bagger_lw_storage;
    CREATE PUBLICATION bagger_lw_storage FOR ALL TABLES`;
  const cases = [
    {
      what: 'a column is dropped and another one of its name added',
      before: NOTE,
      ddl: `${COLUMN} DROP COLUMN note, ADD COLUMN note text NOT NULL DEFAULT 'new'`,
      after: '"note":"new"',
    },
    {
      what: 'the values of a column are rewritten',
      before: NOTE,
      ddl: `${COLUMN} ALTER COLUMN note TYPE text USING 'new'`,
      after: '"note":"new"',
    },
    {
      what: 'two columns change their names',
      before: SWAP,
      ddl: `${COLUMN} RENAME x TO z; ${COLUMN} RENAME y TO x; ${COLUMN} RENAME z TO y`,
      after: '"x":"y"',
    },
    {
      what: 'another table takes the name',
      before: ALL_TABLES,
      ddl: REPLACE,
      after: '"value":"new"',
    },
    {
      what: 'a value of an enumeration gets another name',
      before: MOOD,
      ddl: `ALTER TYPE public.mood RENAME VALUE 'sad' TO 'blue'`,
      after: '{blue}',
    },
    {
      what: 'a composite type gets another attribute',
      before: PAIR,
      ddl: 'ALTER TYPE public.pair ADD ATTRIBUTE c int CASCADE',
      after: '(1,2,)',
    },
  ];

  const isPublished = async (text: string) =>
    (await cluster.published()).get('/Config/k2')?.includes(text);

  test.each(cases)('under a running agent: $what', async ({ before, ddl, after }) => {
    await sql(before);
    const agent = await cluster.activeAgent({ catalogIntervalMs: 50 });
    await expectNoResync(agent);
    await sql(ddl);
    await waitFor(() => isPublished(after), { what: after });
    await expectNoResync(agent);
    expect(agent.counters.resyncs).toBe(1);
  });

  test.each(cases)('while no agent runs: $what', async ({ before, ddl, after }) => {
    await sql(before);
    await (await cluster.activeAgent()).stop();
    await sql(ddl);
    const agent = await cluster.activeAgent();
    await waitFor(() => isPublished(after), { what: after });
    await expectNoResync(agent);
    expect(agent.counters.resyncs).toBe(0);
  });
});

test('a rewritten table with the same contents is read once, and nothing written', async () => {
  const agent = await cluster.activeAgent({ catalogIntervalMs: 50 });
  await expectNoResync(agent);
  const before = await fingerprintOf('config');
  const start = await cluster.revision();
  await sql('VACUUM FULL storage.config');
  const isSeen = async () => (await fingerprintOf('config')) !== before;
  await waitFor(isSeen, { what: 'the new file' });
  // Its write is counted a moment after the store shows it.
  await expectNoResync(agent);
  const { writes } = agent.counters;
  await waitFor(async () => (await looks()) > 10, { what: 'ten more looks' });
  expect(agent.counters.writes).toBe(writes);
  await sql('CLUSTER storage.config USING config_pkey');
  await expectNoResync(agent);
  const revisions = (await cluster.revisionsAfter(start)).filter(({ size }) => size > 0);
  expect(revisions).toEqual([]);
  expect(agent.counters).toMatchObject({ resyncs: 1, repairs: 0 });
});

async function fingerprintOf(table: TableName): Promise<string | undefined> {
  const stored = await cluster.store.read(cluster.keySpace.tablesKey('default'));
  return decodeTablePrints(stored?.value).get(table);
}

/** How often the catalog was seen being looked at. */

async function looks(): Promise<number> {
  const { rows } = await cluster.sql.query<{ at: string }>(
    `SELECT query_start::text AS at FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'lenkwerk agent repair'`,
  );
  for (const { at } of rows) lookedAt.add(at);
  return lookedAt.size;
}
