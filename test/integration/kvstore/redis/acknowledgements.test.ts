/** What the user of a node may do at a store in Redis. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../../../src/dev/stores/redis.js';
import { connectToRedis, createUsers, openRaw } from '../../../support/redis/servers.js';
import { commitOrThrow, freeCommit } from '../../../support/store-contract/commits.js';
import { describeWithStore } from '../../../support/store-contract/places.js';
import { replay, Watching } from '../../../support/store-contract/watch-contract.js';

describeWithStore('redis', 'what nodes of Redis acknowledge', () => {
  let redis: RedisServer;

  beforeEach(async () => {
    redis = await startRedis({ kind: 'redis', env: process.env });
  });
  afterEach(() => redis.stop());

  const REJECTED = { code: 'store-rejected', retryable: false };

  const at = (user: string) => `${user}:secret@${redis.endpoint}?prefix=/eu`;

  test('the rights that README.md names let a node acknowledge under its name alone', async () => {
    await createUsers(redis.endpoint);
    const agent = await connectToRedis(at('agent'));
    const node = await connectToRedis(at('node-1'));
    await agent.prepareAcknowledgements('default');
    const watching = new Watching(node, { prefix: '/eu/' });
    await watching.receive(1);
    await node.acknowledge('default', 'node-1_5432', 'one');
    await node.acknowledge('default', 'node-1_5432', 'two');
    await commitOrThrow(agent, freeCommit('/eu', [['/eu/t/a', '1']]));
    await watching.receive(2);
    await watching.stop();
    expect(replay(watching.events).get('/eu/t/a')).toBe('1');
    const expected = new Map([['node-1_5432', 'two']]);
    expect((await agent.acknowledgements('default')).byNode).toEqual(expected);
    for (const attempt of [
      () => node.acknowledge('default', 'node-2_5432', 'x'),
      () => node.acknowledge('other', 'node-1_5432', 'x'),
      () => node.forgetAcknowledgements('default', ['node-1_5432']),
      () => node.commit(freeCommit('/eu', [])),
    ]) {
      await expect(attempt()).rejects.toMatchObject(REJECTED);
    }
    const client = await openRaw(redis.endpoint);
    for (const command of [
      ['SET', '/eu/t/a', 'x'],
      ['GET', 'lenkwerk-nodes/%2Feu/default/node-1_5432'],
      ['SET', 'lenkwerk-nodes/%2Feu/default/node-1_54321', 'x'],
    ]) {
      await client.send(['AUTH', 'node-1', 'secret']);
      await expect(client.send(command)).rejects.toThrow(/^NOPERM/);
    }
    client.destroy();
    await agent.forgetAcknowledgements('default', ['node-1_5432']);
    expect((await agent.acknowledgements('default')).byNode.size).toBe(0);
    await Promise.all([agent.close(), node.close()]);
  });
});
