/** Nothing may be left out of the publication: the stream would not show that it is. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initialise } from '../../../../src/database/setup/init.js';
import { postgresSource } from '../../../../src/publishing/source/postgres-source.js';
import type {
  ReplicationCommands,
  SourceDatabase,
} from '../../../../src/publishing/source/source-database.js';
import { type Cluster, createCluster } from '../../../support/agents/agent-cluster.js';
import { change, expectConverged, recordSome } from '../../../support/agents/config-changes.js';
import { createClusterOnOwnServer } from '../../../support/agents/own-server.js';
import { waitFor } from '../../../support/wait.js';

const PUBLICATION = 'bagger_lw_storage';
const OTHERS = `storage.postgres_instance, storage.servermap, storage.dimension, storage.index,
  storage.index_field`;
const SET_TABLE = `ALTER PUBLICATION ${PUBLICATION} SET TABLE`;
const ALL_TABLES = `DROP PUBLICATION ${PUBLICATION}; CREATE PUBLICATION ${PUBLICATION} FOR ALL TABLES`;
const IN_SCHEMA = `DROP PUBLICATION ${PUBLICATION};
  CREATE PUBLICATION ${PUBLICATION} FOR TABLES IN SCHEMA storage`;
/** The table of the publication is a partition, and changes are published as its root's. */
const VIA_ROOT = `
  CREATE TABLE public.root (LIKE storage.config) PARTITION BY LIST (key);
  ALTER TABLE public.root ATTACH PARTITION storage.config DEFAULT;
  ALTER PUBLICATION ${PUBLICATION} ADD TABLE public.root;
  ALTER PUBLICATION ${PUBLICATION} SET (publish_via_partition_root = true)`;
const GENERATED = 'ALTER TABLE storage.config ADD COLUMN size int GENERATED ALWAYS AS (1) STORED';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await createCluster();
});
afterEach(() => cluster.close());

const sql = (text: string) => cluster.sql.query(text);

async function read(): Promise<string> {
  const session = await postgresSource(cluster.settings).connect('test');
  try {
    return await session.readPublication(PUBLICATION);
  } finally {
    await session.close();
  }
}

/** Each leaves something out; `repairable`: `init` repairs it. */
const HIDING: readonly (readonly [statement: string, what: string, repairable: boolean])[] = [
  [
    `${SET_TABLE} storage.config WHERE (key <> 'retain_hrs'), ${OTHERS}`,
    'leaves out rows of storage.config',
    true,
  ],
  [
    `${SET_TABLE} storage.config (id, key), ${OTHERS}`,
    'leaves out columns of storage.config: value',
    true,
  ],
  [`${SET_TABLE} ${OTHERS}`, 'does not have storage.config', true],
  [`ALTER PUBLICATION ${PUBLICATION} SET (publish = 'insert')`, 'leaves out updates', true],
  [`ALTER PUBLICATION ${PUBLICATION} SET (publish = 'insert, update, delete')`, 'truncates', true],
  [`${ALL_TABLES}; ALTER TABLE storage.config SET UNLOGGED`, 'does not have storage.config', false],
  [VIA_ROOT, 'does not have storage.config', false],
  [`DROP PUBLICATION ${PUBLICATION}`, 'there is no publication', true],
];

describe('what hides anything', () => {
  test.each(HIDING)('is refused: %s', async (statement, what) => {
    await sql(statement);
    await expect(read()).rejects.toMatchObject({
      code: 'database-not-initialised',
      message: expect.stringContaining(what),
    });
    await expect(cluster.startAgent().done).rejects.toMatchObject({
      code: 'database-not-initialised',
    });
    expect(await cluster.checkpoint()).toBeUndefined();
  });

  const repairable = HIDING.filter(([, , isRepairable]) => isRepairable);
  test.each(repairable)('is repaired by init, which reports it: %s', async (statement) => {
    await initialise(cluster.sql);
    await sql(statement);
    const { done } = await initialise(cluster.sql, { check: true });
    expect(done).toHaveLength(statement.startsWith('DROP') ? 7 : 1);
    expect((await initialise(cluster.sql)).done).toEqual(done);
    expect((await initialise(cluster.sql)).done).toEqual([]);
    await read();
  });
});

test('what covers every change is taken, in whatever form', async () => {
  const seen = new Set([await read()]);
  for (const statement of [
    `${SET_TABLE} storage.config (id, key, value), ${OTHERS}`,
    ALL_TABLES,
    IN_SCHEMA,
    `${IN_SCHEMA}; ALTER PUBLICATION ${PUBLICATION} ADD TABLE storage.config WHERE (id > 7)`,
    `ALTER PUBLICATION ${PUBLICATION} SET (publish_via_partition_root = true)`,
    GENERATED,
  ]) {
    await sql(statement);
    seen.add(await read());
  }
  // A generated column changes no part of the publication.
  expect(seen.size).toBe(6);
});

test('generated columns in the stream are refused: records do not have them', {
  timeout: 180_000,
}, async () => {
  // The first version that can publish them.
  await cluster.close();
  ({ cluster } = await createClusterOnOwnServer(18));
  await initialise(cluster.sql);
  await sql(GENERATED);
  await sql(`ALTER PUBLICATION ${PUBLICATION} SET (publish_generated_columns = stored)`);
  await expect(read()).rejects.toThrow('shows generated columns of storage.config: size');
  expect((await initialise(cluster.sql)).done).toEqual([`publication ${PUBLICATION}`]);
  await read();
});

test.each([
  ['rows', `${SET_TABLE} storage.config WHERE (key <> 'retain_hrs'), ${OTHERS}`],
  ['columns', `${SET_TABLE} storage.config (id, key), ${OTHERS}`],
  ['operations', `ALTER PUBLICATION ${PUBLICATION} SET (publish = 'update, delete, truncate')`],
])('an agent that runs stops for hidden %s, until init repaired it', async (_, statement) => {
  await recordSome(cluster);
  await change(cluster, 1);
  await cluster.initialise();
  const agent = await cluster.activeAgent({ catalogIntervalMs: 50 });
  await expectConverged(cluster);
  await sql(statement);
  // With a column list PostgreSQL itself refuses updates.
  await sql(`INSERT INTO storage.config (key, value) VALUES ('retain_hrs', '1')`);
  await waitFor(() => /leaves out/.test(agent.counters.reason), { what: 'the reason' });
  expect(agent.counters.state).not.toBe('streaming');
  await cluster.initialise();
  await expectConverged(cluster);
  await expect.poll(() => agent.counters.resyncs).toBeGreaterThan(1);
});

/** As soon as the first resync has its slot something happens. */
function afterTheFirstSlot(happen: () => Promise<unknown>): SourceDatabase {
  let isFirst = true;
  const creating = (commands: ReplicationCommands) =>
    overriding(commands, {
      createSlot: async (name) => {
        const created = await commands.createSlot(name);
        if (isFirst) await happen();
        isFirst = false;
        return created;
      },
    });
  const source = postgresSource(cluster.settings);
  return {
    ...source,
    connect: async (what) => {
      const session = await source.connect(what);
      const replication = async () => {
        const found = await session.replication();
        return { ...found, connect: async () => creating(await found.connect()) };
      };
      return overriding(session, { replication });
    },
  };
}

/** The object with other methods; its own are called on itself, as private fields need it. */
function overriding<T extends object>(target: T, others: Partial<T>): T {
  return new Proxy(target, {
    get: (_, name) => {
      const found: unknown = Reflect.get(name in others ? others : target, name);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
}

test('what was hidden for a moment during a resync is read again', async () => {
  await recordSome(cluster);
  const database = afterTheFirstSlot(async () => {
    await sql(`${SET_TABLE} ${OTHERS}`);
    await sql(`INSERT INTO storage.config (key, value) VALUES ('hidden', '1')`);
    await sql(`${SET_TABLE} storage.config, ${OTHERS}`);
  });
  const agent = await cluster.activeAgent({ database });
  await expectConverged(cluster);
  expect(agent.counters.resyncKind).toBe('publication-changed');
});

test('what was hidden for a moment while no agent ran is read again', async () => {
  await recordSome(cluster);
  await (await cluster.activeAgent()).stop();
  await sql(`ALTER PUBLICATION ${PUBLICATION} SET (publish = 'insert')`);
  await sql(`DELETE FROM storage.config WHERE key = 'k1'`);
  await sql(`ALTER PUBLICATION ${PUBLICATION} SET (publish = 'insert, update, delete, truncate')`);
  const agent = await cluster.activeAgent();
  await expectConverged(cluster);
  expect(agent.counters.resyncKind).toBe('publication-changed');
});
