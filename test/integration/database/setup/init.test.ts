import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { createDatabaseIfMissing, initialise } from '../../../../src/database/setup/init.js';
import { readRecorded } from '../../../../src/database/state.js';
import { openConnection, withDatabase } from '../../../../src/postgres/connection.js';
import {
  emptyDatabase,
  type Fixture,
  queryRows,
} from '../../../support/servers/database-fixture.js';
import { EXISTING_BAGGER } from '../../../support/servers/existing-bagger.js';

const TABLES = ['config', 'postgres_instance', 'servermap', 'dimension', 'index', 'index_field'];

let fixture: Fixture;
afterEach(async () => fixture.close());

/** Every row with where it lies and which transaction wrote it. */
async function rowsBitForBit(client: Client): Promise<unknown[][]> {
  const parts = TABLES.map(
    (table) => `SELECT '${table}', ctid::text, xmin::text, t::text FROM storage.${table} AS t`,
  );
  return queryRows(client, `${parts.join(' UNION ALL ')} ORDER BY 1, 2`);
}

async function schemaDump(client: Client): Promise<unknown[][]> {
  return queryRows(
    client,
    `SELECT c.relnamespace::regnamespace::text, c.oid::regclass::text, c.relreplident::text
       FROM pg_class AS c
      WHERE c.relnamespace::regnamespace::text IN ('storage', 'lenkwerk')
      UNION ALL
     SELECT 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid)
       FROM pg_proc AS p WHERE p.pronamespace::regnamespace::text IN ('storage', 'lenkwerk')
      UNION ALL
     SELECT 'publication', pubname::text, tablename::text FROM pg_publication_tables
      ORDER BY 1, 2, 3`,
  );
}

describe('a new database', () => {
  it('gets the tables of the interface', async () => {
    fixture = await emptyDatabase();
    await initialise(fixture.client);
    const columns = await queryRows(
      fixture.client,
      `SELECT table_name || '.' || column_name, udt_name, character_maximum_length,
              is_nullable, column_default
         FROM information_schema.columns WHERE table_schema = 'storage'
        ORDER BY table_name COLLATE "C", ordinal_position`,
    );
    expect(columns.map((column) => column.join(' '))).toMatchSnapshot();
  });

  it('gets keys, deferred where the interface defers them', async () => {
    fixture = await emptyDatabase();
    await initialise(fixture.client);
    const constraints = await queryRows(
      fixture.client,
      `SELECT conrelid::regclass::text, pg_get_constraintdef(oid), condeferred, connoinherit
         FROM pg_constraint WHERE connamespace = 'storage'::regnamespace
          -- From PostgreSQL 18 on NOT NULL is one as well.
          AND contype <> 'n'
        ORDER BY 1, 2`,
    );
    expect(constraints.map((constraint) => constraint.join(' '))).toMatchSnapshot();
    await expect(
      fixture.client.query('INSERT INTO storage.time_bound DEFAULT VALUES'),
    ).rejects.toMatchObject({ code: '23514' });
  });

  it('is published whole, with whole old rows', async () => {
    fixture = await emptyDatabase();
    await initialise(fixture.client);
    const published = await queryRows(
      fixture.client,
      `SELECT tablename::text FROM pg_publication_tables WHERE pubname = 'bagger_lw_storage'`,
    );
    expect(published.flat().sort()).toEqual([...TABLES].sort());
    const identities = await queryRows(
      fixture.client,
      `SELECT DISTINCT relreplident::text FROM pg_class
        WHERE relnamespace = 'storage'::regnamespace AND relkind = 'r' AND relname <> 'time_bound'`,
    );
    expect(identities).toEqual([['f']]);
  });

  it('stays as it is when set up again', async () => {
    fixture = await emptyDatabase();
    const first = await initialise(fixture.client);
    expect(first.done).toContain('table storage.config');
    expect(first.files).toHaveLength(7);
    const before = await schemaDump(fixture.client);
    const second = await initialise(fixture.client);
    expect(second).toMatchObject({ done: [], files: [], clusterId: first.clusterId });
    expect(second.present).toEqual(first.done);
    expect(await schemaDump(fixture.client)).toEqual(before);
  });

  it('is left empty by a check, which reports the same', async () => {
    fixture = await emptyDatabase();
    const check = await initialise(fixture.client, { check: true });
    expect(await schemaDump(fixture.client)).toEqual([]);
    expect((await initialise(fixture.client)).done).toEqual(check.done);
  });

  it('is created when it is missing', async () => {
    fixture = await emptyDatabase();
    const name = `made_${randomBytes(4).toString('hex')}`;
    const settings = withDatabase(fixture.settings, name);
    await expect(openConnection(settings, 'test')).rejects.toMatchObject({
      code: 'database-unavailable',
      cause: { code: '3D000' },
    });
    expect(await createDatabaseIfMissing(settings)).toMatchObject({ created: true });
    expect(await createDatabaseIfMissing(settings)).toMatchObject({ created: false });
    const created = await openConnection(settings, 'test');
    await created.end();
    await fixture.client.query(`DROP DATABASE ${name}`);
  });

  it('is set up once by two at the same time', async () => {
    fixture = await emptyDatabase();
    const other = await fixture.open();
    const reports = await Promise.all([initialise(fixture.client), initialise(other)]);
    expect(reports.map(({ files }) => files.length).sort()).toEqual([0, 7]);
  });
});

describe('the database of an existing Bagger', () => {
  it('is adopted without changing a row', async () => {
    fixture = await emptyDatabase();
    const { client } = fixture;
    await client.query(EXISTING_BAGGER);
    const before = await rowsBitForBit(client);
    const report = await initialise(client);
    expect(await rowsBitForBit(client)).toEqual(before);
    expect(before.length).toBe(9);
    expect(report.done).toContain('table storage.servermap in publication bagger_lw_storage');
    expect(report.done).toContain('publication bagger_lw_storage');
    expect(report.done).toContain('replica identity full of storage.index_field');
    expect(report.done).not.toContain('table storage.config');
    const recorded = await readRecorded(client);
    expect(recorded.config[0]?.value).toBe('{ "b":1.10,  "a":12345678901234567890 }');
    expect(recorded.servermap).toEqual({ id: 2, map: '{"version": 1}' });
    expect(recorded.instances.map(({ host }) => host)).toEqual(['a.example', 'b.example']);
  });

  it('keeps its functions, also those with other argument types', async () => {
    fixture = await emptyDatabase();
    const { client } = fixture;
    await client.query(EXISTING_BAGGER);
    const before = await schemaDump(client);
    await initialise(client);
    const after = await schemaDump(client);
    const functions = before.filter(([kind]) => kind === 'function');
    expect(functions).toHaveLength(3);
    for (const existing of functions) expect(after).toContainEqual(existing);
    const registers = after.filter(([, name]) => String(name).includes('register_pg_instance'));
    expect(registers).toHaveLength(1);
    await expect(
      client.query('SELECT * FROM storage.get_servermap(in_id => 1)'),
    ).resolves.toMatchObject({ rowCount: 1 });
  });

  it('can change index fields afterwards', async () => {
    fixture = await emptyDatabase();
    const { client } = fixture;
    await client.query(EXISTING_BAGGER);
    const update = "UPDATE storage.index_field SET valid_until = '2026-01-01' WHERE id = 1";
    await expect(client.query(update)).rejects.toMatchObject({ code: '55000' });
    await initialise(client);
    await expect(client.query(update)).resolves.toMatchObject({ rowCount: 1 });
  });

  it('is refused, unchanged, when a table does not fit', async () => {
    fixture = await emptyDatabase();
    const { client } = fixture;
    await client.query(EXISTING_BAGGER);
    await client.query(`
      ALTER TABLE storage.config ALTER COLUMN value TYPE jsonb;
      ALTER TABLE storage.index DROP COLUMN tablespc`);
    const before = await schemaDump(client);
    await expect(initialise(client)).rejects.toMatchObject({
      code: 'database-error',
      message: expect.stringMatching(
        /storage\.index lacks column tablespc.*storage\.config\.value is jsonb, expected json/,
      ),
    });
    expect(await schemaDump(client)).toEqual(before);
  });
});
