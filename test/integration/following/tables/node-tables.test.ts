import fc from 'fast-check';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { initialiseNode } from '../../../../src/database/setup/node.js';
import { NodeTables } from '../../../../src/following/tables/node-tables.js';
import { KeySpace } from '../../../../src/publishing/records/key-space.js';
import { EXISTING_NODE } from '../../../support/nodes/existing-node.js';
import { readNodeRecords } from '../../../support/nodes/node-records.js';
import { changesBetween, type Records, recordState } from '../../../support/nodes/record-states.js';
import { explaining, lengthOfInsert } from '../../../support/nodes/statements.js';
import { emptyDatabase, type Fixture } from '../../../support/servers/database-fixture.js';

const KEY_SPACE = new KeySpace('');
const NOTHING: Records = new Map();

describe.each([
  ['of init --node', ''],
  ["of Bagger's extension", EXISTING_NODE],
])('the tables of a node %s', (_, sql) => {
  let fixture: Fixture;
  let client: Client;
  let tables: NodeTables;
  const unknown: string[] = [];

  beforeAll(async () => {
    fixture = await emptyDatabase();
    client = fixture.client;
    await client.query(sql);
    await initialiseNode(client, { roles: false });
    tables = new NodeTables(client, KEY_SPACE, (table, column) =>
      unknown.push(`${table} ${column}`),
    );
  });
  afterAll(() => fixture.close());

  async function become(records: Records): Promise<void> {
    await tables.save((await tables.differenceTo(records)).changes);
  }

  async function shown(): Promise<Records> {
    return await readNodeRecords(client, KEY_SPACE);
  }

  /** Rolled back, so that each run begins with the same tables. */
  async function inTransaction(work: () => Promise<void>): Promise<void> {
    await client.query('BEGIN');
    await work().finally(() => client.query('ROLLBACK'));
  }

  test('become any state of records after any other, by the changes alone', async () => {
    await fc.assert(
      fc.asyncProperty(recordState, recordState, (before, after) =>
        inTransaction(async () => {
          await become(before);
          expect(await shown()).toEqual(before);
          await tables.save(changesBetween(before, after));
          await client.query('SET CONSTRAINTS ALL IMMEDIATE');
          expect(await shown()).toEqual(after);
        }),
      ),
      { numRuns: 60 },
    );
  });

  test('become any state of records after any other, by their difference to a snapshot', async () => {
    await fc.assert(
      fc.asyncProperty(recordState, recordState, (before, after) =>
        inTransaction(async () => {
          for (const records of [before, after]) {
            await tables.saveOrLocate((await tables.differenceTo(records)).changes);
          }
          expect(await shown()).toEqual(after);
          const { changes, deletes } = await tables.differenceTo(after);
          expect([changes.size, deletes]).toEqual([0, 0]);
        }),
      ),
      { numRuns: 60 },
    );
  });

  test('a second delivery of every record changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(recordState, (records) =>
        inTransaction(async () => {
          await become(records);
          await tables.save(records);
          expect(await shown()).toEqual(records);
        }),
      ),
      { numRuns: 30 },
    );
  });

  test('the one of many records that is refused is named, after few were saved again', async () => {
    await inTransaction(async () => {
      const count = 3_000;
      const records = new Map(
        Array.from({ length: count }, (_, id) => [
          `/Config/k${id}`,
          `{"id":${id + 100},"key":"k${id}","value":1}`,
        ]),
      );
      await client.query(`ALTER TABLE storage.config ADD CHECK (key <> 'k${count - 2}')`);
      const watched = vi.spyOn(client, 'query');
      const refused = tables.saveOrLocate(records);
      await expect(refused).rejects.toMatchObject({ key: `/Config/k${count - 2}` });
      const saved = watched.mock.calls.map(([given]) => lengthOfInsert(given));
      watched.mockRestore();
      const total = saved.reduce((sum, length) => sum + length, 0);
      expect(total).toBeGreaterThan(count);
      expect(total).toBeLessThan(3 * count);
    });
  });

  test.each(['nothing', 'an empty table'])(
    'where the server knows of %s, not each record meets each row',
    async (known) => {
      await inTransaction(async () => {
        const count = 2_000;
        const recordsOf = (value: number) =>
          new Map(
            Array.from({ length: count }, (_, id) => [
              `/Config/k${id}`,
              `{"id":${id + 100},"key":"k${(id + value) % count}","value":${value}}`,
            ]),
          );
        await become(recordsOf(0));
        if (known !== 'nothing') {
          await client.query('DELETE FROM storage.config; ANALYZE storage.config');
          await become(recordsOf(0));
        }
        for (const save of [
          async () => tables.saveOrLocate((await tables.differenceTo(recordsOf(1))).changes),
          () => tables.save(recordsOf(2)),
        ]) {
          const plans = explaining(client);
          await save();
          plans.stop();
          // Of a statement, all steps of its plan together.
          const most = Math.max(...plans.visits);
          expect(most).toBeGreaterThan(count);
          expect(most).toBeLessThan(20 * count);
          expect(plans.compiled()).toBe(0);
        }
      });
    },
  );

  test.each([1, 50])(
    '%d of many rows are saved, and go, without a look at the others',
    async (few) => {
      await inTransaction(async () => {
        const recordsOf = (count: number, value: number) =>
          Array.from({ length: count }, (_, id): [string, string] => [
            `/Config/k${id}`,
            `{"id":${id + 100},"key":"k${id}","value":${value}}`,
          ]);
        await become(new Map(recordsOf(10_000, 0)));
        await client.query('ANALYZE storage.config');
        const plans = explaining(client);
        await tables.save(new Map(recordsOf(few, 1)));
        await tables.save(new Map(recordsOf(few, 0).map(([key]) => [key, undefined])));
        plans.stop();
        expect(Math.max(...plans.visits)).toBeLessThan(20 * few);
        const { rows } = await client.query('SELECT FROM storage.config');
        expect(rows).toHaveLength(10_000 - few);
      });
    },
  );

  test('strays of a node that had rows before are counted', async () => {
    await inTransaction(async () => {
      const { deletes } = await tables.differenceTo(NOTHING);
      expect(deletes).toBe(sql === '' ? 0 : 1);
    });
  });
});
