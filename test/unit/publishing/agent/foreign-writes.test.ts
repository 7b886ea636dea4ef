import { beforeEach, expect, test } from 'vitest';
import type { StoredValue, WatchEvent } from '../../../../src/kvstore/store.js';
import { LenkwerkError } from '../../../../src/model/errors.js';
import type { AgentContext } from '../../../../src/publishing/agent/context.js';
import {
  readOwnCheckpoint,
  watchForeignWrites,
} from '../../../../src/publishing/agent/foreign-writes.js';
import { encodeCheckpoint } from '../../../../src/publishing/records/checkpoint.js';
import { sealed } from '../../../../src/publishing/records/sealed-text.js';
import { Publisher } from '../../../../src/publishing/stream/publisher.js';
import { silentLogger } from '../../../../src/runtime/logger.js';
import { SILENT_STORE, scriptedContext } from '../../../support/agents/scripted.js';
import { CHECKPOINT } from '../../../support/states/checkpoint.js';

const KEY = '/Lenkwerk/default/Checkpoint';
const TABLES_KEY = '/Lenkwerk/default/Tables';
const OWN = encodeCheckpoint(CHECKPOINT);
const HELD = { value: OWN, modRevision: 7n };
const OF_ANOTHER = encodeCheckpoint({ ...CHECKPOINT, activation: 'b' });
const OLDER_OWN = encodeCheckpoint({ ...CHECKPOINT, writeId: 'v' });
const OF_LATER_VERSION = sealed('{"version":3}');
const REVISION = 8n;

let lines: unknown[][];
let foreign: (readonly string[] | undefined)[];
let lost: LenkwerkError[];
let after: unknown;
let context: AgentContext;

beforeEach(() => {
  [lines, foreign, lost] = [[], [], []];
  const at = (level: string) => (message: string, fields: unknown) => {
    lines.push([level, message, fields]);
  };
  const logger = { ...silentLogger, warn: at('warn'), error: at('error') };
  context = scriptedContext({ logger });
});

/** Watches a store that reports this, and then ends the watch, or breaks it. */
async function watch(events: readonly WatchEvent[], end?: Error): Promise<void> {
  const store: AgentContext['store'] = {
    ...SILENT_STORE,
    watch: async function* (options) {
      after = [options.prefix, options.after];
      yield* events;
      if (end !== undefined) throw end;
    },
  };
  await watchForeignWrites(
    { ...context, store },
    {
      publisher: publisher(),
      after: 5n,
      onForeign: (keys) => foreign.push(keys),
      onLost: (reason) => lost.push(reason),
      signal: new AbortController().signal,
    },
  );
}

function publisher(): Publisher {
  const { witness, phase, lsn, committedAt, part, partOf, barrier, ...base } = CHECKPOINT;
  const progress = { witness, phase, lsn, committedAt, part, partOf, barrier };
  const { signal } = new AbortController();
  return new Publisher(context, { base, progress, tables: new Map(), held: HELD, signal });
}

function changes(values: Readonly<Record<string, string | undefined>>, revision = REVISION) {
  const all = Object.entries(values).map(([key, value]) => ({ key, value }));
  return { kind: 'changes', revision, changes: all } as const;
}

function gap(held: StoredValue | undefined): WatchEvent {
  const records = held === undefined ? [] : [{ key: KEY, ...held }];
  const snapshot = { revision: REVISION, records: [{ key: '/a', ...HELD }, ...records] };
  return { kind: 'resync', reason: 'trimmed', snapshot };
}

test('it watches the keys of the target after the checkpoint', async () => {
  await watch([]);
  expect(after).toEqual(['/', 5n]);
  expect([lines, foreign, lost]).toEqual([[], [], []]);
});

test.each([
  ['its newest checkpoint', changes({ '/Config/a': '1', [KEY]: OWN })],
  ['an older one of its own', changes({ '/Config/a': '1', [KEY]: OLDER_OWN }, 6n)],
  ['keys of others', changes({ '/Elsewhere/a': '1', '/Lenkwerk/eu/Checkpoint': OF_ANOTHER })],
])('%s is no foreign write', async (_, event) => {
  await watch([event]);
  expect([lines, foreign, lost]).toEqual([[], [], []]);
  expect(context.counters.foreignWrites).toBe(0);
});

test('records that come without a checkpoint are foreign', async () => {
  await watch([changes({ '/Config/a': '1', '/Elsewhere/a': '1', '/Config/b': undefined })]);
  const keys = ['/Config/a', '/Config/b'];
  expect([foreign, lost]).toEqual([[keys], []]);
  expect(lines).toEqual([['warn', 'foreign write', { keys, revision: REVISION }]]);
  expect(context.counters.foreignWrites).toBe(1);
});

test.each([
  ['of another agent', OF_ANOTHER],
  ['of a later version', OF_LATER_VERSION],
  ['of its own that stands there again', OLDER_OWN],
])('a checkpoint %s ends the session, and is not foreign', async (_, text) => {
  await watch([changes({ '/Config/a': '1', [KEY]: text })]);
  expect(lost.map(({ code }) => code)).toEqual(['fenced']);
  expect([lines, foreign]).toEqual([[], []]);
});

test.each([
  [KEY, undefined],
  [KEY, 'no checkpoint'],
  [TABLES_KEY, '{}'],
])('%s with %j is foreign, and ends the session', async (key, value) => {
  await watch([changes({ [key]: value })]);
  expect(lost.map(({ code }) => code)).toEqual(['fenced']);
  expect(foreign).toEqual([[key]]);
  expect(context.counters.foreignWrites).toBe(1);
});

test('a watch with a gap may have missed anything', async () => {
  await watch([gap(HELD)]);
  expect([foreign, lost]).toEqual([[undefined], []]);
  expect(lines.map(([level, , fields]) => [level, fields])).toEqual([
    ['warn', { reason: 'trimmed' }],
  ]);
});

test.each([undefined, { value: OF_ANOTHER, modRevision: 7n }])(
  'after a gap a store without its checkpoint ends the session',
  async (held) => {
    await watch([gap(held)]);
    expect(foreign).toEqual([]);
    expect(lost.map(({ code }) => code)).toEqual(['fenced']);
  },
);

test('many foreign writes are few lines', async () => {
  const first = changes({ '/Config/a': '1' });
  const many = Object.fromEntries(Array.from({ length: 4 }, (_, n) => [`/Config/${n}`, '1']));
  await watch([first, changes(many, 9n), changes(many, 10n)]);
  expect(lines.map(([, , fields]) => fields)).toEqual([
    { keys: ['/Config/a'], revision: REVISION },
    { keys: [...Object.keys(many), '/Config/0'], more: 3, revision: 10n },
  ]);
  expect(context.counters.foreignWrites).toBe(3);
});

test('a store that cannot be watched is reported, and a defect is thrown', async () => {
  const reason = new LenkwerkError('store-rejected', 'it may not be watched');
  await watch([], reason);
  expect(lines).toEqual([['error', 'foreign writes are not watched', { reason }]]);
  const defect = new Error('a defect');
  await expect(watch([], defect)).rejects.toBe(defect);
});

test.each([
  ['that was written last', HELD, 0],
  ['of another agent', { value: OF_ANOTHER, modRevision: 7n }, 1],
  ['that is gone', undefined, 1],
])('where it reads a checkpoint %s', async (_, found, count) => {
  const store = { ...SILENT_STORE, read: async () => found };
  const onLost = (reason: LenkwerkError) => lost.push(reason);
  await readOwnCheckpoint({ ...context, store }, { publisher: publisher(), onLost });
  expect(lost.map(({ code }) => code)).toEqual(Array(count).fill('fenced'));
});

test('what was read beside a write of its own proves nothing', async () => {
  const own = publisher();
  const store: AgentContext['store'] = {
    ...SILENT_STORE,
    read: async () => {
      await own.write(new Map(), own.progress, own.tables);
      return { value: OF_ANOTHER, modRevision: 7n };
    },
    commit: async () => ({ kind: 'committed', revision: 9n }),
  };
  Object.assign(context, { store });
  await readOwnCheckpoint(context, { publisher: own, onLost: (reason) => lost.push(reason) });
  expect(lost).toEqual([]);
});
