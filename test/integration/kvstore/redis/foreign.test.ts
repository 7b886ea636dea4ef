/** What other programs do with plain commands, on the shared Redis, in databases of their own. */
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { kvconnect } from '../../../../src/kvstore/connect.js';
import type { RedisClient } from '../../../../src/kvstore/redis/connection/client.js';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { openRaw } from '../../../support/redis/servers.js';
import { uniquePrefix } from '../../../support/servers/servers.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { describeWithStore } from '../../../support/store-contract/places.js';
import { replay, Watching } from '../../../support/store-contract/watch-contract.js';
import { waitFor } from '../../../support/wait.js';

describeWithStore('redis', 'beside other programs', () => {
  let prefix: string;
  let store: KeyValueStore;
  let other: RedisClient;

  beforeEach(async () => {
    prefix = uniquePrefix();
    const endpoint = inject('redisEndpoint');
    store = await kvconnect({ url: `redis://${endpoint}?prefix=${prefix}` });
    other = await openRaw(endpoint);
  });

  afterEach(async () => {
    other.destroy();
    await store.close();
  });

  test('a value that another program put under the guard is a conflict, and can be seen', async () => {
    const key = `${prefix}/guard`;
    const changes = { puts: new Map([[`${prefix}/a`, '1']]), deletes: new Set<string>() };
    const guard = { key, expected: undefined, value: 'one' };
    const modRevision = await commitOrThrow(store, { ...changes, guard });
    await other.send(['SET', key, 'foreign']);
    const expected = { value: 'one', modRevision };
    const current = { value: 'foreign', modRevision };
    const next = { ...changes, guard: { key, expected, value: 'two' } };
    expect(await store.commit(next)).toEqual({ kind: 'conflict', current });
    expect(await store.read(key)).toEqual(current);
    await commitOrThrow(store, { ...changes, guard: { ...next.guard, expected: current } });
    await other.send(['DEL', key]);
    expect(await store.commit(next)).toEqual({ kind: 'conflict', current: undefined });
  });

  test('a watch delivers what other programs change, delete and let expire', async () => {
    const keys = ['a', 'b', 'c', 'd'].map((name) => `${prefix}/t/${name}`);
    const [a = '', b = '', c = '', d = ''] = keys;
    await commitOrThrow(
      store,
      freeCommit(
        prefix,
        [a, b, c].map((key) => [key, 'ours']),
      ),
    );
    const watching = new Watching(store, { prefix: `${prefix}/t/` });
    await watching.receive(1);
    await other.send(['SET', a, 'foreign']);
    await watching.receive(2);
    await other.send(['DEL', b]);
    await watching.receive(3);
    await other.send(['PEXPIRE', c, '1']);
    await other.send(['SET', d, 'new']);
    const isSeen = () => {
      const seen = replay(watching.events);
      return !seen.has(c) && seen.has(d);
    };
    // The server notices that a key has expired at its next look at some of them.
    await waitFor(async () => (await other.send(['GET', c])) === null, { what: 'the key to go' });
    await waitFor(isSeen, { what: 'the changes' });
    expect(replay(watching.events)).toEqual(
      new Map([
        [a, 'foreign'],
        [d, 'new'],
      ]),
    );
    await watching.stop();
  });

  test('a commit is delivered once, also where another program writes at the same time', async () => {
    const watching = new Watching(store, { prefix: `${prefix}/t/` });
    await watching.receive(1);
    const revisions: bigint[] = [];
    for (let n = 0; n < 30; n += 1) {
      const puts = entries(`${prefix}/t`, 20, `${n}-`);
      revisions.push(await commitOrThrow(store, freeCommit(prefix, puts)));
      if (n % 10 === 0) await other.send(['SET', `${prefix}/t/foreign`, String(n)]);
    }
    const isOver = () => {
      const last = replay(watching.events);
      return last.get(`${prefix}/t/k0`) === '29-0' && last.get(`${prefix}/t/foreign`) === '20';
    };
    await waitFor(isOver, { what: 'all changes' });
    await watching.stop();
    const delivered = watching.events.flatMap((event) =>
      event.kind === 'changes' && event.changes.length === 20 ? [event.revision] : [],
    );
    expect(delivered).toEqual(revisions);
    const others = watching.events.flatMap((event) =>
      event.kind === 'changes' && event.changes.length < 20 ? event.changes : [],
    );
    expect(new Set(others.map(({ key }) => key))).toEqual(new Set([`${prefix}/t/foreign`]));
  });

  test('the same key in another database of the server is none of ours', async () => {
    const key = `${prefix}/t/a`;
    await commitOrThrow(store, freeCommit(prefix, [[key, 'ours']]));
    const watching = new Watching(store, { prefix: `${prefix}/t/` });
    await watching.receive(1);
    const elsewhere = await openRaw(inject('redisEndpoint'), { database: 7 });
    await elsewhere.send(['SET', key, 'theirs']);
    await elsewhere.send(['DEL', key]);
    elsewhere.destroy();
    const revision = await commitOrThrow(store, freeCommit(prefix, [[key, 'new']]));
    const events = await watching.receive(2);
    await watching.stop();
    const changes = [{ key, value: 'new' }];
    expect(events.slice(1)).toEqual([{ kind: 'changes', revision, changes }]);
  });

  test('a key of another type refuses the commit that would write it, by name and whole', async () => {
    const key = `${prefix}/t/hash`;
    await other.send(['HSET', key, 'field', 'value']);
    const commit = freeCommit(prefix, [
      [`${prefix}/t/a`, '1'],
      [key, '2'],
    ]);
    const refused = {
      code: 'store-rejected',
      retryable: false,
      message: `commit: ${key}: WRONGTYPE Operation against a key holding the wrong kind of value`,
      hint: 'another program wrote it: look at it, then remove it with DEL',
    };
    await expect(store.commit(commit)).rejects.toMatchObject(refused);
    await expect(store.commit(freeCommit(prefix, [], [key]))).rejects.toMatchObject(refused);
    await expect(store.probeRecord(key, '2')).rejects.toMatchObject({ code: 'store-rejected' });
    expect(await store.read(key)).toBeUndefined();
    expect((await store.readRange([`${prefix}/`])).records).toEqual([]);
    await other.send(['DEL', key]);
    await commitOrThrow(store, commit);
  });

  test('a value that is longer than is read counts as none, and is replaced by a commit', async () => {
    const key = `${prefix}/t/a`;
    await commitOrThrow(store, freeCommit(prefix, [[key, '1']]));
    const watching = new Watching(store, { prefix: `${prefix}/t/` });
    await watching.receive(1);
    await other.send(['SETRANGE', key, String(17 * 1024 ** 2), 'x']);
    const [, event] = await watching.receive(2);
    expect(event).toMatchObject({ kind: 'changes', changes: [{ key, value: undefined }] });
    expect(await store.read(key)).toBeUndefined();
    expect((await store.readRange([`${prefix}/t/`])).records).toEqual([]);
    await commitOrThrow(store, freeCommit(prefix, [[key, '2']]));
    expect((await store.read(key))?.value).toBe('2');
    await watching.receive(3);
    expect(replay(watching.events)).toEqual(new Map([[key, '2']]));
    await watching.stop();
  });

  test.each(['Head', 'Revisions', 'Journal', 'Sizes'])(
    'bookkeeping of another type (%s) refuses every commit, and nothing is written',
    async (name) => {
      const key = `${prefix}/Lenkwerk/${name}`;
      await other.send(['SET', key, 'foreign']);
      const commit = store.commit(freeCommit(prefix, [[`${prefix}/t/a`, '1']]));
      await expect(commit).rejects.toMatchObject({ code: 'store-rejected', retryable: false });
      await expect(commit).rejects.toThrow('WRONGTYPE');
      const keys = await other.send(['KEYS', `${prefix}*`]);
      expect(keys).toEqual([key]);
    },
  );

  test.each(['Head', 'Revisions', 'Journal', 'Sizes'])(
    'bookkeeping that was deleted (%s) loses no record, and is there again with a commit',
    async (name) => {
      const key = `${prefix}/t/a`;
      await commitOrThrow(store, freeCommit(prefix, [[key, '1']]));
      const watching = new Watching(store, { prefix: `${prefix}/t/` });
      await watching.receive(1);
      await other.send(['DEL', `${prefix}/Lenkwerk/${name}`]);
      const values = async () =>
        (await store.readRange([`${prefix}/t/`])).records.map(({ value }) => value);
      expect(await values()).toEqual(['1']);
      await commitOrThrow(store, freeCommit(prefix, [[key, '2']]));
      expect(await values()).toEqual(['2']);
      const isSeen = () => replay(watching.events).get(key) === '2';
      await waitFor(isSeen, { what: 'the change' });
      await watching.stop();
    },
  );

  test('an entry of another form in the journal is named, with what helps', async () => {
    await commitOrThrow(store, freeCommit(prefix, [[`${prefix}/t/a`, '1']]));
    const { revision } = await store.readRange([`${prefix}/t/`]);
    const id = `${revision + 1n}-0`;
    await other.send(['XADD', `${prefix}/Lenkwerk/Journal`, id, 'mark', 'x', 'a', 'b']);
    await expect(store.readRange([`${prefix}/t/`])).rejects.toMatchObject({
      code: 'store-rejected',
      message: 'the journal of the store is not in the form of this version',
      hint: 'another program wrote to it: delete the keys below its prefix',
    });
  });
});
