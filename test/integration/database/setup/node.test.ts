import { afterEach, describe, expect, test } from 'vitest';
import { initialise } from '../../../../src/database/setup/init.js';
import { initialiseNode } from '../../../../src/database/setup/node.js';
import { openConnection } from '../../../../src/postgres/connection.js';
import { EXISTING_NODE } from '../../../support/nodes/existing-node.js';
import {
  emptyDatabase,
  type Fixture,
  queryRows,
} from '../../../support/servers/database-fixture.js';
import { EXISTING_BAGGER } from '../../../support/servers/existing-bagger.js';
import { uniqueName } from '../../../support/servers/servers.js';

let fixture: Fixture;
afterEach(() => fixture.close());

const NO_ROLES = { roles: false };

describe('init --node', () => {
  test('creates tables and functions, and neither a publication nor a log', async () => {
    fixture = await emptyDatabase();
    const { client } = fixture;
    const { done, hasOtherInbound } = await initialiseNode(client, NO_ROLES);
    expect(done).toContain('table storage.index_field');
    expect(done).toContain('table lenkwerk.follower');
    expect(done).toContain('function storage.inbound_from_kvstore(regclass, json)');
    expect(done.filter((fact) => /publication|apply_log|cluster/.test(fact))).toEqual([]);
    expect(hasOtherInbound).toBe(false);
    expect(await queryRows(client, 'SELECT write_id FROM lenkwerk.follower')).toEqual([[null]]);
  });

  test('a second run changes nothing, and a check creates nothing', async () => {
    fixture = await emptyDatabase();
    const { client } = fixture;
    const { done } = await initialiseNode(client, { ...NO_ROLES, check: true });
    expect((await initialiseNode(client, NO_ROLES)).done).toEqual(done);
    const [[id] = []] = await queryRows(client, 'SELECT follower_id FROM lenkwerk.follower');
    expect((await initialiseNode(client, NO_ROLES)).done).toEqual([]);
    expect(await queryRows(client, 'SELECT follower_id FROM lenkwerk.follower')).toEqual([[id]]);
  });

  test("adopts the tables of Bagger's extension, and finds the function that fails", async () => {
    fixture = await emptyDatabase();
    const { client } = fixture;
    await client.query(EXISTING_NODE);
    expect((await initialiseNode(client, NO_ROLES)).hasOtherInbound).toBe(true);
    expect(await queryRows(client, 'SELECT key FROM storage.config')).toEqual([['left_over']]);
    // As the remedy has it.
    await client.query('DROP FUNCTION storage.inbound_from_kvstore(regclass, json)');
    const { done, hasOtherInbound } = await initialiseNode(client, NO_ROLES);
    expect(done).toEqual(['function storage.inbound_from_kvstore(regclass, json)']);
    expect(hasOtherInbound).toBe(false);
  });

  test.each([
    ['of an existing Bagger', EXISTING_BAGGER],
    ['that only has a log', 'CREATE SCHEMA lenkwerk; CREATE TABLE lenkwerk.apply_log ()'],
  ])('refuses a Lenkwerk database %s', async (_, sql) => {
    fixture = await emptyDatabase();
    await fixture.client.query(sql);
    await expect(initialiseNode(fixture.client, NO_ROLES)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('this is a Lenkwerk database'),
    });
  });

  test('init refuses the database of a node', async () => {
    fixture = await emptyDatabase();
    await initialiseNode(fixture.client, NO_ROLES);
    await expect(initialise(fixture.client)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('this is the database of a storage node'),
    });
  });

  test('with roles, a login of the group may do what a follower does, and no more', async () => {
    fixture = await emptyDatabase();
    const { client, settings } = fixture;
    await initialiseNode(client, { roles: true });
    const login = uniqueName('node');
    await client.query(`CREATE ROLE ${login} LOGIN IN ROLE lenkwerk_follower`);
    const session = await openConnection({ ...settings, username: login }, 'test');
    try {
      await session.query(`INSERT INTO storage.config (id, key, value) VALUES (1, 'a', '1')`);
      await session.query('UPDATE lenkwerk.follower SET write_id = NULL');
      await session.query('DELETE FROM storage.config');
      for (const refused of [
        'DELETE FROM lenkwerk.follower',
        'TRUNCATE storage.config',
        'CREATE TABLE storage.other ()',
        'ALTER TABLE storage.config ADD other int',
      ]) {
        await expect(session.query(refused)).rejects.toMatchObject({ code: '42501' });
      }
    } finally {
      await session.end();
      await client.query(`DROP ROLE ${login}`);
    }
  });
});
