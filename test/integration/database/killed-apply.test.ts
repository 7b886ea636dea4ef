import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { apply } from '../../../src/database/apply.js';
import { verifyApplyLog } from '../../../src/database/log/chain.js';
import { listApplyLog } from '../../../src/database/log/list.js';
import {
  type Fixture,
  lenkwerkDatabase,
  queryRows,
} from '../../support/servers/database-fixture.js';
import { newConfig, planOf } from '../../support/states/changes.js';

const SCRIPT = fileURLToPath(new URL('../../support/servers/killed-apply.ts', import.meta.url));

let fixture: Fixture;
beforeEach(async () => {
  fixture = await lenkwerkDatabase();
});
afterEach(async () => fixture.close());

it.each([
  ['locked', 0],
  ['read-back', 0],
  ['written', 0],
  ['committed', 1],
])('killed when %s, an apply has happened %i times', async (point, times) => {
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, fixture.database.url, point], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
  const { client } = fixture;
  const applied = await apply(client, {
    plan: ({ config }) => planOf(config.length > times ? [] : [newConfig('next', '1')]),
    logged: (plan) => ({ plan: JSON.stringify(plan), desired: null }),
    origin: { author: null, gitCommit: null, ci: null },
    reconnect: () => fixture.open(),
  });
  expect(applied.committed).toBe(true);
  const keys = await queryRows(client, 'SELECT key FROM storage.config ORDER BY key');
  expect(keys.flat()).toEqual(times === 0 ? ['next'] : ['k', 'next']);
  expect(await listApplyLog(client, 10)).toHaveLength(times + 1);
  expect(await verifyApplyLog(client)).toBeUndefined();
});
