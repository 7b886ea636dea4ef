import type { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initialise } from '../../../src/database/setup/init.js';
import { readRecorded } from '../../../src/database/state.js';
import { copiesOfText } from '../../../src/planning/kinds/servermap.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { createDatabase, type TestDatabase } from '../../support/servers/servers.js';

let database: TestDatabase;
let client: Client;

beforeEach(async () => {
  database = await createDatabase();
  client = await openConnection(connectionSettings({ url: database.url }, {}), 'test');
  await initialise(client);
});

afterEach(async () => {
  await client.end();
  await database.drop();
});

function generation(...hosts: readonly string[]): string {
  const entries = hosts.map((host) => [
    `${host}_1`,
    { schaufel: { id: 1, host, port: 1 }, copies: [{ id: 1, host, port: 1 }] },
  ]);
  return JSON.stringify({ version: 1, ...Object.fromEntries(entries) });
}

/** `entry: copies (generations)` of each. */
async function readFormerCopies(): Promise<readonly string[]> {
  const { formerCopies } = await readRecorded(client);
  return formerCopies.map(
    ({ entry, copies, generations }) => `${entry}: ${copies} (${generations})`,
  );
}

async function saveServermap(text: string): Promise<void> {
  await client.query('SELECT storage.save_servermap($1::json)', [text]);
}

/** An apply that was committed some hours ago, when this generation was current. */
async function logApply(hoursAgo: number, servermapId: number): Promise<void> {
  await client.query(
    `INSERT INTO lenkwerk.apply_log (id, uuid, applied_at, database_user, plan, digest, servermap_id)
     VALUES ($3::int, gen_random_uuid(), now() - make_interval(hours => $1), 'me', '{}', $2, $3::int)`,
    [hoursAgo, `${hoursAgo} ${servermapId}`, servermapId],
  );
}

test('nothing but the current generation: none', async () => {
  expect(await readFormerCopies()).toEqual([]);
  await saveServermap(generation('a'));
  expect(await readFormerCopies()).toEqual([]);
});

test('JSON that the server stores but cannot read makes no state unreadable', async () => {
  await saveServermap(generation('a\0b', 'b'));
  await saveServermap(String.raw`{"version":1,"x\u0000":{"copies":[{"host":"\ud83d","port":1}]}}`);
  await saveServermap(generation('c'));
  await client.query(
    String.raw`INSERT INTO storage.config (key, value) VALUES ('retain_hrs', '"1\u0000"'),
      ('other', '{"\ude00": "\\u0000"}')`,
  );
  expect(await readFormerCopies()).toEqual(['a?b_1: a?b:1 (1)', 'b_1: b:1 (1)', 'x?: ?:1 (2)']);
  const { config } = await readRecorded(client);
  expect(config.map(({ value }) => value)).toEqual([
    String.raw`{"\ude00": "\\u0000"}`,
    String.raw`"1\u0000"`,
  ]);
});

test('older generations count while the time of their replacement is unknown', async () => {
  await saveServermap(generation('a', 'b'));
  await saveServermap('[]');
  await saveServermap('{"version":1,"x":{"copies":[{"host":null},7]},"y":3}');
  await saveServermap(generation('b'));
  await saveServermap(generation('b', 'c'));
  expect(await readFormerCopies()).toEqual(['a_1: a:1 (1)', 'b_1: b:1 (1,4)']);
});

test('former and current generations are read alike, the copies in their order', async () => {
  const odd = JSON.stringify({
    version: 2,
    pair: {
      copies: [
        { host: 'b', port: 1 },
        { host: 'a', port: '2' },
      ],
    },
    part: { copies: [{ host: 'a', port: 1 }, { host: 7, port: 1 }, { host: 'c' }, 'd:1', null] },
    none: { copies: [] },
    text: 'a:1',
    other: { copies: { host: 'a', port: 1 } },
  });
  await saveServermap(odd);
  const { formerCopies: none, servermap } = await readRecorded(client);
  expect(none).toEqual([]);
  expect(copiesOfText(servermap?.map ?? '')).toEqual([
    { entry: 'pair', copies: ['b:1', 'a:2'] },
    { entry: 'part', copies: ['a:1'] },
  ]);
  await saveServermap('{"version": 1}');
  expect(await readFormerCopies()).toEqual(['pair: b:1,a:2 (1)', 'part: a:1 (1)']);
});

test('they no longer count when retain_hrs has passed since they were replaced', async () => {
  await saveServermap(generation('a'));
  await saveServermap(generation('b'));
  await saveServermap(generation('c'));
  await logApply(25, 2);
  await logApply(23, 3);
  expect(await readFormerCopies()).toEqual(['b_1: b:1 (2)']);
  await client.query("SELECT storage.save_config('retain_hrs', '\"48\"')");
  expect(await readFormerCopies()).toEqual(['a_1: a:1 (1)', 'b_1: b:1 (2)']);
  await client.query("SELECT storage.save_config('retain_hrs', '1')");
  expect(await readFormerCopies()).toEqual([]);
});

test('with retain_hrs 0, or a value that cannot be read, nothing is ever purged', async () => {
  await saveServermap(generation('a'));
  await saveServermap(generation('b'));
  await logApply(10_000, 2);
  expect(await readFormerCopies()).toEqual([]);
  for (const value of ['0', '"never"', '{}']) {
    await client.query("SELECT storage.save_config('retain_hrs', $1::json)", [value]);
    expect(await readFormerCopies()).toEqual(['a_1: a:1 (1)']);
  }
});
