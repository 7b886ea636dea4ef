/** What is read of stores whose answers the test gives, and how long is waited. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { StoreSettings } from '../../../src/kvstore/settings.js';
import type { KeyValueStore, Revision } from '../../../src/kvstore/store.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { lsnFromBytes } from '../../../src/model/lsn.js';
import { type AskedTarget, askNodes, observeNodes } from '../../../src/nodes/ask.js';
import { encodeAcknowledgement } from '../../../src/publishing/records/acknowledgement.js';
import { encodeCheckpoint } from '../../../src/publishing/records/checkpoint.js';
import { SILENT_STORE } from '../../support/agents/scripted.js';
import { CHECKPOINT } from '../../support/states/checkpoint.js';

const KEY = '/Lenkwerk/default/Checkpoint';
const INSTANCES = [
  { host: 'a', port: 1, status: 3 },
  { host: 'b', port: 2, status: 2 },
];
/** Ten minutes after the commits. */
const NOW = new Date('2026-11-23T00:10:00.000Z');

/** The revisions that wrote a checkpoint, `w<revision>` each. */
let written: readonly Revision[];
/** The store keeps nothing before this revision. */
let compacted: Revision;
/** What each node acknowledges, from look to look; the last one stays. */
let looks: Readonly<Record<string, Revision | string>>[];
let closed: number;

beforeEach(() => {
  written = [80n, 90n, 100n];
  compacted = 0n;
  looks = [{}];
  closed = 0;
});

const storedAt = (revision: Revision) => ({
  value: encodeCheckpoint({ ...CHECKPOINT, writeId: `w${revision}`, lsn: lsnFromBytes(revision) }),
  modRevision: revision,
});

function textOf(name: string, at: Revision | string): string {
  if (typeof at === 'string') return at;
  const position = {
    revision: at,
    writeId: `w${at}`,
    lsn: lsnFromBytes(at),
    appliedAt: '1970-01-01T00:00:00Z',
  };
  return encodeAcknowledgement({
    ...{ name, followerId: name, refusal: undefined, toolVersion: '1' },
    applied: position,
  });
}

const store: KeyValueStore = {
  ...SILENT_STORE,
  acknowledgements: async () => {
    const [look = {}] = looks;
    if (looks.length > 1) looks = looks.slice(1);
    const byNode = new Map(Object.entries(look).map(([name, at]) => [name, textOf(name, at)]));
    return { byNode, passedOver: 0 };
  },
  read: async () => {
    const newest = written.at(-1);
    return newest === undefined ? undefined : storedAt(newest);
  },
  readRange: async ([key], at = 0n) => {
    if (at < compacted) throw new LenkwerkError('inconclusive', 'compacted');
    const found = written.filter((revision) => revision <= at).at(-1);
    const records = found === undefined ? [] : [{ key: key ?? '', ...storedAt(found) }];
    return { revision: at, records };
  },
  watch: async function* ({ after = 0n }) {
    const next = written.find((revision) => revision > after);
    if (next === undefined) return;
    yield {
      kind: 'changes',
      revision: next,
      changes: [{ key: KEY, value: storedAt(next).value }],
    };
  },
  close: async () => {
    closed += 1;
  },
};

const settings: StoreSettings = {
  ...{ type: 'etcd', prefix: '', description: 'a store', places: [], files: [] },
  guarantees: {
    ...{ acknowledged: 'consensus', foreignWrites: 'in-order', pastRevisions: 'until-compacted' },
  },
  connect: async () => store,
};
const TARGETS: readonly AskedTarget[] = [{ name: 'default', settings }];

interface Asked {
  readonly targets?: readonly AskedTarget[];
  readonly wanted?: Revision;
  readonly wait?: boolean;
  readonly deadline?: AbortSignal;
}

async function ask({ targets = TARGETS, wanted, wait = false, deadline }: Asked = {}) {
  const mark = { revision: wanted ?? 100n, writeId: `w${wanted ?? 100n}` };
  const report = await askNodes(
    { instances: INSTANCES, targets, wanted: new Map([['default', mark]]), now: NOW },
    { wait, deadline: deadline ?? new AbortController().signal },
  );
  return { ...report, states: report.nodes.map(({ state }) => state) };
}

describe('a look', () => {
  test('counts a later checkpoint that the past shows, and none that is compacted', async () => {
    looks = [{ a_1: 90n, b_2: 100n }];
    expect((await ask({ wanted: 80n })).states).toEqual(['in-step', 'in-step']);
    compacted = 95n;
    expect((await ask({ wanted: 80n })).states).toEqual(['behind', 'in-step']);
  });

  test('counts no revision that wrote no checkpoint', async () => {
    looks = [{ a_1: 95n, b_2: 101n }];
    expect((await ask({ wanted: 80n })).states).toEqual(['behind', 'behind']);
  });

  test('takes nothing that names another node, and nothing that is damaged', async () => {
    looks = [{ a_1: textOf('b_2', 100n), b_2: 'x' }];
    const { nodes, states } = await ask();
    expect(states).toEqual(['behind', 'behind']);
    expect(nodes.map(({ acknowledgement }) => acknowledgement)).toEqual([undefined, undefined]);
  });

  test('shows the age of the first checkpoint that a node lacks', async () => {
    looks = [{ a_1: 80n, b_2: 90n }];
    const { nodes } = await ask();
    expect(nodes.map(({ lag }) => lag?.bytes)).toEqual([20n, 10n]);
    for (const { lag } of nodes) expect(lag?.seconds).toBeCloseTo(600, 0);
  });

  test('closes the store', async () => {
    await ask();
    expect(closed).toBe(1);
  });

  test('of a store that fails names the reason, and leaves its nodes unknown', async () => {
    const problem = new LenkwerkError('store-unavailable', 'no answer');
    const broken = { ...settings, connect: () => Promise.reject(problem) };
    for (const second of [
      { name: 'eu', problem },
      { name: 'eu', settings: broken },
    ]) {
      looks = [{ a_1: 100n }];
      const { states, unread } = await ask({ targets: [...TARGETS, second] });
      expect(states).toEqual(['in-step', 'unknown']);
      expect(unread).toEqual([{ target: 'eu', reason: 'no answer' }]);
    }
  });

  test('passes defects on', async () => {
    const broken = { ...settings, connect: () => Promise.reject(new TypeError('a defect')) };
    await expect(ask({ targets: [{ name: 'default', settings: broken }] })).rejects.toThrow(
      'a defect',
    );
  });
});

describe('a wait', () => {
  test('ends once each node was in step, be it at different looks', async () => {
    looks = [{}, { a_1: 100n }, { a_1: 80n, b_2: 100n }];
    expect((await ask({ wait: true })).states).toEqual(['in-step', 'in-step']);
  });

  test('ends at its deadline, after one look at least', async () => {
    looks = [{ a_1: 100n }];
    const { states } = await ask({ wait: true, deadline: AbortSignal.abort() });
    expect(states).toEqual(['in-step', 'never']);
  });
});

describe('silence', () => {
  const observe = (now = NOW) =>
    observeNodes({ instances: INSTANCES, targets: TARGETS, wanted: 'current', now });
  const states = async (now?: Date) => (await observe(now)).nodes.map(({ state }) => state);

  test('is only what stays the same at a second look', async () => {
    looks = [
      { a_1: 80n, b_2: 80n },
      { a_1: 90n, b_2: 80n },
    ];
    expect(await states()).toEqual(['behind', 'silent']);
  });

  test('is not of a node that lacks a recent commit alone, which needs no second look', async () => {
    looks = [{ a_1: 90n, b_2: 100n }, {}, { a_1: 'never read' }];
    expect(await states(new Date('2026-11-23T00:00:30.000Z'))).toEqual(['behind', 'in-step']);
    expect(looks).toHaveLength(2);
  });
});
