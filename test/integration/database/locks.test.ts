/** Who may keep others from writing: only those who may write, and each is named. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initialise } from '../../../src/database/setup/init.js';
import { Logins } from '../../support/logins.js';

let logins: Logins;
beforeEach(async () => {
  logins = await Logins.create();
});
afterEach(() => logins.close());

const KEYS = [0x4c656e6b7765726bn, 4_993_006_170_216n];
const hold = `BEGIN; ${KEYS.map((key) => `SELECT pg_try_advisory_lock(${key})`).join('; ')}`;
const APPEND = `SELECT lenkwerk.append_apply(gen_random_uuid(), NULL, NULL, NULL, '{}', NULL, false,
  (SELECT digest FROM lenkwerk.apply_log ORDER BY id DESC LIMIT 1))`;

test('a role that may only connect or read holds up neither apply nor init', async () => {
  await logins.run('postgres', ['init', '--roles']);
  const apply = await logins.loginOf('lenkwerk_apply');
  const owner = await logins.loginOf('lenkwerk_owner');
  for (const group of [undefined, 'lenkwerk_reader']) {
    const session = await logins.sessionOf(await logins.loginOf(group));
    await session.query(hold);
    if (group !== undefined) await session.query('TABLE storage.config; TABLE lenkwerk.apply_log');
  }
  const flags = ['--auto-approve', '--lock-timeout', '1'];
  const file = logins.manifest('events');
  expect(await logins.run(apply, ['apply', file, ...flags])).toMatchObject({ exitCode: 0 });
  expect(await logins.run(owner, ['init'])).toMatchObject({ exitCode: 0 });
  expect(await logins.run('postgres', ['init', '--roles'])).toMatchObject({ exitCode: 0 });
});

test('before the first init there is no table: who holds the advisory lock is named', async () => {
  const stranger = await logins.loginOf(undefined);
  await (await logins.sessionOf(stranger)).query(hold);
  const init = initialise(await logins.openAs('postgres'), { lockTimeoutMs: 100 });
  await expect(init).rejects.toMatchObject({
    code: 'lock-not-obtained',
    message: expect.stringContaining(`user ${stranger}`),
  });
});

test('a reader that an init has to wait for is named', async () => {
  await logins.run('postgres', ['init', '--roles']);
  await logins.asAdmin('ALTER TABLE storage.index REPLICA IDENTITY DEFAULT');
  const reader = await logins.loginOf('lenkwerk_reader');
  await (await logins.sessionOf(reader)).query('BEGIN; TABLE storage.index');
  const owner = await logins.loginOf('lenkwerk_owner');
  const init = initialise(await logins.openAs(owner), { lockTimeoutMs: 100 });
  await expect(init).rejects.toMatchObject({
    code: 'lock-not-obtained',
    message: expect.stringContaining(`user ${reader}`),
  });
});

test('who added to the log, or sets up, and did not commit yet is named', async () => {
  await logins.run('postgres', ['init', '--roles']);
  const apply = await logins.loginOf('lenkwerk_apply');
  const holder = await logins.loginOf('lenkwerk_apply');
  const session = await logins.sessionOf(holder);
  await session.query(`BEGIN; ${APPEND}`);
  const file = logins.manifest('events');
  const flags = ['--auto-approve', '--lock-timeout', '1'];
  const waiting = await logins.run(apply, ['apply', file, ...flags]);
  expect(waiting).toMatchObject({ exitCode: 6, stderr: expect.stringContaining(`user ${holder}`) });
  await session.query('COMMIT');
  expect(await logins.run(apply, ['apply', file, ...flags])).toMatchObject({ exitCode: 0 });
  const owner = await logins.loginOf('lenkwerk_owner');
  const other = await logins.sessionOf(owner);
  await other.query('BEGIN; LOCK TABLE lenkwerk.schema_migration IN SHARE ROW EXCLUSIVE MODE');
  const init = initialise(await logins.openAs(owner), { lockTimeoutMs: 100 });
  await expect(init).rejects.toMatchObject({
    code: 'lock-not-obtained',
    message: expect.stringContaining(`user ${owner}`),
  });
});
