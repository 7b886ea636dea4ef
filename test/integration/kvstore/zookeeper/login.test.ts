import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { getAcl } from '../../../../src/kvstore/zookeeper/protocol/requests.js';
import { zookeeperFromUrl } from '../../../../src/kvstore/zookeeper/settings.js';
import { connectZookeeper } from '../../../../src/kvstore/zookeeper/store.js';
import { StoreForbidden } from '../../../../src/model/errors.js';
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

  test('a node that the list of the agent names acknowledges, under a name of its own', async () => {
    const prefix = uniquePrefix();
    const named = [READER, WORKER].map((user) => `read:${user.username}:${digestOf(user)}`);
    const parameters = (acl: string) => `prefix=${prefix}&acl=${encodeURIComponent(acl)}`;
    const other = { username: 'other', password: 'other-secret' };
    const forAll = `creator,${named[0]},read:other:${digestOf(other)}`;
    const agent = await connect('worker@', parameters(forAll), WORKER.password);
    // Of a node that lets the agent read.
    const forAgent = parameters(`creator,${named[1]}`);
    const node = await connect('reader@', forAgent, READER.password);
    const place = 'acknowledge as a_1: the store has no place for it yet';
    await expect(node.acknowledge('default', 'a_1', 'x')).rejects.toThrow(place);
    await commitOrThrow(agent, freeCommit(prefix, [[`${prefix}/a`, '1']]));
    await agent.prepareAcknowledgements('default');
    const watching = new Watching(node, { prefix: `${prefix}/` });
    await watching.receive(1);
    await node.acknowledge('default', 'a_1', 'one');
    await node.acknowledge('default', 'a_1', 'two');
    await commitOrThrow(agent, freeCommit(prefix, [[`${prefix}/a`, '2']]));
    await watching.receive(2);
    await watching.stop();
    const listed = await agent.acknowledgements('default');
    expect(listed).toEqual({ byNode: new Map([['a_1', 'two']]), passedOver: 0 });

    const stranger = await connect('other@', forAgent, other.password);
    for (const attempt of [
      () => node.commit(freeCommit(prefix, [])),
      () => node.forgetAcknowledgements('default', ['a_1']),
      () => stranger.acknowledge('default', 'a_1', 'x'),
    ]) {
      await expect(attempt()).rejects.toMatchObject(REFUSED);
    }
    // One that only its node may read is counted.
    const secret = await connect('other@', parameters('creator'), other.password);
    await secret.acknowledge('default', 'c_1', 'x');
    expect(await agent.acknowledgements('default')).toEqual({ ...listed, passedOver: 1 });
    await agent.forgetAcknowledgements('default', ['a_1', 'c_1']);
    const none = { byNode: new Map(), passedOver: 0 };
    expect(await agent.acknowledgements('default')).toEqual(none);
    await Promise.all([agent, node, stranger, secret].map((store) => store.close()));
  });

  test('where each client reads, only a user that is named acknowledges', async () => {
    const prefix = uniquePrefix();
    const agent = await connect('worker@', `prefix=${prefix}`, WORKER.password);
    await agent.prepareAcknowledgements('default');
    const node = await connect('reader@', `prefix=${prefix}`, READER.password);
    await expect(node.acknowledge('default', 'a_1', 'x')).rejects.toBeInstanceOf(StoreForbidden);
    await agent.acknowledge('default', 'a_1', 'own');
    expect((await node.acknowledgements('default')).byNode).toEqual(new Map([['a_1', 'own']]));
    await Promise.all([agent.close(), node.close()]);
  });
});
