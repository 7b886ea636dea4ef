import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ErrorCode, LenkwerkError } from '../../../../../src/model/errors.js';
import { ZERO_LSN } from '../../../../../src/model/lsn.js';
import { ResyncLock } from '../../../../../src/publishing/agent/resync/lock.js';
import type { Standing } from '../../../../../src/publishing/source/source-database.js';
import { SILENT_SESSION, scriptedDatabase } from '../../../../support/agents/scripted.js';

const STANDING: Standing = {
  systemId: '1',
  startedAt: 'now',
  inRecovery: false,
  timeline: 1,
  flushLsn: ZERO_LSN,
  cluster: 'c',
  activation: 'a',
  former: new Map(),
  slot: undefined,
  isResyncing: false,
};
const IN_USE = 'slot-in-use';

let standing: Standing;
/** How the next attempts to drop the slot fail; then one succeeds. */
let failures: ErrorCode[];
let closed: number;
const { signal: never } = new AbortController();

const database = scriptedDatabase(async () => ({
  ...SILENT_SESSION,
  tryLockResync: async () => true,
  look: async () => standing,
  dropSlot: async () => {
    const code = failures.shift();
    if (code !== undefined) throw new LenkwerkError(code, 'not now');
  },
  close: async () => {
    closed += 1;
  },
}));

let lock: ResyncLock;
beforeEach(async () => {
  standing = STANDING;
  failures = [];
  closed = 0;
  lock = await ResyncLock.take({ database, slot: 's' }, SILENT_SESSION);
});
afterEach(() => lock.release());

test('a slot that another agent lets go is dropped', async () => {
  failures = [IN_USE, IN_USE];
  await lock.dropSlot('s', 'a', never);
  expect(failures).toEqual([]);
});

test('another failure than that an agent reads it ends the wait at once', async () => {
  failures = ['database-error', IN_USE];
  await expect(lock.dropSlot('s', 'a', never)).rejects.toMatchObject({ code: 'database-error' });
  expect(failures).toEqual([IN_USE]);
});

test('the wait ends when the agent does', async () => {
  failures = [IN_USE, IN_USE];
  const dropped = lock.dropSlot('s', 'a', AbortSignal.abort());
  await expect(dropped).rejects.toMatchObject({ code: IN_USE, message: 'not now' });
  expect(failures).toEqual([IN_USE]);
});

test.each([
  [{ activation: 'b' }, IN_USE, 'another agent was faster'],
  [{ inRecovery: true }, 'not-primary', 'the server is a standby'],
])('it ends as well where the database shows %j', async (seen, code, message) => {
  failures = [IN_USE];
  standing = { ...STANDING, ...seen };
  const dropped = lock.dropSlot('s', 'a', never);
  await expect(dropped).rejects.toMatchObject({ code, message });
});

test('its holder gives a sign of life each second, and loses it without an answer', async () => {
  vi.useFakeTimers();
  try {
    let pings = 0;
    let answers = true;
    const ping = async () => {
      pings += 1;
      if (!answers) await new Promise(() => {});
    };
    const answering = scriptedDatabase(async () => {
      return { ...SILENT_SESSION, tryLockResync: async () => true, ping };
    });
    const held = await ResyncLock.take({ database: answering, slot: 's' }, SILENT_SESSION);
    let lost: unknown;
    held.lost.catch((error: unknown) => {
      lost = error;
    });
    await vi.advanceTimersByTimeAsync(20_000);
    expect([pings, lost]).toEqual([20, undefined]);
    answers = false;
    await vi.advanceTimersByTimeAsync(7_000);
    expect([pings, lost]).toEqual([21, undefined]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(lost).toMatchObject({ message: expect.stringContaining('no answer') });
    await held.release();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(pings).toBe(21);
  } finally {
    vi.useRealTimers();
  }
});

test('a sign of life that fails loses it at once', async () => {
  const ping = () => Promise.reject(new LenkwerkError('database-unavailable', 'it broke'));
  vi.useFakeTimers();
  try {
    const broken = scriptedDatabase(async () => {
      return { ...SILENT_SESSION, tryLockResync: async () => true, ping };
    });
    const held = await ResyncLock.take({ database: broken, slot: 's' }, SILENT_SESSION);
    const lost = expect(held.lost).rejects.toMatchObject({ message: 'it broke' });
    await vi.advanceTimersByTimeAsync(1_000);
    await lost;
    await held.release();
  } finally {
    vi.useRealTimers();
  }
});

test('one that another agent holds is not had, and its session is closed', async () => {
  const held = scriptedDatabase(async () => ({
    ...SILENT_SESSION,
    tryLockResync: async () => false,
    close: async () => {
      closed += 1;
    },
  }));
  const taken = ResyncLock.take({ database: held, slot: 's' }, SILENT_SESSION);
  await expect(taken).rejects.toMatchObject({ code: IN_USE, message: 'another agent resyncs' });
  expect(closed).toBe(1);
});
