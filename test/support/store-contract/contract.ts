/** The contract of every driver of a key-value store, tested on a real store. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { kvconnect } from '../../../src/kvstore/connect.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { JsonNumber } from '../../../src/model/json.js';
import { uniquePrefix } from '../servers/servers.js';
import { TcpProxy } from '../tcp-proxy.js';
import { describeAcknowledgementContract } from './acknowledgement-contract.js';
import { describeCommitContract } from './commit-contract.js';
import { commitOrThrow, freeCommit } from './commits.js';
import { createPlace, describeWithStore, type StorePlace } from './places.js';
import { describeWatchContract, Watching } from './watch-contract.js';

/** For the driver of this type; its place is in places.ts. */
export function describeStoreContract(type: string): void {
  describeWithStore(type, `${type}: the store contract`, () => {
    let place: StorePlace;
    let store: KeyValueStore;
    beforeAll(async () => {
      place = await createPlace(type);
      store = await place.connect();
    });
    afterAll(async () => {
      await store.close();
      await place.drop();
    });

    testReading(() => store);
    describeCommitContract(() => store);
    testJsonAccess(() => store);
    testConnections(() => place);
    describeWatchContract(() => store);
    describeAcknowledgementContract(type, () => store);
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
    const { records } = await store().readRange([`${prefix}/`]);
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
    const { records } = await store().readRange([`${prefix}/`]);
    expect(records.map(({ key }) => key)).toEqual(inside);
  });

  test('several ranges are of one revision, and sorted together', async () => {
    const prefix = uniquePrefix();
    const keys = [`${prefix}/b/1`, `${prefix}/a/1`, `${prefix}/c`, `${prefix}/\u{ff5e}/1`];
    const elsewhere = `${prefix}/d/1`;
    const write = (value: string) => {
      const puts = [...keys, elsewhere].map((key) => [key, value] as const);
      return commitOrThrow(store(), freeCommit(`${prefix}!`, puts));
    };
    const revisions = new Map([[await write('0'), '0']]);
    const prefixes = [`${prefix}/b/`, `${prefix}/\u{ff5e}/`, `${prefix}/a/`, `${prefix}/c`];
    let isWriting = true;
    const writing = (async () => {
      for (let n = 1; isWriting; n += 1) revisions.set(await write(String(n)), String(n));
    })();
    const snapshots = [];
    for (let n = 0; n < 20; n += 1) snapshots.push(await store().readRange(prefixes));
    isWriting = false;
    await writing;
    const sorted = [`${prefix}/a/1`, `${prefix}/b/1`, `${prefix}/c`, `${prefix}/\u{ff5e}/1`];
    for (const { revision, records } of snapshots) {
      expect(records.map(({ key }) => key)).toEqual(sorted);
      const values = new Set(records.map(({ value }) => value));
      const newest = [...revisions].filter(([written]) => written <= revision).at(-1);
      expect([...values]).toEqual([newest?.[1]]);
    }
  });

  test('a range of nothing has a revision and no records', async () => {
    const snapshot = await store().readRange([uniquePrefix()]);
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
    const past = await store().readRange([`${prefix}/`], first);
    expect(past).toEqual({ revision: first, records: [{ key, value: 'old', modRevision: first }] });
    const now = await store().readRange([`${prefix}/`]);
    expect(now.records).toEqual([{ key: `${key}2`, value: 'x', modRevision: second }]);
  });

  test('a revision that the store does not have yet is inconclusive', async () => {
    const { revision } = await store().readRange([uniquePrefix()]);
    const ahead = store().readRange(['/'], revision + 1_000_000n);
    await expect(ahead).rejects.toMatchObject({ code: 'inconclusive', retryable: true });
  });

  test('many keys with big values are read at one revision while a writer changes them', async () => {
    const prefix = uniquePrefix();
    const value = 'x'.repeat(10_000);
    const keys = Array.from(
      { length: 2_000 },
      (_, i) => `${prefix}/k${String(i).padStart(5, '0')}`,
    );
    const atOnce = Math.floor(store().limits.maxBytes / (value.length + 100));
    for (let start = 0; start < keys.length; start += atOnce) {
      const puts = keys.slice(start, start + atOnce).map((key) => [key, value] as const);
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
      const { records } = await store().readRange([`${prefix}/`]);
      expect(records.map(({ key }) => key)).toEqual(keys);
      expect(records.at(0)?.value).toBe(records.at(-1)?.value);
    }
    reading = false;
    await writing;
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

function testConnections(place: () => StorePlace): void {
  test('what one connection commits the other one reads, and meets as a conflict', async () => {
    const key = `${uniquePrefix()}/guard`;
    const [one, other] = [await place().connect(), await place().connect()];
    const commit = freeCommit(key, [[`${key}/a`, '1']]);
    const revision = await commitOrThrow(one, commit);
    expect(await other.read(`${key}/a`)).toEqual({ value: '1', modRevision: revision });
    expect(await other.commit(commit)).toMatchObject({ kind: 'conflict' });
    await Promise.all([one.close(), other.close()]);
  });

  test('a store that falls silent is not waited for, by nodes and by those who list them', {
    timeout: 60_000,
  }, async () => {
    const proxy = await TcpProxy.before(place().url);
    const store = await kvconnect({ url: proxy.inFrontOf(place().url) });
    onTestFinished(async () => {
      await store.close();
      await proxy.close();
    });
    await store.prepareAcknowledgements('silent');
    await store.acknowledge('silent', 'a_1', 'one');
    proxy.freeze();
    const silent = { code: 'store-unavailable', retryable: true };
    const began = performance.now();
    await expect(store.acknowledge('silent', 'a_1', 'two')).rejects.toMatchObject(silent);
    await expect(store.acknowledgements('silent')).rejects.toMatchObject(silent);
    expect(performance.now() - began).toBeLessThan(30_000);
    proxy.thaw();
    await store.acknowledge('silent', 'a_1', 'three');
    const { byNode } = await store.acknowledgements('silent');
    expect(byNode).toEqual(new Map([['a_1', 'three']]));
  });

  test('a store that is closed ends its watches and refuses everything else', async () => {
    const store = await place().connect();
    const watching = new Watching(store, { prefix: uniquePrefix() });
    await watching.receive(1);
    await store.close();
    await watching.ended;
    const refused = { code: 'store-rejected', retryable: false };
    await expect(store.read('/a')).rejects.toMatchObject(refused);
    await expect(store.readRange(['/a'])).rejects.toMatchObject(refused);
    await expect(store.commit(freeCommit('/a', []))).rejects.toMatchObject(refused);
    await expect(store.acknowledge('a', 'b', 'c')).rejects.toMatchObject(refused);
    await expect(store.acknowledgements('a')).rejects.toMatchObject(refused);
    await store.close();
  });
}
