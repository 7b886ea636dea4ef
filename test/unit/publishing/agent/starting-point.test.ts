import { beforeEach, describe, expect, test } from 'vitest';
import type { GuardedCommit, StoredValue } from '../../../../src/kvstore/store.js';
import { type Lsn, lsnFromBytes } from '../../../../src/model/lsn.js';
import type { AgentContext } from '../../../../src/publishing/agent/context.js';
import {
  activate,
  checkSlot,
  checkTimeline,
  lookWhileHeld,
  readStored,
  resyncReasonOf,
} from '../../../../src/publishing/agent/starting-point.js';
import {
  decodeCheckpoint,
  encodeCheckpoint,
} from '../../../../src/publishing/records/checkpoint.js';
import type {
  Activation,
  SourceReplication,
  SourceSession,
  Standing,
} from '../../../../src/publishing/source/source-database.js';
import {
  SILENT_SESSION,
  SILENT_STORE,
  scriptedContext,
  unexpected,
} from '../../../support/agents/scripted.js';
import { CHECKPOINT } from '../../../support/states/checkpoint.js';

const at = (bytes: number) => lsnFromBytes(BigInt(bytes));
const SLOT = {
  name: 'lw_agent',
  reader: 7,
  lost: false,
  confirmedFlush: at(100),
  plugin: 'pgoutput',
  database: 'lenkwerk',
};
const STANDING: Standing = {
  systemId: '7',
  startedAt: 'then',
  inRecovery: false,
  timeline: 1,
  flushLsn: at(900),
  cluster: 'c',
  activation: 'a',
  former: new Map(),
  slot: SLOT,
  isResyncing: false,
};
const SERVER = { systemId: '7', timeline: 1, pid: 7, startedAt: 'then' };
const KEY = '/Lenkwerk/default/Checkpoint';

let standing: Standing;
let held: StoredValue | undefined;
/** Where the server left an earlier timeline, and which one it was asked for. */
let leftAt: Lsn | undefined;
let askedFor: number[];
let closed: number;
/** In order: what was written to the store, and to the database. */
let written: (GuardedCommit | Activation)[];
let isFirst: boolean;
let context: AgentContext;

beforeEach(() => {
  standing = STANDING;
  held = { value: encodeCheckpoint(CHECKPOINT), modRevision: 5n };
  leftAt = undefined;
  [askedFor, written, closed, isFirst] = [[], [], 0, true];
  context = scriptedContext({
    store: {
      ...SILENT_STORE,
      read: async (key) => (key === KEY ? held : undefined),
      commit: async (commit) => {
        written.push(commit);
        return { kind: 'committed', revision: 6n };
      },
    },
  });
});

const sql: SourceSession = {
  ...SILENT_SESSION,
  look: async () => standing,
  readPublication: async () => 'p',
  activate: async (activation) => {
    written.push(activation);
    return isFirst;
  },
};
const replication: SourceReplication = {
  connect: async () => ({
    identifySystem: unexpected,
    createSlot: unexpected,
    cancel: () => {},
    switchPoint: async (timeline) => {
      askedFor.push(timeline);
      return leftAt;
    },
    close: async () => {
      closed += 1;
    },
  }),
  start: unexpected,
};

test('a slot of another database or plugin is refused', () => {
  const refused = expect.objectContaining({ code: 'environment' });
  checkSlot(SLOT, 'lenkwerk');
  checkSlot(undefined, 'lenkwerk');
  expect(() => checkSlot({ ...SLOT, plugin: 'wal2json' }, 'lenkwerk')).toThrow(refused);
  expect(() => checkSlot(SLOT, 'other')).toThrow(refused);
});

describe('while it holds the slot', () => {
  const look = (server = SERVER) => lookWhileHeld(context, { sql, replication }, server);

  test('it continues where the checkpoint left off', async () => {
    const seen = await look();
    expect(seen).toMatchObject({ standing, publication: 'p', condition: { kind: 'fine' } });
    expect(seen.stored).toEqual({ held, checkpoint: CHECKPOINT, tables: new Map() });
    expect(askedFor).toEqual([]);
  });

  test('not at a standby', async () => {
    standing = { ...STANDING, inRecovery: true };
    await expect(look()).rejects.toMatchObject({ code: 'not-primary' });
  });

  test.each([
    ['of another system', { systemId: '8' }],
    ['that was started again', { startedAt: 'now' }],
    ['that shows another reader', { slot: { ...SLOT, reader: 8 } }],
    ['without the slot', { slot: undefined }],
  ])('nor at a server %s', async (_, seen) => {
    standing = { ...STANDING, ...seen };
    const failure = { code: 'database-unavailable', retryable: true };
    await expect(look()).rejects.toMatchObject(failure);
  });

  test.each([
    [120, 'fine'],
    [99, 'other-timeline'],
    [undefined, 'other-timeline'],
  ])('where the server left the timeline at %s it is %s', async (bytes, kind) => {
    leftAt = bytes === undefined ? undefined : at(bytes);
    standing = { ...STANDING, timeline: 2 };
    expect((await look({ ...SERVER, timeline: 2 })).condition.kind).toBe(kind);
    expect([askedFor, closed]).toEqual([[1], 1]);
  });

  test('an empty store has nothing to continue', async () => {
    held = undefined;
    expect((await look({ ...SERVER, timeline: 2 })).condition.kind).toBe('none');
    held = { value: 'no checkpoint', modRevision: 5n };
    expect((await look()).condition.kind).toBe('damaged');
    expect(askedFor).toEqual([]);
  });
});

describe('its activation', () => {
  const run = async (given: Partial<typeof CHECKPOINT> = {}, found = 'a', confirmed = 100) => {
    held = { value: encodeCheckpoint({ ...CHECKPOINT, ...given }), modRevision: 5n };
    standing = { ...STANDING, activation: found, slot: { ...SLOT, confirmedFlush: at(confirmed) } };
    const seen = await lookWhileHeld(context, { sql, replication }, SERVER);
    const { signal } = new AbortController();
    return await activate(context, sql, { seen, server: SERVER, signal });
  };
  const announced = () => {
    const [first] = written;
    return first && 'guard' in first ? decodeCheckpoint(first.guard.value) : undefined;
  };

  test('is announced in the store first, then written to the database', async () => {
    const { publisher, after, proof } = await run();
    const activation = announced()?.pending[0];
    expect(announced()).toMatchObject({ activation: 'a', lsn: 100n, witness: CHECKPOINT.witness });
    expect(written.slice(1)).toEqual([
      { slot: 'lw_agent', expected: 'a', activation, upTo: at(100) },
    ]);
    expect(publisher.base).toMatchObject({
      activation,
      pending: [],
      cluster: 'c',
      publication: 'p',
    });
    expect([after, proof.isProved]).toEqual([5n, true]);
  });

  test('keeps those that may stand in the database, the newest of them', async () => {
    await run({ activation: 'b', pending: ['a', 'x'] });
    expect(announced()).toMatchObject({ activation: 'a' });
    expect(announced()?.pending.slice(0, -1)).toEqual(['x', 'b']);
    written = [];
    const many = Array.from({ length: 8 }, (_, n) => `p${n}`);
    await run({ pending: many });
    expect(announced()?.pending).toHaveLength(8);
    expect(announced()?.pending.slice(0, 7)).toEqual(many.slice(1));
  });

  test('the position falls to where the slot is confirmed, not below the witness', async () => {
    await run({ lsn: at(300) }, 'a', 200);
    expect(announced()?.lsn).toBe(200n);
    written = [];
    const { proof } = await run({ lsn: at(300) }, 'a', 50);
    expect([announced()?.lsn, proof.isProved]).toEqual([100n, false]);
  });

  test('loses to another agent that was faster', async () => {
    isFirst = false;
    const failure = { code: 'slot-in-use', message: 'another agent was faster' };
    await expect(run()).rejects.toMatchObject(failure);
  });
});

test('what is stored is read with its revision', async () => {
  expect(await readStored(context)).toMatchObject({ held: { modRevision: 5n } });
});

test('an old primary is waited for, unless a person accepted it', () => {
  const checkpoint = { ...CHECKPOINT, timeline: 3, activation: '3f2a9c10-0000' };
  const stored = { held, checkpoint, tables: new Map() };
  const waits = expect.objectContaining({ code: 'not-primary' });
  expect(() => checkTimeline(context, stored, STANDING)).toThrow(waits);
  const knobs = { ...context.knobs, acceptTimelines: ['1:3f2a9c10'] };
  const reason = { kind: 'old-primary', sentence: 'timeline 1 was accepted' };
  expect(checkTimeline({ ...context, knobs }, stored, STANDING)).toEqual(reason);
  expect(checkTimeline(context, stored, { ...STANDING, timeline: 3 })).toBeUndefined();
});

test('a condition waits, resyncs or goes on', () => {
  expect(resyncReasonOf({ kind: 'fine' })).toBeUndefined();
  expect(resyncReasonOf({ kind: 'none' })).toMatchObject({ kind: 'none' });
  const old = { kind: 'old-primary', timeline: 1, acceptance: '1:3f2a9c10' } as const;
  const waits = { code: 'not-primary', hint: expect.stringContaining('1:3f2a9c10') };
  expect(() => resyncReasonOf(old)).toThrow(expect.objectContaining(waits));
});
