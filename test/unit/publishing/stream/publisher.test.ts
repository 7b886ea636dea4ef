import { beforeEach, expect, test } from 'vitest';
import type { CommitOutcome, GuardedCommit, StoredRecord } from '../../../../src/kvstore/store.js';
import { LenkwerkError } from '../../../../src/model/errors.js';
import { lsnFromBytes } from '../../../../src/model/lsn.js';
import type { AgentContext } from '../../../../src/publishing/agent/context.js';
import {
  decodeCheckpoint,
  encodeCheckpoint,
} from '../../../../src/publishing/records/checkpoint.js';
import type { Batch } from '../../../../src/publishing/stream/batch.js';
import { snapshotProgress } from '../../../../src/publishing/stream/progress.js';
import { Publisher } from '../../../../src/publishing/stream/publisher.js';
import { SILENT_STORE, scriptedContext } from '../../../support/agents/scripted.js';
import { CHECKPOINT } from '../../../support/states/checkpoint.js';

const { cluster, systemId, timeline, slot, publication, activation, pending } = CHECKPOINT;
const BASE = { cluster, systemId, timeline, slot, publication, activation, pending };
const AT = (bytes: bigint) => snapshotProgress(lsnFromBytes(bytes));
const HELD = { value: encodeCheckpoint(CHECKPOINT), modRevision: 7n };
const KEY = '/Lenkwerk/default/Checkpoint';
const TABLES_KEY = '/Lenkwerk/default/Tables';
const NO_CHANGES = new Map<string, string | undefined>();
const PRINTS = new Map([['config', 'f'] as const]);
const NO_PRINTS = new Map<'config', string>();
const TRANSACTION = CHECKPOINT.witness.transaction;

let commits: GuardedCommit[];
/** In turn; then the store takes everything. */
let answers: ((commit: GuardedCommit) => CommitOutcome | LenkwerkError)[];
let published: readonly StoredRecord[];
let stop: AbortController;
let context: AgentContext;
let publisher: Publisher;

beforeEach(() => {
  commits = [];
  answers = [];
  published = [];
  stop = new AbortController();
  context = scriptedContext({
    store: {
      ...SILENT_STORE,
      commit: async (commit) => {
        commits.push(commit);
        const outcome = answers.shift()?.(commit) ?? committed(commits.length);
        if (outcome instanceof LenkwerkError) throw outcome;
        return outcome;
      },
      read: async (key) => published.find((record) => record.key === key),
      readRange: async (prefixes) => ({
        revision: 9n,
        records: published.filter(({ key }) => prefixes.some((one) => key.startsWith(one))),
      }),
    },
  });
  const { signal } = stop;
  const start = { base: BASE, progress: AT(100n), tables: NO_PRINTS, held: HELD, signal };
  publisher = new Publisher(context, start);
});

function committed(count: number): CommitOutcome {
  return { kind: 'committed', revision: 10n + BigInt(count) };
}

function holds(keys: readonly string[]): void {
  published = [...keys.map((key) => ({ key, value: '1', modRevision: 7n })), { key: KEY, ...HELD }];
}

function batchOf(given: Partial<Batch>): Batch {
  const end = { lsn: lsnFromBytes(200n), transaction: TRANSACTION, barrier: undefined };
  const nothing = { changes: NO_CHANGES, truncated: new Set<never>(), awaitsRepair: false };
  return { ...nothing, transaction: TRANSACTION, end, ...given };
}

/** The changes of each commit, those of the bookkeeping apart. */
function written() {
  return commits.map(({ puts, deletes }) => ({
    ...Object.fromEntries(puts),
    ...Object.fromEntries([...deletes].map((key) => [key, undefined])),
  }));
}

test('each write replaces the checkpoint that was seen last', async () => {
  const changes = new Map([
    ['/Config/a', '1'],
    ['/Config/b', undefined],
  ]);
  await publisher.write(changes, AT(150n), NO_PRINTS);
  await publisher.write(NO_CHANGES, AT(160n), NO_PRINTS);
  const [first, second] = commits;
  expect(first?.puts).toEqual(new Map([['/Config/a', '1']]));
  expect(first?.deletes).toEqual(new Set(['/Config/b']));
  expect(first?.guard).toMatchObject({ key: KEY, expected: HELD });
  expect(second?.guard.expected).toEqual({ value: first?.guard.value, modRevision: 11n });
  const { writeId, ...rest } = decodeCheckpoint(second?.guard.value ?? '') ?? { writeId: '' };
  expect(rest).toEqual({ version: 2, ...BASE, ...AT(160n) });
  expect(writeId).not.toBe(decodeCheckpoint(first?.guard.value ?? '')?.writeId);
  expect(context.counters).toMatchObject({ writes: 2, changes: 2, publishedLsn: 160n });
  expect(publisher.progress).toEqual(AT(160n));
  expect(publisher.held).toEqual({ value: second?.guard.value, modRevision: 12n });
});

test('the fingerprints of tables are written when they change', async () => {
  await publisher.write(NO_CHANGES, AT(150n), PRINTS);
  await publisher.write(NO_CHANGES, AT(160n), PRINTS);
  expect(commits.map(({ puts }) => [...puts.keys()])).toEqual([[TABLES_KEY], []]);
  expect(publisher.tables).toEqual(PRINTS);
});

test('a write whose answer was lost is sent again as it was, and known again', async () => {
  const lost = new LenkwerkError('store-unavailable', 'no answer', { retryable: true });
  let isKnown = false;
  const isLost = ({ guard: { value } }: GuardedCommit) => {
    isKnown = publisher.isNewest(value);
    return lost;
  };
  const conflict = ({ guard: { value } }: GuardedCommit): CommitOutcome => ({
    kind: 'conflict',
    current: { value, modRevision: 8n },
  });
  answers = [isLost, conflict];
  await publisher.write(NO_CHANGES, AT(150n), NO_PRINTS);
  expect(commits).toHaveLength(2);
  expect(commits[1]).toEqual(commits[0]);
  expect(isKnown).toBe(true);
  expect(publisher.held).toEqual({ value: commits[0]?.guard.value, modRevision: 8n });
});

test.each([
  ['another checkpoint', { ...HELD, modRevision: 8n }],
  ['nothing', undefined],
])('over %s it is fenced', async (_, current) => {
  answers = [() => ({ kind: 'conflict', current })];
  const write = publisher.write(NO_CHANGES, AT(150n), NO_PRINTS);
  await expect(write).rejects.toMatchObject({ code: 'fenced' });
  expect(context.counters.writes).toBe(0);
  expect(publisher.progress).toEqual(AT(100n));
});

test('nothing is sent once the agent was asked to stop', async () => {
  stop.abort();
  const write = publisher.write(NO_CHANGES, AT(150n), NO_PRINTS);
  await expect(write).rejects.toMatchObject({ code: 'interrupted' });
  expect(commits).toEqual([]);
});

test('nothing is sent again where the store was the reason to stop', async () => {
  const lost = new LenkwerkError('store-unavailable', 'no answer', { retryable: true });
  answers = [
    () => {
      stop.abort(lost);
      return lost;
    },
  ];
  await expect(publisher.write(NO_CHANGES, AT(150n), NO_PRINTS)).rejects.toBe(lost);
  expect(commits).toHaveLength(1);
});

test('its own writes are known, also older ones, but not where they stand again', async () => {
  await publisher.write(NO_CHANGES, AT(150n), NO_PRINTS);
  await publisher.write(NO_CHANGES, AT(160n), NO_PRINTS);
  const [older = '', newest = ''] = commits.map(({ guard }) => guard.value);
  const decoded = (text: string) => decodeCheckpoint(text) ?? CHECKPOINT;
  expect(publisher.isNewest(newest)).toBe(true);
  expect([publisher.isNewest(older), publisher.isNewest(undefined)]).toEqual([false, false]);
  expect(publisher.hasWritten(newest, decoded(newest), 50n)).toBe(true);
  expect(publisher.hasWritten(older, decoded(older), 11n)).toBe(true);
  expect(publisher.hasWritten(older, decoded(older), 50n)).toBe(false);
  const ofAnother = { ...decoded(older), activation: 'b' };
  expect(publisher.hasWritten(older, ofAnother, 11n)).toBe(false);
});

test('an announcement changes no record, and what follows it has the new activation', async () => {
  const announced = { ...BASE, pending: ['b'] };
  await publisher.announce(announced, lsnFromBytes(170n), { ...BASE, activation: 'b' });
  await publisher.write(NO_CHANGES, AT(180n), NO_PRINTS);
  const [first, second] = commits.map(({ guard }) => decodeCheckpoint(guard.value));
  expect(first).toMatchObject({ ...announced, lsn: 170n, witness: { endLsn: 100n } });
  expect(second).toMatchObject({ activation: 'b', pending: [], lsn: 180n });
  expect(first && publisher.hasWritten('', first, 11n)).toBe(true);
});

test('a truncated table loses what the batch does not set', async () => {
  holds(['/Config/a', '/Config/b', '/Dimension/1']);
  const changes = new Map([['/Config/b', '2']]);
  await publisher.writeBatch(batchOf({ changes, truncated: new Set(['config']) }));
  expect(written()).toEqual([{ '/Config/a': undefined, '/Config/b': '2' }]);
});

test('what is changed under a guard was read beside the same checkpoint', async () => {
  published = [{ key: KEY, value: HELD.value, modRevision: 8n }];
  const batch = batchOf({ truncated: new Set(['config']) });
  await expect(publisher.writeBatch(batch)).rejects.toMatchObject({ code: 'fenced' });
  expect(commits).toEqual([]);
});

test.each([
  ['everything', 'everything', { '/Config/a': '2', '/Config/b': undefined, '/Config/c': '3' }],
  ['some keys', new Set(['/Config/b']), { '/Config/b': undefined, '/Config/c': '4' }],
] as const)('a repair of %s writes what differs, and is counted', async (_, keys, expected) => {
  holds(['/Config/a', '/Config/b']);
  const records = new Map([
    ['/Config/a', '2'],
    ['/Config/c', '3'],
  ]);
  const generations = { records: new Map(), complete: true };
  const repair = { keys, tables: { records, fingerprints: PRINTS, generations } };
  const end = { lsn: lsnFromBytes(200n), transaction: TRANSACTION, barrier: 'n', repair };
  const changes = new Map([['/Config/c', '4']]);
  await publisher.writeBatch(batchOf({ changes, end }));
  const [{ [TABLES_KEY]: prints, ...others } = {}] = written();
  expect(others).toEqual(expected);
  expect(prints).toContain('config');
  expect(context.counters.repairs).toBe(1);
  await publisher.writeBatch(batchOf({ end: { ...end, repair: { ...repair, keys: new Set() } } }));
  expect(context.counters.repairs).toBe(1);
});

test('a batch that continues leaves a part', async () => {
  await publisher.writeBatch(batchOf({ end: undefined }));
  expect(publisher.progress).toMatchObject({ part: 1, partOf: TRANSACTION, lsn: 100n });
  await publisher.writeBatch(batchOf({}));
  expect(publisher.progress).toMatchObject({ part: undefined, lsn: 200n });
});

test('parts of another session stay foreign until the whole is there', async () => {
  const { signal } = stop;
  const progress = { ...AT(100n), part: 1, partOf: TRANSACTION };
  const start = { base: BASE, progress, tables: NO_PRINTS, held: HELD, signal };
  const later = new Publisher(context, start);
  expect([later.hasForeignParts, publisher.hasForeignParts]).toEqual([true, false]);
  await later.writeBatch(batchOf({ end: undefined }));
  expect(later.hasForeignParts).toBe(true);
  await later.writeBatch(batchOf({}));
  expect(later.hasForeignParts).toBe(false);
});
