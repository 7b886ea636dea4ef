/** How a ZooKeeper holds what a store promises. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import type { Connection } from '../../../../src/kvstore/zookeeper/protocol/connection.js';
import {
  ANY_VERSION,
  create,
  exists,
  getData,
  setData,
} from '../../../../src/kvstore/zookeeper/protocol/requests.js';
import { CommitTooLarge } from '../../../../src/model/errors.js';
import { uniquePrefix } from '../../../support/servers/servers.js';
import { commitOrThrow, freeCommit } from '../../../support/store-contract/commits.js';
import { Watching } from '../../../support/store-contract/watch-contract.js';
import { OPEN_ACL, openSession } from '../../../support/zookeeper/session.js';
import {
  connectToZookeeper,
  describeWithZookeeper,
  zookeeperEndpoint,
} from '../../../support/zookeeper/store.js';

describeWithZookeeper('ZooKeeper as a store', () => {
  let store: KeyValueStore;
  let session: Connection;
  beforeAll(async () => {
    store = await connectToZookeeper([zookeeperEndpoint()]);
    session = await openSession(zookeeperEndpoint());
  });
  afterAll(async () => {
    await store.close();
    await session.close();
  });
  const dataOf = async (path: string) => (await session.send(getData(path))).data?.toString();

  describe('the nodes', () => {
    test('a record with records below it goes, and they stay', async () => {
      const at = uniquePrefix();
      const puts = [
        [`${at}/1`, 'one'],
        [`${at}/1/7`, 'seven'],
      ] as const;
      await commitOrThrow(store, freeCommit(`${at}!`, puts));
      expect(await dataOf(`${at}/1`)).toBe('one');
      await commitOrThrow(store, freeCommit(`${at}!`, [], [`${at}/1`]));
      expect(await dataOf(`${at}/1`)).toBeUndefined();
      expect(await store.read(`${at}/1`)).toBeUndefined();
      expect((await store.readRange([`${at}/`])).records.map(({ key }) => key)).toEqual([
        `${at}/1/7`,
      ]);
      await commitOrThrow(store, freeCommit(`${at}!`, [[`${at}/1`, 'again']], [`${at}/1/7`]));
      expect(await dataOf(`${at}/1`)).toBe('again');
      await expect(session.send(exists(`${at}/1/7`))).rejects.toThrow('there is no such node');
    });

    test('a record goes with those below it, and makes way for a new one below', async () => {
      const at = uniquePrefix();
      const puts = [
        [`${at}/1`, 'x'],
        [`${at}/1/7`, 'x'],
        [`${at}/2`, 'x'],
      ] as const;
      await commitOrThrow(store, freeCommit(`${at}!`, puts));
      const deletes = puts.map(([key]) => key);
      await commitOrThrow(store, freeCommit(`${at}!`, [[`${at}/2/a/b`, 'new']], deletes));
      await expect(session.send(exists(`${at}/1`))).rejects.toThrow('there is no such node');
      expect(await dataOf(`${at}/2`)).toBeUndefined();
      expect(await dataOf(`${at}/2/a/b`)).toBe('new');
    });

    test('nodes that others created count as records, and a commit finds them', async () => {
      const at = uniquePrefix();
      await session.send(create({ path: at, data: undefined, acl: OPEN_ACL }));
      await session.send(create({ path: `${at}/a`, data: Buffer.from('raw'), acl: OPEN_ACL }));
      const record = await store.read(`${at}/a`);
      expect((await store.readRange([`${at}/`])).records).toEqual([{ key: `${at}/a`, ...record }]);
      expect(record?.value).toBe('raw');
      await commitOrThrow(store, freeCommit(`${at}!`, [[`${at}/a`, 'ours']]));
      expect(await dataOf(`${at}/a`)).toBe('ours');
    });

    test('a value that another client put under the guard is a conflict', async () => {
      const at = uniquePrefix();
      const guard = { key: `${at}/guard`, expected: undefined, value: 'one' };
      const nothing = { puts: new Map(), deletes: new Set<string>() };
      const modRevision = await commitOrThrow(store, { ...nothing, guard });
      const { stat } = await session.send(getData(guard.key));
      await session.send(setData({ path: guard.key, version: stat.version }, Buffer.from('raw')));
      const next = { ...guard, expected: { value: 'one', modRevision }, value: 'two' };
      const outcome = await store.commit({ ...nothing, guard: next });
      expect(outcome).toMatchObject({ kind: 'conflict', current: { value: 'raw' } });
    });
  });

  test('long keys are read in requests that the server takes, and the longest is refused', async () => {
    const at = uniquePrefix();
    const keys = Array.from({ length: 120 }, (_, i) => `${at}/${i}/${'k'.repeat(20_000)}`);
    for (let start = 0; start < keys.length; start += 20) {
      const puts = keys.slice(start, start + 20).map((key) => [key, 'x'] as const);
      await commitOrThrow(store, freeCommit(`${at}!`, puts));
    }
    expect((await store.readRange([`${at}/`])).records).toHaveLength(keys.length);
    const deletes = keys.slice(0, 20);
    await commitOrThrow(store, freeCommit(`${at}!`, [], deletes));
    expect((await store.readRange([`${at}/`])).records).toHaveLength(keys.length - 20);
    const longest = freeCommit(`${at}!`, [[`${at}/${'k'.repeat(1_100_000)}`, 'x']]);
    await expect(store.commit(longest)).rejects.toBeInstanceOf(CommitTooLarge);
  });

  describe("what a commit of one's own left", () => {
    test('is known to the next one, and what others made of it is looked up', async () => {
      const at = uniquePrefix();
      const key = `${at}/1`;
      const begun = freeCommit(`${at}!`, [[key, 'one']]);
      const guard = begun.guard.key;
      const first = await commitOrThrow(store, begun);
      const held = { value: '{}', modRevision: first };
      await session.send(setData({ path: key, version: ANY_VERSION }, Buffer.from('foreign')));
      const puts = new Map([[key, 'two']]);
      const next = {
        puts,
        deletes: new Set<string>(),
        guard: { key: guard, expected: held, value: '{"n":2}' },
      };
      const second = await commitOrThrow(store, next);
      // The journal holds what the foreign write had made of the record.
      const [before] = (await store.readRange([key], first)).records;
      expect(before).toMatchObject({ key, value: 'foreign' });
      expect(await store.read(key)).toEqual({ value: 'two', modRevision: second });
    });

    test('is no excuse for a guard that another program wrote', async () => {
      const at = uniquePrefix();
      const begun = freeCommit(`${at}!`, [[`${at}/1`, 'one']]);
      const guard = begun.guard.key;
      const first = await commitOrThrow(store, begun);
      await session.send(setData({ path: guard, version: ANY_VERSION }, Buffer.from('foreign')));
      const expected = { value: '{}', modRevision: first };
      const commit = { puts: new Map([[`${at}/1`, 'two']]), deletes: new Set<string>() };
      const outcome = await store.commit({
        ...commit,
        guard: { key: guard, expected, value: '{"n":2}' },
      });
      expect(outcome).toMatchObject({ kind: 'conflict', current: { value: 'foreign' } });
      expect(await store.read(`${at}/1`)).toMatchObject({ value: 'one' });
    });

    test('is forgotten where another store deleted it, with what was below', async () => {
      const at = uniquePrefix();
      const other = await connectToZookeeper([zookeeperEndpoint()]);
      await commitOrThrow(store, freeCommit(`${at}!`, [[`${at}/1`, 'x']]));
      await commitOrThrow(other, freeCommit(`${at}#`, [[`${at}/1/7`, 'x']], [`${at}/2`]));
      await commitOrThrow(store, freeCommit(`${at}?`, [], [`${at}/1`]));
      expect(await store.read(`${at}/1/7`)).toMatchObject({ value: 'x' });
      await commitOrThrow(other, freeCommit(`${at}*`, [], [`${at}/1/7`]));
      await commitOrThrow(
        store,
        freeCommit(`${at}+`, [
          [`${at}/1`, 'again'],
          [`${at}/1/7`, 'y'],
        ]),
      );
      expect((await other.readRange([`${at}/`])).records.map(({ value }) => value)).toEqual([
        'again',
        'y',
      ]);
      await other.close();
    });
  });

  test('stores of several prefixes have journals of their own, of which none is a record', async () => {
    const at = uniquePrefix();
    const [eu, us] = await Promise.all(
      ['/eu', '/us'].map((one) => connectToZookeeper([zookeeperEndpoint()], { prefix: at + one })),
    );
    if (eu === undefined || us === undefined) throw new Error('two stores');
    const { revision: after } = await us.readRange([`${at}/us/`]);
    const watching = new Watching(us, { prefix: `${at}/us/`, after });
    await commitOrThrow(eu, freeCommit(`${at}/eu/guard`, [[`${at}/eu/a`, '1']]));
    const revision = await commitOrThrow(us, freeCommit(`${at}/us`, [[`${at}/us/a`, '2']]));
    const [first] = await watching.receive(1);
    expect(first).toMatchObject({ kind: 'changes', revision });
    await watching.stop();
    const { records } = await us.readRange([`${at}/`]);
    const plain = records.map(({ key }) => key).filter((key) => !key.includes('guard'));
    expect(plain).toEqual([`${at}/eu/a`, `${at}/us/a`]);
    await Promise.all([eu.close(), us.close()]);
  });

  test('a chroot is created with the first commit, and holds everything', async () => {
    const chroot = uniquePrefix();
    const settings = { chroot: `${chroot}/a`, prefix: '/eu' };
    const rooted = await connectToZookeeper([zookeeperEndpoint()], settings);
    await expect(session.send(exists(chroot))).rejects.toThrow('there is no such node');
    await commitOrThrow(
      rooted,
      freeCommit('/eu', [
        ['/eu/Index/1', '{}'],
        ['/zookeeper', 'x'],
      ]),
    );
    expect(await dataOf(`${chroot}/a/eu/Index/1`)).toBe('{}');
    expect(await rooted.read('/zookeeper')).toMatchObject({ value: 'x' });
    expect(await store.read(`${chroot}/a/eu/Index/1`)).toMatchObject({ value: '{}' });
    await rooted.close();
  });
});
