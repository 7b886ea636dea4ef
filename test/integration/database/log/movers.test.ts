/** Who changed what, from a log in which any JSON may stand. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendApplyLog, entryAfter } from '../../../../src/database/log/append.js';
import { lastEntry } from '../../../../src/database/log/entries.js';
import { findMovers } from '../../../../src/database/log/movers.js';
import {
  type Fixture,
  lenkwerkDatabase,
  queryRows,
} from '../../../support/servers/database-fixture.js';

let fixture: Fixture;
let client: Client;
beforeEach(async () => {
  fixture = await lenkwerkDatabase();
  client = fixture.client;
});
afterEach(async () => fixture.close());

const BASE = `sha256:${'a'.repeat(64)}`;
const add = async (plan: string) => {
  const origin = { uuid: randomUUID(), author: 'mallory', gitCommit: null, ci: null };
  const record = { ...origin, plan, desired: null };
  return await appendApplyLog(client, entryAfter(await lastEntry(client), record));
};
const planOf = (base: string, ...addresses: readonly string[]) =>
  JSON.stringify({ base, changes: addresses.map((address) => ({ address })) });
const find = () => findMovers(client, { base: BASE, addresses: ['config/a', 'config/b'] });

test('names the user that the database recorded, not the reported author', async () => {
  await add(planOf(BASE, 'config/a'));
  await add(planOf('sha256:other', 'config/b', 'config/c'));
  const [[user] = []] = await queryRows(client, 'SELECT session_user::text');
  expect(await find()).toMatchObject([
    { address: 'config/a', who: user, applyId: '1' },
    { address: 'config/b', who: user, applyId: '2' },
  ]);
});

const ODD = [
  ...['null', '1', '"x"', '[]', '[[]]', '{}', 'true', '""', '{"changes": null}', '{"changes": {}}'],
  ...['{"changes": "config/a"}', '{"changes": [1, null, [], "x", {}, {"address": {}}]}'],
  ...['{"base": {"a": []}, "changes": [{"address": null}, {"address": [1]}]}'],
  ...[
    '{"a": "\\u0000"}',
    '{"\\u0000": 1}',
    '"\\ud800"',
    '["\\udc00\\ud800"]',
    '{"a": "\\\\u0000"}',
  ],
  ...['{"changes": [{"address": "\\u0000"}]}', '{"base": "\\uDEAD", "changes": []}'],
  `{"base": "${BASE}", "base": 1, "changes": 1, "changes": [[]]}`,
  `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
];

test('no JSON in the log hides the others, or ends the transaction', async () => {
  await add(planOf(BASE, 'config/a'));
  for (const odd of ODD) await add(odd);
  const random = fc.json({ noUnicodeString: false });
  for (const odd of fc.sample(random, { numRuns: 60, seed: 7 })) await add(odd);
  await add(planOf('sha256:other', 'config/b'));
  await client.query('BEGIN');
  expect((await find()).map(({ address }) => address)).toEqual(['config/a', 'config/b']);
  await client.query('COMMIT');
});
