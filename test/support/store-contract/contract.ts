/** The contract of every driver of a key-value store, tested on a real store. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { JsonNumber } from '../../../src/model/json.js';
import { uniquePrefix } from '../servers/servers.js';
import { commitOrThrow, entries, freeCommit } from './commits.js';
import { describeWatchContract } from './watch-contract.js';

type MakeStore = () => Promise<KeyValueStore>;

export function describeStoreContract(name: string, makeStore: MakeStore): void {
  describe(`${name}: the store contract`, () => {
    let store: KeyValueStore;
    beforeAll(async () => {
      store = await makeStore();
    });
    afterAll(() => store.close());

    testReading(() => store);
    testCommits(() => store);
    testLimits(() => store);
    testJsonAccess(() => store);
    describeWatchContract(() => store);
  });
}

const STRANGE_PARTS = [
  'with space',
  'a/b//c',
  `'single' "double" \\back`,
  'ä€😀',
  '%2F?&=#',
  'tab\tnew\nline',
  'nul\u0000byte',
];

function testReading(store: () => KeyValueStore): void {
  test('a key that does not exist is undefined', async () => {
    expect(await store().read(`${uniquePrefix()}/nothing`)).toBeUndefined();
  });

  test('keys and values come back exactly as they were written', async () => {
    const prefix = uniquePrefix();
    const puts = STRANGE_PARTS.map((part) => [`${prefix}/${part}`, part] as const);
    const empty = [`${prefix}/empty`, ''] as const;
    const revision = await commitOrThrow(store(), freeCommit(`${prefix}!`, [...puts, empty]));
    for (const [key, value] of [...puts, empty]) {
      expect(await store().read(key)).toEqual({ value, modRevision: revision });
    }
    const { records } = await store().readRange(`${prefix}/`);
    const byBytes = [...puts, empty].map(([key]) => Buffer.from(key)).sort(Buffer.compare);
    expect(records.map(({ key }) => key)).toEqual(byBytes.map(String));
    expect(new Map(records.map(({ key, value }) => [key, value]))).toEqual(
      new Map([...puts, empty]),
    );
  });

  test('a range holds the keys under its prefix and no others', async () => {
    const prefix = uniquePrefix();
    const inside = [`${prefix}/`, `${prefix}/a`, `${prefix}/\uffff`];
    const outside = [prefix, `${prefix}.`, `${prefix}0`];
    const puts = [...inside, ...outside].map((key) => [key, 'x'] as const);
    await commitOrThrow(store(), freeCommit(`${prefix}!`, puts));
    const { records } = await store().readRange(`${prefix}/`);
    expect(records.map(({ key }) => key)).toEqual(inside);
  });

  test('a range of nothing has a revision and no records', async () => {
    const snapshot = await store().readRange(uniquePrefix());
    expect(snapshot.records).toEqual([]);
    expect(snapshot.revision).toBeGreaterThan(0n);
  });

  test('a range at a revision shows the past', async () => {
    const prefix = uniquePrefix();
    const key = `${prefix}/a`;
    const first = await commitOrThrow(store(), freeCommit(`${prefix}!`, [[key, 'old']]));
    const second = await commitOrThrow(
      store(),
      freeCommit(`${prefix}!`, [[`${key}2`, 'x']], [key]),
    );
    const past = await store().readRange(`${prefix}/`, first);
    expect(past).toEqual({ revision: first, records: [{ key, value: 'old', modRevision: first }] });
    const now = await store().readRange(`${prefix}/`);
    expect(now.records).toEqual([{ key: `${key}2`, value: 'x', modRevision: second }]);
  });

  test('a revision that the store does not have yet is inconclusive', async () => {
    const { revision } = await store().readRange(uniquePrefix());
    const ahead = store().readRange('/', revision + 1_000_000n);
    await expect(ahead).rejects.toMatchObject({ code: 'inconclusive', retryable: true });
  });

  test('many keys with big values are read at one revision while a writer changes them', async () => {
    const prefix = uniquePrefix();
    const value = 'x'.repeat(10_000);
    const keys = Array.from(
      { length: 2_000 },
      (_, i) => `${prefix}/k${String(i).padStart(5, '0')}`,
    );
    for (let start = 0; start < keys.length; start += 100) {
      const puts = keys.slice(start, start + 100).map((key) => [key, value] as const);
      await commitOrThrow(store(), freeCommit(`${prefix}!`, puts));
    }
    const ends = [keys.at(0) ?? '', keys.at(-1) ?? ''];
    let reading = true;
    const writing = (async () => {
      for (let i = 0; reading; i += 1) {
        const puts = ends.map((key) => [key, String(i)] as const);
        await commitOrThrow(store(), freeCommit(`${prefix}!`, puts));
      }
    })();
    for (let listing = 0; listing < 3; listing += 1) {
      const { records } = await store().readRange(`${prefix}/`);
      expect(records.map(({ key }) => key)).toEqual(keys);
      expect(records.at(0)?.value).toBe(records.at(-1)?.value);
    }
    reading = false;
    await writing;
  });
}

function testCommits(store: () => KeyValueStore): void {
  test('an absent guard commits when the key is absent, and conflicts when it is there', async () => {
    const key = `${uniquePrefix()}/guard`;
    const commit = { puts: new Map(), deletes: new Set<string>() };
    const guard = { key, expected: undefined, value: 'one' };
    const revision = await commitOrThrow(store(), { ...commit, guard });
    expect(await store().read(key)).toEqual({ value: 'one', modRevision: revision });
    const again = await store().commit({ ...commit, guard: { ...guard, value: 'two' } });
    expect(again).toEqual({ kind: 'conflict', current: { value: 'one', modRevision: revision } });
  });

  test('a guard with a revision conflicts when the key is gone', async () => {
    const key = `${uniquePrefix()}/guard`;
    const guard = { key, expected: 5n, value: 'one' };
    const outcome = await store().commit({ puts: new Map(), deletes: new Set(), guard });
    expect(outcome).toEqual({ kind: 'conflict', current: undefined });
  });

  test('a conflict changes nothing', async () => {
    const prefix = uniquePrefix();
    await commitOrThrow(store(), freeCommit(prefix, [[`${prefix}/kept`, 'kept']]));
    const before = await store().readRange(prefix);
    const guard = { key: `${prefix}/guard`, expected: 1n, value: 'x' };
    const puts = new Map(entries(prefix, 300));
    await store().commit({ puts, deletes: new Set([`${prefix}/kept`]), guard });
    expect((await store().readRange(prefix)).records).toEqual(before.records);
  });

  test('of the same commit sent many times at once exactly one wins', async () => {
    const prefix = uniquePrefix();
    const commit = freeCommit(prefix, entries(prefix, 3));
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => store().commit(commit)));
    const [won] = outcomes.filter(({ kind }) => kind === 'committed');
    expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.kind !== 'conflict' || won?.kind !== 'committed') continue;
      expect(outcome.current).toEqual({ value: '{}', modRevision: won.revision });
    }
  });

  test.each([1, 127, 128, 4_000])('%i changes become visible in one revision', async (count) => {
    const prefix = uniquePrefix();
    const size = Math.min(count, store().limits.maxChanges - 1);
    const revision = await commitOrThrow(store(), freeCommit(`${prefix}!`, entries(prefix, size)));
    const { records } = await store().readRange(`${prefix}/`);
    expect(records).toHaveLength(size);
    expect(new Set(records.map(({ modRevision }) => modRevision))).toEqual(new Set([revision]));
  });

  test('puts and deletes take effect together', async () => {
    const prefix = uniquePrefix();
    await commitOrThrow(store(), freeCommit(`${prefix}!`, entries(prefix, 400, 'old')));
    const deletes = entries(prefix, 400).map(([key]) => key);
    const puts = entries(`${prefix}/new`, 400);
    const absent = `${prefix}/was-never-there`;
    const revision = await commitOrThrow(
      store(),
      freeCommit(`${prefix}!`, puts, [...deletes, absent]),
    );
    const before = await store().readRange(`${prefix}/`, revision - 1n);
    const after = await store().readRange(`${prefix}/`, revision);
    expect(before.records.map(({ value }) => value.slice(0, 3))).toEqual(Array(400).fill('old'));
    expect(new Map(after.records.map(({ key, value }) => [key, value]))).toEqual(new Map(puts));
  });
}

function testLimits(store: () => KeyValueStore): void {
  test('a value of a megabyte is taken', async () => {
    const prefix = uniquePrefix();
    const value = 'ä'.repeat(500_000);
    await commitOrThrow(store(), freeCommit(prefix, [[`${prefix}/big`, value]]));
    expect((await store().read(`${prefix}/big`))?.value).toBe(value);
  });

  test('a commit as large as the limits allow is taken', async () => {
    const prefix = uniquePrefix();
    const { maxChanges, maxBytes } = store().limits;
    const overhead = `${prefix}/0000`.length;
    const valueBytes = Math.floor((maxBytes - 200) / maxChanges) - overhead;
    const puts = Array.from(
      { length: maxChanges },
      (_, i) => [`${prefix}/${String(i).padStart(4, '0')}`, 'x'.repeat(valueBytes)] as const,
    );
    const revision = await commitOrThrow(store(), freeCommit(prefix, puts));
    expect(revision).toBeGreaterThan(0n);
  });

  test('too many changes, too many bytes and one key twice are rejected', async () => {
    const prefix = uniquePrefix();
    const { maxChanges, maxBytes } = store().limits;
    const key = `${prefix}/a`;
    const commits = [
      freeCommit(prefix, entries(prefix, maxChanges + 1)),
      freeCommit(prefix, [[key, 'x'.repeat(maxBytes)]]),
      freeCommit(prefix, [[key, 'x']], [key]),
    ];
    for (const commit of commits) {
      const rejected = store().commit(commit);
      await expect(rejected).rejects.toMatchObject({ code: 'store-rejected', retryable: false });
    }
    expect((await store().readRange(prefix)).records).toEqual([]);
  });
}

function testJsonAccess(store: () => KeyValueStore): void {
  test('kvwrite and kvread keep JSON exactly', async () => {
    const key = `${uniquePrefix()}/json`;
    const value = new Map([['n', new JsonNumber('12345678901234567890.10')]]);
    expect(await store().kvwrite(key, value)).toBe(true);
    expect(await store().kvread(key)).toEqual(value);
    expect(await store().kvread(`${key}/absent`)).toBeUndefined();
  });

  test('kvwrite of too large a value returns false', async () => {
    const value = 'x'.repeat(4 * 1024 * 1024);
    expect(await store().kvwrite(`${uniquePrefix()}/json`, value)).toBe(false);
  });

  test('kvread of a value that is not JSON throws and names the key', async () => {
    const prefix = uniquePrefix();
    const key = `${prefix}/text`;
    await commitOrThrow(store(), freeCommit(prefix, [[key, 'not json']]));
    const reading = store().kvread(key);
    await expect(reading).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(reading).rejects.toThrow(key);
  });
}
