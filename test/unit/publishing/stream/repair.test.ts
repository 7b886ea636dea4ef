import { beforeEach, describe, expect, test } from 'vitest';
import { type ErrorCode, LenkwerkError } from '../../../../src/model/errors.js';
import { ZERO_LSN } from '../../../../src/model/lsn.js';
import { KeySpace } from '../../../../src/publishing/records/key-space.js';
import {
  type RepairKeys,
  Repairs,
  repairChanges,
  requestedKeys,
  union,
} from '../../../../src/publishing/stream/repair.js';
import { silentLogger } from '../../../../src/runtime/logger.js';
import {
  SILENT_SESSION,
  scriptedContext,
  scriptedDatabase,
} from '../../../support/agents/scripted.js';
import { waitFor } from '../../../support/wait.js';

test('a request names keys', () => {
  expect(requestedKeys('["/Config/a","/Config/b","/Config/a"]')).toEqual(
    new Set(['/Config/a', '/Config/b']),
  );
});

test.each(['', '[]', '{}', '"/Config/a"', 'null', '["/Config/a",1]', '["/Config/a"'])(
  'the request %s asks for everything',
  (content) => {
    expect(requestedKeys(content)).toBe('everything');
  },
);

test('requests that wait for each other become one', () => {
  const [a, b] = [new Set(['a']), new Set(['b'])];
  expect(union(undefined, a)).toEqual(a);
  expect(union(a, b)).toEqual(new Set(['a', 'b']));
  expect(union('everything', a)).toBe('everything');
  expect(union(a, 'everything')).toBe('everything');
  expect(union(undefined, 'everything')).toBe('everything');
  const many = new Set(Array.from({ length: 499 }, (_, at) => `k${at}`));
  expect(union(many, a)).toEqual(new Set([...many, 'a']));
  expect(union(new Set([...many, 'a']), b)).toBe('everything');
});

const KEY_SPACE = new KeySpace('/eu');
const RECORDS = new Map([
  ['/eu/Config/same', '1'],
  ['/eu/Config/altered', '2'],
  ['/eu/Config/missing', '3'],
]);
const HELD = new Map([
  ['/eu/Config/same', '1'],
  ['/eu/Config/altered', 'x'],
  ['/eu/Config/stray', '4'],
  ['/eu/Elsewhere/a', '5'],
]);

function changesFor(keys: RepairKeys) {
  const tables = {
    records: RECORDS,
    fingerprints: new Map(),
    generations: { records: new Map(), complete: true },
  };
  return repairChanges({ keys, tables }, KEY_SPACE, HELD);
}

test('a repair of everything changes what differs, strays included, and no key of others', () => {
  expect(changesFor('everything')).toEqual(
    new Map([
      ['/eu/Config/altered', '2'],
      ['/eu/Config/missing', '3'],
      ['/eu/Config/stray', undefined],
    ]),
  );
});

test('a repair of keys changes those of them that differ', () => {
  const keys = ['/eu/Config/same', '/eu/Config/stray', '/eu/Config/gone', '/eu/Elsewhere/a'];
  expect(changesFor(new Set(keys))).toEqual(new Map([['/eu/Config/stray', undefined]]));
});

describe('the repairs of a session', () => {
  const tables = {
    records: RECORDS,
    fingerprints: new Map(),
    generations: { records: new Map(), complete: true },
  };
  let stop: AbortController;
  /** How the next barriers fail; then they succeed. */
  let failures: ErrorCode[];
  let nonces: string[];
  let delayed: LenkwerkError[];
  let errors: string[];
  let open: number;
  /** A barrier is committed when it resolves. */
  let mayCommit: Promise<void>;
  let repairs: Repairs;

  beforeEach(() => {
    stop = new AbortController();
    [failures, nonces, delayed, errors, open] = [[], [], [], [], 0];
    mayCommit = Promise.resolve();
    const database = scriptedDatabase(async () => {
      open += 1;
      return {
        ...SILENT_SESSION,
        tryBarrier: async ({ nonce, onRead }) => {
          nonces.push(nonce);
          onRead?.(tables);
          const code = failures.shift();
          if (code !== undefined) throw new LenkwerkError(code, 'not now');
          await mayCommit;
          return { after: ZERO_LSN, tables };
        },
        close: async () => {
          open -= 1;
        },
      };
    });
    const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
    const options = { onDelayed: (reason: LenkwerkError) => delayed.push(reason) };
    const context = scriptedContext({ database, logger });
    repairs = new Repairs(context, { ...options, signal: stop.signal });
  });

  test('each is known by its barrier, once', async () => {
    repairs.request(new Set(['a']));
    await repairs.ended();
    const [nonce = ''] = nonces;
    expect(repairs.take('of another client')).toBeUndefined();
    expect(repairs.take(nonce)).toEqual({ keys: new Set(['a']), tables });
    expect(repairs.take(nonce)).toBeUndefined();
    repairs.request('everything');
    await repairs.ended();
    expect(repairs.take(nonces[1] ?? '')?.keys).toBe('everything');
    expect([nonces.length, open]).toEqual([2, 0]);
  });

  test('those that are asked for meanwhile are one', async () => {
    let commit = () => {};
    mayCommit = new Promise((resolve) => {
      commit = resolve;
    });
    repairs.request(new Set(['a']));
    await waitFor(() => nonces.length === 1, { what: 'the first barrier' });
    repairs.request(new Set(['b']));
    repairs.request(new Set(['c']));
    commit();
    await repairs.ended();
    const keys = nonces.map((nonce) => repairs.take(nonce)?.keys);
    expect(keys).toEqual([new Set(['a']), new Set(['b', 'c'])]);
  });

  test('one that fails is tried again, and its barrier denotes nothing', async () => {
    failures = ['database-unavailable'];
    repairs.request(new Set(['a']));
    await repairs.ended();
    const keys = nonces.map((nonce) => repairs.take(nonce)?.keys);
    expect(keys).toEqual([undefined, new Set(['a'])]);
    expect([delayed, errors, open]).toEqual([[], [], 0]);
  });

  test('a database that lacks something is reported at once, and tried seldom', async () => {
    failures = ['database-not-initialised'];
    repairs.request('everything');
    await waitFor(() => delayed.length > 0, { what: 'the report' });
    expect(delayed.map(({ code }) => code)).toEqual(['database-not-initialised']);
    expect(errors).toEqual(['a repair has to wait']);
    stop.abort();
    await repairs.ended();
    expect([nonces.length, open]).toEqual([1, 0]);
  });

  test('the end of the session closes what is open', async () => {
    mayCommit = new Promise(() => {});
    repairs.request('everything');
    await waitFor(() => open === 1 && nonces.length === 1, { what: 'a session' });
    stop.abort();
    await waitFor(() => open === 0, { what: 'its end' });
    repairs.request('everything');
    expect(nonces).toHaveLength(1);
  });
});
