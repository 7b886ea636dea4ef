import { describe, expect, test } from 'vitest';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { CommitTooLarge } from '../../../src/model/errors.js';
import { uniquePrefix } from '../servers/servers.js';
import { commitOrThrow, entries, freeCommit } from './commits.js';

/** What a commit promises: its guard, its atomicity, its limits. */
export function describeCommitContract(store: () => KeyValueStore): void {
  describe('commit', () => {
    testCommits(store);
    testLimits(store);
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

  test.each([5n, 0n])(
    'a guard of revision %s conflicts when there is no key',
    async (modRevision) => {
      const key = `${uniquePrefix()}/guard`;
      const guard = { key, expected: { value: 'zero', modRevision }, value: 'one' };
      const outcome = await store().commit({ puts: new Map(), deletes: new Set(), guard });
      expect(outcome).toEqual({ kind: 'conflict', current: undefined });
    },
  );

  test('a guard of the same revision with another value conflicts', async () => {
    const key = `${uniquePrefix()}/guard`;
    const commit = { puts: new Map(), deletes: new Set<string>() };
    const first = { key, expected: undefined, value: 'one' };
    const modRevision = await commitOrThrow(store(), { ...commit, guard: first });
    const current = { value: 'one', modRevision };
    const guard = { key, expected: { value: 'other', modRevision }, value: 'two' };
    expect(await store().commit({ ...commit, guard })).toEqual({ kind: 'conflict', current });
    const never = { ...guard, expected: { value: 'one', modRevision: 0n } };
    expect(await store().commit({ ...commit, guard: never })).toEqual({
      kind: 'conflict',
      current,
    });
    const right = { ...guard, expected: current };
    expect(await store().commit({ ...commit, guard: right })).toMatchObject({ kind: 'committed' });
  });

  test('a conflict changes nothing', async () => {
    const prefix = uniquePrefix();
    await commitOrThrow(store(), freeCommit(prefix, [[`${prefix}/kept`, 'kept']]));
    const before = await store().readRange([prefix]);
    const expected = { value: 'x', modRevision: 1n };
    const guard = { key: `${prefix}/guard`, expected, value: 'x' };
    const puts = new Map(entries(prefix, 300));
    await store().commit({ puts, deletes: new Set([`${prefix}/kept`]), guard });
    expect((await store().readRange([prefix])).records).toEqual(before.records);
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
    const { records } = await store().readRange([`${prefix}/`]);
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
    const before = await store().readRange([`${prefix}/`], revision - 1n);
    const after = await store().readRange([`${prefix}/`], revision);
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
      freeCommit(prefix, [
        [key, 'x'.repeat(maxBytes)],
        [`${key}2`, ''],
      ]),
      freeCommit(prefix, [[key, 'x']], [key]),
    ];
    for (const commit of commits) {
      const rejected = store().commit(commit);
      await expect(rejected).rejects.toMatchObject({ code: 'store-rejected', retryable: false });
    }
    expect((await store().readRange([prefix])).records).toEqual([]);
  });

  test('a record that is too large is rejected by a commit as by a probe', async () => {
    const prefix = uniquePrefix();
    const key = `${prefix}/a`;
    const value = 'x'.repeat(4 * 1024 * 1024);
    const commit = store().commit(freeCommit(prefix, [[key, value]]));
    await expect(commit).rejects.toBeInstanceOf(CommitTooLarge);
    await expect(store().probeRecord(key, value)).rejects.toBeInstanceOf(CommitTooLarge);
    await store().probeRecord(key, 'x'.repeat(1_000_000));
    expect((await store().readRange([prefix])).records).toEqual([]);
  });
}
