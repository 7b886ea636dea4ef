/** What an attempt to become the active agent decides, and what it has done by then. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CommitTooLarge, LenkwerkError, ResyncRequired } from '../../../../src/model/errors.js';
import { ZERO_LSN } from '../../../../src/model/lsn.js';
import { publishOnce } from '../../../../src/publishing/agent/attempt.js';
import { agentSetup } from '../../../../src/publishing/agent/context.js';
import { RefusedResync } from '../../../../src/publishing/agent/resync/refused-resync.js';
import type { Attempt } from '../../../../src/publishing/agent/work.js';
import type {
  SourceReplication,
  SourceSession,
  Standing,
} from '../../../../src/publishing/source/source-database.js';
import { RecordRefused } from '../../../../src/publishing/stream/pieces.js';
import { silentLogger } from '../../../../src/runtime/logger.js';
import {
  SILENT_SESSION,
  SILENT_STORE,
  scriptedDatabase,
  unexpected,
} from '../../../support/agents/scripted.js';

const SLOT = {
  name: 'lw_agent',
  reader: undefined,
  lost: false,
  confirmedFlush: ZERO_LSN,
  plugin: 'pgoutput',
  database: 'lenkwerk',
};
const STANDING: Standing = {
  systemId: '1',
  startedAt: 'now',
  inRecovery: false,
  timeline: 1,
  flushLsn: ZERO_LSN,
  cluster: 'c',
  activation: 'a',
  former: new Map(),
  slot: SLOT,
  isResyncing: false,
};
const NO_TABLES = {
  records: new Map<string, string>(),
  fingerprints: new Map(),
  generations: { records: new Map(), complete: true },
};
const REFUSED = new RecordRefused('/Config/a', 9, new LenkwerkError('store-rejected', 'no'));
const OWED = { kind: 'undecodable', sentence: 'the stream cannot be decoded' } as const;
/** What an empty store shows. */
const NOTHING = 'revision undefined';

/** What the attempt did, in order. */
let done: string[];
let standing: Standing;
let startFails: LenkwerkError;
let session: SourceSession;
let store: typeof SILENT_STORE;

beforeEach(() => {
  done = [];
  standing = STANDING;
  startFails = new LenkwerkError('slot-in-use', 'refused at the start');
  store = { ...SILENT_STORE, read: async () => undefined };
  const replication: SourceReplication = {
    connect: unexpected,
    start: async () => {
      done.push('start');
      throw startFails;
    },
  };
  session = {
    ...SILENT_SESSION,
    requireRights: async () => {},
    look: async () => standing,
    replication: async () => replication,
    // So an attempt that resyncs ends here.
    tryLockResync: async () => false,
    close: async () => {
      done.push('close');
    },
  };
});

afterEach(() => {
  vi.useRealTimers();
});

function attempt(given: Partial<Attempt> = {}): Promise<void> {
  const database = scriptedDatabase(async () => session);
  const setup = agentSetup({ database, logger: silentLogger }, 'default', '');
  return publishOnce(
    { ...setup, store },
    {
      owed: undefined,
      refusal: undefined,
      refusedResync: new RefusedResync(),
      healing: undefined,
      onResync: ({ kind }) => done.push(`resync: ${kind}`),
      onActivated: () => done.push('activated'),
      onResynced: () => done.push('resynced'),
      onShown: (shown) => done.push(`shown: ${shown}`),
      onStart: () => done.push('counts a start'),
      onStream: () => done.push('streams'),
      signal: new AbortController().signal,
      ...given,
    },
  );
}

const resyncs = { code: 'slot-in-use', message: 'another agent resyncs' };
const starts = { code: 'slot-in-use', message: 'refused at the start' };

test('without rights it does nothing', async () => {
  const lacking = new LenkwerkError('environment', 'may not');
  session = { ...session, requireRights: () => Promise.reject(lacking), look: unexpected };
  await expect(attempt()).rejects.toBe(lacking);
  expect(done).toEqual(['close']);
});

test.each([
  ['another agent reads the slot', 'slot-in-use', { slot: { ...SLOT, reader: 7 } }],
  ['another agent resyncs', 'slot-in-use', { isResyncing: true }],
  ['the server is a standby', 'not-primary', { inRecovery: true }],
  ['belongs to another database', 'environment', { slot: { ...SLOT, database: 'other' } }],
])('it starts no session where %s', async (message, code, seen) => {
  standing = { ...STANDING, ...seen };
  const failure = { code, message: expect.stringContaining(message) };
  await expect(attempt()).rejects.toMatchObject(failure);
  expect(done).toEqual(['close']);
});

test('a session that is refused was counted before', async () => {
  await expect(attempt()).rejects.toMatchObject(starts);
  expect(done).toEqual([`shown: ${NOTHING}`, 'counts a start', 'start', 'close']);
});

test.each([
  ['none', undefined],
  ['one that is lost', { ...SLOT, lost: true }],
])('with the slot: %s, it resyncs without a start', async (_, slot) => {
  standing = { ...STANDING, slot };
  await expect(attempt()).rejects.toMatchObject(resyncs);
  expect(done).toEqual([`shown: ${NOTHING}`, 'close', 'close']);
});

test('a start that takes too long ends, and may be tried again', async () => {
  vi.useFakeTimers();
  const never = new Promise<never>(() => {});
  const server = { systemId: '1', timeline: 1, pid: 7, startedAt: 'now' };
  const stop = async () => void done.push('stop');
  const stream = {
    server,
    ended: never,
    pause: () => {},
    resume: () => {},
    acknowledge: () => {},
    stop,
  };
  const replication = { connect: unexpected, start: async () => stream };
  const readPublication = () => never;
  const look = async () => ({
    ...STANDING,
    slot: { ...SLOT, reader: done.includes('counts a start') ? server.pid : undefined },
  });
  session = { ...session, look, readPublication, replication: async () => replication };
  const late = expect(attempt()).rejects.toMatchObject({
    code: 'store-unavailable',
    retryable: true,
  });
  await vi.advanceTimersByTimeAsync(60_000);
  await late;
  expect(done).toEqual([`shown: ${NOTHING}`, 'counts a start', 'stop', 'close']);
});

test('it resyncs where the slot cannot go on', async () => {
  startFails = new ResyncRequired('slot-unusable', 'it cannot go on');
  await expect(attempt()).rejects.toMatchObject(resyncs);
  expect(done).toEqual([`shown: ${NOTHING}`, 'counts a start', 'start', 'close', 'close']);
});

test('it resyncs where it owes that, while the activation or what is shown is the same', async () => {
  const owed = { reason: OWED, activation: 'a', shown: 'something else' };
  await expect(attempt({ owed })).rejects.toMatchObject(resyncs);
  const byAnother = { ...owed, activation: 'b' };
  await expect(attempt({ owed: byAnother })).rejects.toMatchObject(starts);
  const unseen = { ...byAnother, shown: 'revision 7' };
  await expect(attempt({ owed: unseen })).rejects.toMatchObject(starts);
  store = { ...store, read: async () => ({ value: 'no checkpoint', modRevision: 7n }) };
  await expect(attempt({ owed: unseen })).rejects.toMatchObject(resyncs);
});

test('where nothing is stored any more, that is the reason', async () => {
  const owed = { reason: OWED, activation: 'b', shown: NOTHING };
  await expect(attempt({ owed })).rejects.toMatchObject(starts);
});

test('a refused record is looked at again while the same is shown', async () => {
  const refusal = { record: REFUSED, shown: NOTHING };
  store = { ...store, probeRecord: async () => {} };
  await expect(attempt({ refusal })).rejects.toMatchObject(starts);
  store = { ...store, probeRecord: () => Promise.reject(new CommitTooLarge('still')) };
  session = { ...session, readTables: async () => NO_TABLES };
  await expect(attempt({ refusal })).rejects.toMatchObject(resyncs);
  const records = new Map([['/Config/a', '1']]);
  session = { ...session, readTables: async () => ({ ...NO_TABLES, records }) };
  await expect(attempt({ refusal })).rejects.toMatchObject({ key: '/Config/a' });
  await expect(attempt({ refusal: { ...refusal, shown: '' } })).rejects.toMatchObject(starts);
});
