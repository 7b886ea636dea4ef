/** The journal of the commits to a ZooKeeper. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import type { Connection } from '../../../../src/kvstore/zookeeper/protocol/connection.js';
import { create, deleteNode } from '../../../../src/kvstore/zookeeper/protocol/requests.js';
import { uniquePrefix } from '../../../support/servers/servers.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { replay, Watching } from '../../../support/store-contract/watch-contract.js';
import { OPEN_ACL, openSession } from '../../../support/zookeeper/session.js';
import {
  connectToZookeeper,
  describeWithZookeeper,
  zookeeperEndpoint,
} from '../../../support/zookeeper/store.js';

describeWithZookeeper('the journal', () => {
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

  test('writers of one journal do not lose each other, and watches see every step', async () => {
    const at = uniquePrefix();
    const connect = () => connectToZookeeper([zookeeperEndpoint()], { prefix: at });
    const own = await connect();
    const { revision: after } = await own.readRange([at]);
    const watching = new Watching(own, { prefix: `${at}/n`, after });
    const writers = [own, await connect(), await connect()];
    const add = async (writer: KeyValueStore) => {
      const expected = await writer.read(`${at}/n`);
      const value = String(Number(expected?.value ?? 0) + 1);
      const guard = { key: `${at}/n`, expected, value };
      const outcome = await writer
        .commit({ puts: new Map([[`${at}/copy`, value]]), deletes: new Set(), guard })
        .catch((error) => {
          expect(error).toMatchObject({ code: 'store-unavailable', retryable: true });
        });
      return outcome?.kind === 'committed';
    };
    const work = async (writer: KeyValueStore) => {
      for (let done = 0; done < 10; ) if (await add(writer)) done += 1;
    };
    await Promise.all(writers.map(work));
    const events = await watching.receive(30);
    const seen = events.map((event) => event.kind === 'changes' && event.changes[0]?.value);
    expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => String(i + 1)));
    await watching.stop();
    await Promise.all(writers.map((writer) => writer.close()));
  });

  test('keys and values of any text come through it', async () => {
    const at = uniquePrefix();
    const { revision: after } = await store.readRange([at]);
    const watching = new Watching(store, { prefix: `${at}/`, after });
    const odd = [
      '//',
      '/.',
      '/..',
      '/%',
      '/😀',
      '/nul\u0000',
      '/\uffff',
      '/"\\',
      '/Lenkwerk/Journal/1',
    ];
    const puts = [...odd, '/empty'].map(
      (key) => [`${at}${key}`, key.replace('/empty', '')] as const,
    );
    await commitOrThrow(store, freeCommit(`${at}!`, puts));
    await watching.receive(1);
    expect(replay(watching.events)).toEqual(new Map(puts));
    const written = await store.readRange([`${at}/`]);
    const deletes = puts.map(([key]) => key);
    await commitOrThrow(store, freeCommit(`${at}!`, [], deletes));
    await watching.receive(2);
    expect(replay(watching.events)).toEqual(new Map());
    await watching.stop();
    expect(await store.readRange([`${at}/`], written.revision)).toEqual(written);
  });

  test('what is too large for it is a gap of watches, and the past ends there', async () => {
    const at = uniquePrefix();
    const { revision } = await store.readRange([at]);
    const watching = new Watching(store, { prefix: `${at}/`, after: revision });
    await commitOrThrow(store, freeCommit(`${at}!`, [[`${at}/a`, 'x'.repeat(900_000)]]));
    const [gap] = await watching.receive(1);
    expect(gap).toMatchObject({ kind: 'resync', reason: 'trimmed' });
    await commitOrThrow(store, freeCommit(`${at}!`, [[`${at}/b`, 'y']]));
    await watching.receive(2);
    expect([...replay(watching.events).keys()]).toEqual([`${at}/a`, `${at}/b`]);
    const past = store.readRange([at], revision);
    await expect(past).rejects.toMatchObject({ code: 'inconclusive', retryable: true });
    await watching.stop();
  });

  test('one that was deleted begins anew, which a watch notices', async () => {
    const prefix = uniquePrefix();
    const own = await connectToZookeeper([zookeeperEndpoint()], { prefix });
    await commitOrThrow(own, freeCommit(`${prefix}!`, [[`${prefix}/a`, '1']]));
    const watching = new Watching(own, { prefix: `${prefix}/` });
    await watching.receive(1);
    const journal = `${prefix}/Lenkwerk/Journal`;
    await session.send(deleteNode({ path: `${journal}/0000000001`, version: -1 }));
    await session.send(deleteNode({ path: journal, version: -1 }));
    const [, second] = await watching.receive(2);
    expect(second).toMatchObject({ kind: 'resync', reason: 'rewound' });
    await commitOrThrow(own, freeCommit(`${prefix}!`, [[`${prefix}/b`, '2']]));
    await watching.receive(3);
    expect([...replay(watching.events).keys()]).toEqual([`${prefix}/a`, `${prefix}/b`]);
    await watching.stop();
    await own.close();
  });

  test('one that another program wrote is named', async () => {
    const prefix = uniquePrefix();
    for (const path of [prefix, `${prefix}/Lenkwerk`, `${prefix}/Lenkwerk/Journal`]) {
      await session.send(create({ path, data: Buffer.from('{}'), acl: OPEN_ACL }));
    }
    const own = await connectToZookeeper([zookeeperEndpoint()], { prefix });
    const refused = own.commit(freeCommit(prefix, entries(prefix, 1)));
    await expect(refused).rejects.toMatchObject({ code: 'store-rejected', retryable: false });
    await expect(refused).rejects.toThrow('not in the form of this version');
    await own.close();
  });
});
