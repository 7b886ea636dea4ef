import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { getAcl } from '../../../../src/kvstore/zookeeper/protocol/requests.js';
import { zookeeperFromUrl } from '../../../../src/kvstore/zookeeper/settings.js';
import { connectZookeeper } from '../../../../src/kvstore/zookeeper/store.js';
import { uniquePrefix } from '../../../support/servers/servers.js';
import { commitOrThrow, freeCommit } from '../../../support/store-contract/commits.js';
import { Watching } from '../../../support/store-contract/watch-contract.js';
import { openSession } from '../../../support/zookeeper/session.js';
import {
  connectToZookeeper,
  describeWithZookeeper,
  zookeeperEndpoint,
} from '../../../support/zookeeper/store.js';

const WORKER = { username: 'worker', password: 'worker-secret' };
const READER = { username: 'reader', password: 'reader-secret' };
const REFUSED = { code: 'store-rejected', retryable: false };

/** As `zkCli` and the server compute it. */
function digestOf({ username, password }: typeof READER): string {
  return createHash('sha1').update(`${username}:${password}`).digest('base64');
}

/** A store as a URL names it, with the password of the environment. */
function connect(user: string, parameters: string, password: string) {
  const text = `zookeeper://${user}${zookeeperEndpoint()}?${parameters}`;
  const url = { text, source: 'command-line' } as const;
  return connectZookeeper(zookeeperFromUrl(url, { ZOOKEEPER_PASSWORD: password }));
}

describeWithZookeeper('logins', () => {
  test('what a user writes each client reads, and no other one writes', async () => {
    const prefix = uniquePrefix();
    const store = await connect('worker@', `prefix=${prefix}`, WORKER.password);
    await commitOrThrow(store, freeCommit(prefix, [[`${prefix}/a`, '1']]));
    const other = await connectToZookeeper([zookeeperEndpoint()], { prefix });
    expect(await other.read(`${prefix}/a`)).toMatchObject({ value: '1' });
    const [trouble, ...more] = (await store.troubles?.()) ?? [];
    expect(trouble).toMatchObject({ kind: 'durability', level: 'warn' });
    expect(more).toEqual([]);
    const refused = other.commit(freeCommit(prefix, [[`${prefix}/a`, '2']]));
    await expect(refused).rejects.toMatchObject(REFUSED);
    await expect(refused).rejects.toThrow('commit: the login lacks a right on the node');
    await expect(other.probeRecord(`${prefix}/b`, 'x')).rejects.toMatchObject(REFUSED);
    expect(await other.kvwrite(`${prefix}/a`, 'x')).toBe(false);
    await Promise.all([store.close(), other.close()]);
  });

  test('another password is refused when it connects, but not that of a reader', async () => {
    const prefix = uniquePrefix();
    const acl = encodeURIComponent(`creator,read:reader:${digestOf(READER)}`);
    const parameters = `prefix=${prefix}&acl=${acl}`;
    const store = await connect('worker@', parameters, WORKER.password);
    await commitOrThrow(store, freeCommit(prefix, [[`${prefix}/a`, '1']]));
    const reader = await connect('reader@', parameters, READER.password);
    expect(await reader.read(`${prefix}/a`)).toMatchObject({ value: '1' });
    const watching = new Watching(reader, { prefix: `${prefix}/` });
    await watching.receive(1);
    await commitOrThrow(store, freeCommit(prefix, [[`${prefix}/a`, '2']]));
    await watching.receive(2);
    await watching.stop();
    await expect(reader.commit(freeCommit(prefix, []))).rejects.toMatchObject(REFUSED);
    for (const [user, password] of [
      ['worker@', 'wrong'],
      ['reader@', 'wrong'],
      ['', ''],
    ] as const) {
      const wrong = connect(user, `prefix=${prefix}`, password);
      await expect(wrong).rejects.toMatchObject(REFUSED);
      await expect(wrong).rejects.not.toThrow(/wrong/);
    }
    await Promise.all([store.close(), reader.close()]);
  });

  test('another password is refused also where each client may read', async () => {
    const prefix = uniquePrefix();
    const store = await connect('worker@', `prefix=${prefix}`, WORKER.password);
    await commitOrThrow(store, freeCommit(prefix, []));
    const wrong = connect('worker@', `prefix=${prefix}`, 'wrong');
    await expect(wrong).rejects.toMatchObject(REFUSED);
    await expect(wrong).rejects.toThrow('the store has another password for worker');
    await store.close();
  });

  test('what is created has the access control list of the settings, the parents as well', async () => {
    const prefix = `${uniquePrefix()}/eu`;
    const store = await connect('worker@', `prefix=${prefix}&acl=creator`, WORKER.password);
    await commitOrThrow(store, freeCommit(prefix, [[`${prefix}/a/b`, '1']]));
    const session = await openSession(zookeeperEndpoint(), WORKER);
    const created = [prefix.slice(0, -3), prefix, `${prefix}/a/b`, `${prefix}/Lenkwerk/Journal`];
    for (const path of created) {
      const id = `worker:${digestOf(WORKER)}`;
      expect(await session.send(getAcl(path))).toEqual([{ rights: 31, scheme: 'digest', id }]);
    }
    await Promise.all([store.close(), session.close()]);
  });

  test('acl=creator without a login is refused with a hint', async () => {
    const prefix = uniquePrefix();
    const store = await connect('', `prefix=${prefix}&acl=creator`, '');
    const refused = store.commit(freeCommit(prefix, []));
    await expect(refused).rejects.toMatchObject({
      ...REFUSED,
      hint: 'acl=creator needs a user or a client certificate',
    });
    await store.close();
  });
});
