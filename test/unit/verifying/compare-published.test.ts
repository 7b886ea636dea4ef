import { beforeEach, describe, expect, test } from 'vitest';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { type ErrorCode, LenkwerkError } from '../../../src/model/errors.js';
import { type Lsn, lsnFromBytes } from '../../../src/model/lsn.js';
import { type Checkpoint, encodeCheckpoint } from '../../../src/publishing/records/checkpoint.js';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import type { SourceReader } from '../../../src/publishing/source/source-database.js';
import { comparePublished } from '../../../src/verifying/compare-published.js';
import { SILENT_SESSION, SILENT_STORE } from '../../support/agents/scripted.js';
import { CHECKPOINT } from '../../support/states/checkpoint.js';
import { waitFor } from '../../support/wait.js';

const KEY = '/Lenkwerk/default/Checkpoint';
const RECORDS = new Map([['/Config/a', '1']]);
const TABLES = {
  records: RECORDS,
  fingerprints: new Map(),
  generations: { records: new Map(), complete: true },
};
const AFTER = lsnFromBytes(200n);

/** What the store holds of the key and the checkpoint. */
interface Held {
  readonly value: string;
  readonly checkpoint: Checkpoint | string | undefined;
}

let held: Held;
/** What the agent writes after the barrier with that nonce; then the time is over. */
let writes: (nonce: string) => readonly Held[];
let confirmed: Lsn;
let barrierFails: ErrorCode | undefined;
let nonces: string[];
let steps: string[];
let deadline: AbortController;

beforeEach(() => {
  held = { value: '1', checkpoint: CHECKPOINT };
  writes = () => [];
  confirmed = CHECKPOINT.lsn;
  barrierFails = undefined;
  [nonces, steps] = [[], []];
  deadline = new AbortController();
});

const reader: SourceReader = {
  ...SILENT_SESSION,
  readConfirmed: async () => new Map([['lw_agent', { lsn: confirmed, activation: 'a' }]]),
  readTables: async () => TABLES,
  tryBarrier: async ({ nonce }) => {
    nonces.push(nonce);
    if (barrierFails !== undefined) throw new LenkwerkError(barrierFails, 'not now');
    return { after: AFTER, tables: TABLES };
  },
};

const store: KeyValueStore = {
  ...SILENT_STORE,
  readRange: async (prefixes) => {
    const values = new Map([
      ['/Config/a', held.value],
      [KEY, textOf(held)],
    ]);
    const records = [...values].flatMap(([key, value]) =>
      prefixes.some((prefix) => key.startsWith(prefix)) && value !== undefined
        ? [{ key, value, modRevision: 1n }]
        : [],
    );
    return { revision: 1n, records };
  },
  watch: async function* ({ prefix }) {
    yield { kind: 'resync', reason: 'start', snapshot: await store.readRange([prefix]) };
    const isWaiting = () => steps.length === nonces.length && steps.length > 0;
    await waitFor(isWaiting, { what: 'the barrier', timeoutMs: 1_000 }).catch(() => {});
    for (const next of writes(nonces.at(-1) ?? '')) {
      held = next;
      yield { kind: 'changes', revision: 2n, changes: [{ key: KEY, value: textOf(held) }] };
    }
    deadline.abort();
  },
};

function textOf({ checkpoint }: Held): string | undefined {
  return typeof checkpoint === 'object' ? encodeCheckpoint(checkpoint) : checkpoint;
}

function compared() {
  const onStep = (what: string) => steps.push(what);
  const published = { store, keySpace: new KeySpace(''), target: 'default', cluster: 'c', onStep };
  return comparePublished(reader, published, deadline.signal);
}

const AGREED = { revision: 1n, writeId: 'w', instances: [] };

test('two equal reads suffice', async () => {
  expect(await compared()).toEqual({
    verdict: 'converged',
    detail: '1 key holds what is recorded, at 0/64',
    ...{ hint: undefined, keys: 1, differences: [] },
    position: { lsn: CHECKPOINT.lsn, committedAt: CHECKPOINT.committedAt },
    agreed: AGREED,
  });
  expect(nonces).toEqual([]);
});

test.each([
  ['damaged', 'no checkpoint', 100n],
  ['behind its slot', CHECKPOINT, 101n],
] as const)('a checkpoint that is %s differs by itself', async (_, checkpoint, bytes) => {
  held = { value: '1', checkpoint };
  confirmed = lsnFromBytes(bytes);
  const found = await compared();
  expect(found).toMatchObject({ verdict: 'diverged', keys: 0, position: undefined });
  const difference = { key: KEY, kind: 'altered', expected: undefined, found: textOf(held) };
  expect(found.differences).toEqual([difference]);
  expect(nonces).toEqual([]);
});

test.each(['1', '2'])(
  'records of another cluster are refused, whatever they are: %s',
  async (value) => {
    held = { value, checkpoint: { ...CHECKPOINT, cluster: 'd' } };
    await expect(compared()).rejects.toMatchObject({
      code: 'wrong-cluster',
      message: 'the store belongs to another cluster, d; this one is c',
    });
    expect(nonces).toEqual([]);
  },
);

const ALTERED = { key: '/Config/a', kind: 'altered', expected: '1', found: '2' };

test.each([
  ['1', 'converged', [], '1 key holds what is recorded, at 0/C8'],
  ['2', 'diverged', [ALTERED], '1 key does not hold what is recorded, at 0/C8'],
])('%s at the barrier is %s', async (...row) => {
  const [value, verdict, differences, detail] = row;
  held = { value: '0', checkpoint: undefined };
  writes = (barrier) => [
    { value: '0', checkpoint: { ...CHECKPOINT, barrier: 'of another client' } },
    { value, checkpoint: { ...CHECKPOINT, lsn: AFTER, barrier } },
  ];
  const position = { lsn: AFTER, committedAt: CHECKPOINT.committedAt };
  const both = { hint: undefined, keys: 1, position };
  const agreed = value === '1' ? { ...AGREED, revision: 2n } : undefined;
  expect(await compared()).toEqual({ verdict, differences, detail, ...both, agreed });
  expect(steps).toEqual(['waiting for the agent']);
});

test('records in parts are compared at a barrier, whatever they are', async () => {
  held = { value: '1', checkpoint: { ...CHECKPOINT, part: 1, partOf: 'repair' } };
  writes = (barrier) => [{ value: '1', checkpoint: { ...CHECKPOINT, lsn: AFTER, barrier } }];
  expect(await compared()).toMatchObject({ verdict: 'converged' });
  expect(nonces).toHaveLength(1);
});

test('a position behind the barrier without it is passed over, and both are read again', async () => {
  held = { value: '0', checkpoint: CHECKPOINT };
  writes = () => [{ value: '1', checkpoint: { ...CHECKPOINT, lsn: AFTER } }];
  expect(await compared()).toMatchObject({ verdict: 'converged', position: { lsn: AFTER } });
  expect(nonces).toHaveLength(1);
});

test('one that is passed over when the time is over proves nothing', async () => {
  held = { value: '0', checkpoint: CHECKPOINT };
  writes = () => {
    deadline.abort();
    return [{ value: '0', checkpoint: { ...CHECKPOINT, lsn: AFTER } }];
  };
  const detail = 'resyncs skip the barriers';
  expect(await compared()).toMatchObject({ verdict: 'inconclusive', detail });
});

test.each([
  ['lagging', CHECKPOINT, /published up to 0\/64, and not what came after/, { lsn: 100n }],
  ['inconclusive', { ...CHECKPOINT, part: 1, partOf: 'repair' }, /part/, { lsn: 100n }],
  ['inconclusive', undefined, /checkpoint/, undefined],
] as const)('an agent that does not come to the barrier is %s', async (...row) => {
  const [verdict, checkpoint, detail, position] = row;
  held = { value: '0', checkpoint };
  const found = await compared();
  expect(found).toMatchObject({ verdict, differences: [], ...(position && { position }) });
  expect(found.detail).toMatch(detail);
});

test('without a barrier there is no verdict', async () => {
  held = { value: '0', checkpoint: CHECKPOINT };
  barrierFails = 'lock-not-obtained';
  deadline.abort();
  const detail = 'no barrier is possible: not now';
  expect(await compared()).toMatchObject({ verdict: 'inconclusive', detail, keys: 0 });
  barrierFails = 'database-unavailable';
  await expect(compared()).rejects.toMatchObject({ code: 'database-unavailable' });
});

describe('a role that may set no barrier', () => {
  const cause = Object.assign(new Error('permission denied'), { code: '42501' });
  const hint = 'GRANT lenkwerk_verify TO "r"';
  const refuses: SourceReader['tryBarrier'] = ({ nonce }) => {
    nonces.push(nonce);
    return Promise.reject(new LenkwerkError('database-error', 'r may not', { cause, hint }));
  };
  const look = (changes: Partial<SourceReader> = {}) => {
    const published = { store, keySpace: new KeySpace(''), target: 'default', cluster: 'c' };
    const session = { ...reader, tryBarrier: refuses, ...changes };
    return comparePublished(session, published, deadline.signal);
  };

  test('sees differences that it cannot confirm', async () => {
    held = { value: '2', checkpoint: CHECKPOINT };
    expect(await look()).toEqual({
      verdict: 'unconfirmed',
      detail: '1 key seems to hold something else; to confirm it a barrier is needed: r may not',
      hint,
      keys: 1,
      differences: [ALTERED],
      position: { lsn: CHECKPOINT.lsn, committedAt: CHECKPOINT.committedAt },
    });
    expect(nonces).toHaveLength(1);
  });

  test('sees that they agree once the agent has published', async () => {
    held = { value: '2', checkpoint: CHECKPOINT };
    let looks = 0;
    const readTables = async () => {
      looks += 1;
      if (looks === 3) held = { value: '1', checkpoint: CHECKPOINT };
      return TABLES;
    };
    expect(await look({ readTables })).toMatchObject({ verdict: 'converged' });
    expect(looks).toBe(3);
  });

  test.each([
    ['nothing was ever published: there is no checkpoint', undefined],
    [
      'a large transaction is being published in parts',
      { ...CHECKPOINT, part: 1, partOf: 'repair' } as const,
    ],
  ])('reports only: %s', async (detail, checkpoint) => {
    held = { value: '2', checkpoint };
    expect(await look()).toMatchObject({ verdict: 'inconclusive', detail, differences: [] });
  });

  test('fails where it may not read the tables either', async () => {
    const readTables = () =>
      Promise.reject(new LenkwerkError('database-error', 'not the tables', { cause }));
    await expect(look({ readTables })).rejects.toMatchObject({ message: 'not the tables' });
  });
});
