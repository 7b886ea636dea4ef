/** What requests to the store show of it; what takes its time is tried in the simulation. */
import { beforeEach, expect, test } from 'vitest';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { LenkwerkError, StoreForbidden } from '../../../../src/model/errors.js';
import type { AgentContext, AgentStore } from '../../../../src/publishing/agent/context.js';
import { ShownState } from '../../../../src/publishing/agent/shown-state.js';
import { isGivenUp, StoreHealth } from '../../../../src/publishing/agent/store-health.js';
import { SILENT_STORE, scriptedContext } from '../../../support/agents/scripted.js';

const AWAY = new LenkwerkError('store-unavailable', 'it is away', { retryable: true });
const REJECTED = new LenkwerkError('store-rejected', 'it may not');
const KEY = '/Lenkwerk/default/Checkpoint';
const COMMIT = {
  ...{ puts: new Map<string, string>(), deletes: new Set<string>() },
  guard: { key: KEY, expected: undefined, value: 'v' },
};
const NOTHING = { revision: 1n, records: [] };
const never = new AbortController().signal;

/** What the store was asked, in order. */
let asked: string[];
/** Of reads and of writes; undefined: the store answers. */
let failures: { read: LenkwerkError | undefined; write: LenkwerkError | undefined };
let context: AgentContext;
let health: StoreHealth;
let store: AgentStore;

beforeEach(() => {
  asked = [];
  failures = { read: undefined, write: undefined };
  const answer = async <T>(kind: 'read' | 'write', what: string, value: T): Promise<T> => {
    asked.push(what);
    const failure = failures[kind];
    if (failure !== undefined) throw failure;
    return value;
  };
  const real: KeyValueStore = {
    ...SILENT_STORE,
    read: (key) => answer('read', `read ${key}`, undefined),
    readRange: (prefixes) => answer('read', `range ${prefixes.join()}`, NOTHING),
    commit: ({ guard }) => {
      asked.push(guard.expected === undefined ? 'commit' : `lost commit ${guard.key}`);
      return answer('write', 'write', { kind: 'conflict', current: undefined } as const);
    },
    probeRecord: (key) => answer('write', `probe ${key}`, undefined),
  };
  context = scriptedContext();
  health = new StoreHealth(context, new ShownState(context));
  expect(context.counters.storeUp).toBeUndefined();
  store = health.observe(real);
});

test('a store that could be opened answers', () => {
  expect(context.counters).toMatchObject({ storeUp: true, storeFailures: 0 });
});

test('what a login may not do is a trouble of the store, until it is granted', async () => {
  failures.write = new StoreForbidden('it may not write');
  await expect(store.commit(COMMIT)).rejects.toBe(failures.write);
  expect(context.counters).toMatchObject({ storeUp: false, storeFailures: 1 });
  failures.write = undefined;
  expect(await health.untilAnswers(never)).toBe(false);
  expect(asked.slice(-2)).toEqual([`lost commit ${KEY}`, 'write']);
  expect(context.counters).toMatchObject({ storeUp: true, storeFailures: 1 });
});

test('one that could not be opened is counted, other failures are not', () => {
  health.refused(AWAY);
  health.refused(REJECTED);
  health.refused(new Error('a defect'));
  expect(context.counters).toMatchObject({ storeUp: false, storeFailures: 1 });
});

const REQUESTS = {
  read: () => store.read('/a'),
  readRange: () => store.readRange(['/a']),
  commit: () => store.commit(COMMIT),
  probeRecord: () => store.probeRecord('/a', '1'),
};

test.each(Object.entries(REQUESTS))('%s shows whether it answers', async (_, request) => {
  failures = { read: AWAY, write: AWAY };
  await expect(request()).rejects.toBe(AWAY);
  await expect(request()).rejects.toBe(AWAY);
  expect(context.counters).toMatchObject({ storeUp: false, storeFailures: 2 });
  failures = { read: REJECTED, write: REJECTED };
  await expect(request()).rejects.toBe(REJECTED);
  expect(context.counters).toMatchObject({ storeUp: true, storeFailures: 2 });
  failures = { read: undefined, write: undefined };
  await request();
  expect(context.counters.storeUp).toBe(true);
});

test('without a failure nothing is waited for', async () => {
  await store.read('/a');
  expect(await health.untilAnswers(never)).toBe(false);
  expect(asked).toEqual(['read /a']);
});

test('after a failure it is asked for the same: by a read, or by a write that changes nothing', async () => {
  failures.read = AWAY;
  await expect(store.read('/a')).rejects.toBe(AWAY);
  failures.read = undefined;
  expect(await health.untilAnswers(never)).toBe(false);
  expect(asked).toEqual(['read /a', `read ${KEY}`]);
  asked.length = 0;
  failures.write = AWAY;
  await expect(store.commit(COMMIT)).rejects.toBe(AWAY);
  // A store without space answers reads.
  await store.read('/a');
  expect(context.counters.storeUp).toBe(false);
  failures.write = undefined;
  expect(await health.untilAnswers(never)).toBe(false);
  expect(asked).toEqual(['commit', 'write', 'read /a', `lost commit ${KEY}`, 'write']);
  expect(context.counters.storeUp).toBe(true);
});

test('a write that is answered settles what was read, too', async () => {
  failures.read = AWAY;
  await expect(store.read('/a')).rejects.toBe(AWAY);
  await store.commit(COMMIT);
  expect(context.counters.storeUp).toBe(true);
  expect(await health.untilAnswers(never)).toBe(false);
});

test('one that is still away is asked again, until it answers or the agent ends', async () => {
  failures.read = AWAY;
  await expect(store.read('/a')).rejects.toBe(AWAY);
  const answers = health.untilAnswers(never);
  failures.read = undefined;
  // The first question was sent before.
  expect(await answers).toBe(true);
  expect(asked).toEqual(['read /a', `read ${KEY}`, `read ${KEY}`]);
  failures.read = AWAY;
  await expect(store.read('/a')).rejects.toBe(AWAY);
  expect(await health.untilAnswers(AbortSignal.abort())).toBe(false);
});

test('an attempt ends as its work does, and with the agent', async () => {
  await health.attend(async () => {}, never);
  await expect(health.attend(() => Promise.reject(REJECTED), never)).rejects.toBe(REJECTED);
  const defect = new Error('a defect');
  await expect(health.attend(() => Promise.reject(defect), never)).rejects.toBe(defect);
  const stop = new AbortController();
  let seen: AbortSignal | undefined;
  const attended = health.attend(async (signal) => {
    seen = signal;
    stop.abort();
  }, stop.signal);
  await attended;
  expect(seen?.aborted).toBe(true);
  expect(seen && isGivenUp(seen)).toBe(false);
});
