/** One agent resyncs over a slot at a time, and no other role keeps it from that. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import { postgresSource } from '../../../../src/publishing/source/postgres-source.js';
import type { SourceSession } from '../../../../src/publishing/source/source-database.js';
import { Logins } from '../../../support/logins.js';

let logins: Logins;
const sessions: SourceSession[] = [];
beforeEach(async () => {
  logins = await Logins.create();
  await logins.run('postgres', ['init', '--roles']);
});
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
  await logins.close();
});

async function connectAs(login: string): Promise<SourceSession> {
  const settings = connectionSettings({ url: logins.urlOf(login) }, {});
  const session = await postgresSource(settings).connect('test');
  sessions.push(session);
  return session;
}

const SILENCE_MS = 60_000;

test('of several sessions of agents one has it, until it ends', async () => {
  const login = await logins.loginOf('lenkwerk_agent', 'REPLICATION');
  const first = await connectAs(login);
  const second = await connectAs(login);
  expect((await second.look('s')).isResyncing).toBe(false);
  expect(await first.tryLockResync('s', SILENCE_MS)).toBe(true);
  expect(await second.tryLockResync('s', SILENCE_MS)).toBe(false);
  await second.close();
  expect(await first.tryLockResync('s', SILENCE_MS)).toBe(true);
  const third = await connectAs(await logins.loginOf('lenkwerk_agent', 'REPLICATION'));
  expect((await third.look('s')).isResyncing).toBe(true);
  expect((await third.look('other')).isResyncing).toBe(false);
  expect(await third.tryLockResync('other', SILENCE_MS)).toBe(true);
  await first.close();
  expect(await third.tryLockResync('s', SILENCE_MS)).toBe(true);
});

test('an agent whose login does not inherit the rights of its group counts', async () => {
  const login = await logins.loginOf('lenkwerk_agent', 'REPLICATION NOINHERIT');
  const session = await logins.sessionOf(login);
  await session.query('SET ROLE lenkwerk_agent');
  const agent = await connectAs(await logins.loginOf('lenkwerk_agent', 'REPLICATION'));
  expect(await agent.tryLockResync('s', SILENCE_MS)).toBe(true);
  await copyLocks(session);
  const other = await connectAs(await logins.loginOf('lenkwerk_agent', 'REPLICATION'));
  await agent.close();
  expect(await other.tryLockResync('s', SILENCE_MS)).toBe(false);
});

test('what another role holds does not count', async () => {
  const agent = await connectAs(await logins.loginOf('lenkwerk_agent', 'REPLICATION'));
  expect(await agent.tryLockResync('s', SILENCE_MS)).toBe(true);
  for (const group of [undefined, 'lenkwerk_reader', 'lenkwerk_verify', 'lenkwerk_apply']) {
    await copyLocks(await logins.sessionOf(await logins.loginOf(group)));
  }
  await agent.close();
  const next = await connectAs(await logins.loginOf('lenkwerk_agent', 'REPLICATION'));
  expect((await next.look('s')).isResyncing).toBe(false);
  expect(await next.tryLockResync('s', SILENCE_MS)).toBe(true);
});

/** Takes every lock beside those that others hold, as one who knows what to hold would. */
async function copyLocks(session: Awaited<ReturnType<Logins['sessionOf']>>): Promise<void> {
  const { rowCount } = await session.query(`
    SELECT pg_try_advisory_lock(classid::int4, other),
           pg_try_advisory_lock_shared(classid::int4, other)
      FROM pg_locks, generate_series(1, 50) AS other WHERE locktype = 'advisory' AND objsubid = 2`);
  expect(rowCount).toBeGreaterThan(0);
}
