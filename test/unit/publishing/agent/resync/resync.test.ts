import { beforeEach, describe, expect, test } from 'vitest';
import type { StoredRecord } from '../../../../../src/kvstore/store.js';
import { LenkwerkError } from '../../../../../src/model/errors.js';
import { lsnFromBytes } from '../../../../../src/model/lsn.js';
import { ResyncLock } from '../../../../../src/publishing/agent/resync/lock.js';
import { isOwnPast, resync } from '../../../../../src/publishing/agent/resync/resync.js';
import { encodeCheckpoint } from '../../../../../src/publishing/records/checkpoint.js';
import type {
  ReplicationCommands,
  SourceSession,
  Standing,
} from '../../../../../src/publishing/source/source-database.js';
import {
  SILENT_SESSION,
  SILENT_STORE,
  scriptedContext,
  scriptedDatabase,
  unexpected,
} from '../../../../support/agents/scripted.js';
import { CHECKPOINT } from '../../../../support/states/checkpoint.js';

const at = (n: number) => lsnFromBytes(BigInt(n));
const SLOT = {
  ...{ name: 'lw_agent', reader: undefined, lost: false, confirmedFlush: at(100) },
  ...{ plugin: 'pgoutput', database: 'lenkwerk' },
};
const STANDING: Standing = {
  ...{
    systemId: '7',
    startedAt: 'then',
    inRecovery: false,
    timeline: 1,
    flushLsn: at(900),
    cluster: 'c',
  },
  ...{ activation: 'b', former: new Map([['a', at(100)]]), slot: SLOT, isResyncing: false },
};

// The checkpoint is of activation a, and its witness ends at 100.
test.each<{ readonly what: string; readonly standing: Partial<Standing>; readonly own: boolean }>([
  { what: 'a former activation, confirmed so far', standing: {}, own: true },
  { what: 'one confirmed less', standing: { former: new Map([['a', at(99)]]) }, own: false },
  { what: 'one that is not known', standing: { former: new Map() }, own: false },
  { what: 'the present one', standing: { activation: 'a', former: new Map() }, own: true },
  {
    what: 'the present one, confirmed less',
    standing: { activation: 'a', slot: { ...SLOT, confirmedFlush: at(99) } },
    own: false,
  },
  {
    what: 'the present one, without a slot',
    standing: { activation: 'a', slot: undefined },
    own: false,
  },
])('a checkpoint of $what is the own past: $own', ({ standing, own }) => {
  expect(isOwnPast(CHECKPOINT, { ...STANDING, ...standing })).toBe(own);
});

test('of no checkpoint, or one of version 1, nothing is known', () => {
  expect(isOwnPast(undefined, STANDING)).toBe(false);
  expect(isOwnPast({ ...CHECKPOINT, version: 1 }, STANDING)).toBe(false);
});

describe('a resync', () => {
  const HELD = { value: encodeCheckpoint(CHECKPOINT), modRevision: 7n };
  const KEY = '/Lenkwerk/default/Checkpoint';
  const stored = { held: HELD, checkpoint: CHECKPOINT, tables: new Map() };

  let done: string[];
  let standing: Standing;
  /** How many records the store holds, and the tables; the keys begin alike. */
  let published: number;
  let recorded: number;
  let systemId: string;
  let commitFails: LenkwerkError | undefined;
  let allowMassDelete: boolean;
  let signal: AbortSignal;

  beforeEach(() => {
    done = [];
    standing = STANDING;
    [published, recorded, systemId] = [2, 2, '7'];
    commitFails = undefined;
    allowMassDelete = false;
    signal = new AbortController().signal;
  });

  const keyOf = (n: number) => `/Config/${n}`;
  const tables = () => ({
    records: new Map(Array.from({ length: recorded }, (_, n) => [keyOf(n), '2'])),
    fingerprints: new Map(),
    generations: { records: new Map(), complete: true },
  });
  const session: SourceSession = {
    ...SILENT_SESSION,
    tryLockResync: async () => true,
    readPublication: async () => 'p',
    readTables: async () => tables(),
    readTablesAt: async (snapshot) => {
      done.push(`reads at ${snapshot}`);
      return tables();
    },
    dropSlot: async (name) => void done.push(`drops ${name}`),
    activate: async ({ expected, upTo }) => {
      done.push(`activates over ${expected} ${upTo}`);
      return true;
    },
  };
  const commands: ReplicationCommands = {
    identifySystem: async () => ({ systemId, timeline: 1, flushLsn: at(900) }),
    switchPoint: unexpected,
    createSlot: async (name) => {
      done.push(`creates ${name}`);
      return { consistentPoint: at(500), snapshotName: 'now' };
    },
    cancel: () => {},
    close: async () => void done.push('closes'),
  };

  async function run() {
    const held: StoredRecord[] = Array.from({ length: published }, (_, n) => {
      return { key: keyOf(n), value: '1', modRevision: 7n };
    });
    const records = [...held, { key: KEY, ...HELD }];
    const context = scriptedContext({
      store: {
        ...SILENT_STORE,
        readRange: async (prefixes) => {
          const isAsked = ({ key }: StoredRecord) => prefixes.some((one) => key.startsWith(one));
          return { revision: 7n, records: records.filter(isAsked) };
        },
        commit: async ({ puts, deletes }) => {
          if (commitFails !== undefined) throw commitFails;
          done.push(`commits +${puts.size} -${deletes.size}`);
          return { kind: 'committed', revision: 8n };
        },
      },
    });
    const knobs = { ...context.knobs, allowMassDelete };
    const database = scriptedDatabase(async () => session);
    const lock = await ResyncLock.take({ database, slot: 'lw_agent' }, SILENT_SESSION);
    const replication = { connect: async () => commands, start: unexpected };
    const onActivated = () => void done.push('is activated');
    const work = { sql: session, replication, lock, standing, stored, onActivated, signal };
    return await resync({ ...context, knobs }, work).finally(() => lock.release());
  }

  const BEGINS = ['drops lw_agent', 'activates over undefined 100', 'is activated'];
  const READS = [...BEGINS, 'creates lw_agent', 'reads at now'];

  test('activates before its slot exists, and writes the difference to what that shows', async () => {
    [published, recorded] = [3, 2];
    expect(await run()).toEqual({ lsn: at(500), puts: 2, deletes: 1 });
    expect(done).toEqual([...READS, 'commits +2 -1', 'closes']);
  });

  test('adds what is missing', async () => {
    [published, recorded] = [1, 3];
    expect(await run()).toEqual({ lsn: at(500), puts: 3, deletes: 0 });
  });

  test.each([{ systemId: '8' }, { timeline: 2 }])('touches nothing at %j', async (seen) => {
    standing = { ...STANDING, ...seen };
    await expect(run()).rejects.toMatchObject({ code: 'database-unavailable', retryable: true });
    expect(done).toEqual(['closes']);
  });

  const OF_ANOTHER = { ...STANDING, former: new Map() };

  test.each([
    [10, 0, true],
    [11, 0, false],
    [55, 44, true],
    [55, 43, false],
  ])('may turn %i records into %i: %j', async (before, after, isAllowed) => {
    [published, recorded] = [before, after];
    standing = OF_ANOTHER;
    const outcome = run();
    if (isAllowed) {
      expect(await outcome).toMatchObject({ deletes: before - after });
      return;
    }
    await expect(outcome).rejects.toMatchObject({ code: 'mass-delete' });
    expect(done).toEqual(['closes']);
  });

  test('that deletes much leaves no new slot, where the old one was lost', async () => {
    [published, recorded] = [11, 0];
    standing = { ...OF_ANOTHER, slot: { ...SLOT, lost: true } };
    await expect(run()).rejects.toMatchObject({ code: 'mass-delete' });
    expect(done).toEqual([...READS, 'drops lw_agent', 'closes']);
  });

  test.each(['a person allows it', 'it is the own past'])('may where %s', async (why) => {
    [published, recorded] = [11, 0];
    allowMassDelete = why.startsWith('a person');
    standing = allowMassDelete ? OF_ANOTHER : STANDING;
    expect(await run()).toMatchObject({ deletes: 11 });
  });

  test('that fails leaves no slot', async () => {
    commitFails = new LenkwerkError('store-rejected', 'it may not');
    await expect(run()).rejects.toBe(commitFails);
    expect(done).toEqual([...READS, 'drops lw_agent', 'closes']);
  });

  test('creates no slot once the agent was asked to stop', async () => {
    signal = AbortSignal.abort();
    await expect(run()).rejects.toMatchObject({ code: 'interrupted' });
    expect(done).toEqual([...BEGINS, 'closes']);
  });
});
