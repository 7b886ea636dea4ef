import { afterEach, expect, test } from 'vitest';
import { initialiseNode } from '../../../src/database/setup/node.js';
import { examine } from '../../../src/observing/doctor.js';
import { EXISTING_NODE } from '../../support/nodes/existing-node.js';
import { emptyDatabase, type Fixture } from '../../support/servers/database-fixture.js';

let fixture: Fixture;
afterEach(() => fixture.close());

test('doctor looks at the database of a node, and names the function that fails', async () => {
  fixture = await emptyDatabase();
  const { client } = fixture;
  await client.query(EXISTING_NODE);
  await initialiseNode(client, { roles: false });
  const levels = async () => {
    const findings = await examine(client, async () => []);
    return findings.map(({ check, level, fix = '' }) => [check, level, fix.includes('DROP')]);
  };
  expect(await levels()).toEqual([
    ['node.tables', 'ok', false],
    ['node.functions', 'warn', true],
    ['node.position', 'warn', false],
  ]);
  await client.query('DROP FUNCTION storage.inbound_from_kvstore(regclass, json)');
  await initialiseNode(client, { roles: false });
  await client.query(`UPDATE lenkwerk.follower SET target = 'default', cluster = 'c',
    write_id = 'w', revision = 7, lsn = '0/7', applied_at = '2026-11-27 05:00Z'`);
  expect((await levels()).map(([, level]) => level)).toEqual(['ok', 'ok', 'ok']);
});
