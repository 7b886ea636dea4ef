/** What a Redis reports of itself, as its settings and its replicas change. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { startRedis } from '../../../../src/dev/stores/redis.js';
import { connectToRedis, follow, raw } from '../../../support/redis/servers.js';
import { commitOrThrow, freeCommit } from '../../../support/store-contract/commits.js';
import { describeWithStore } from '../../../support/store-contract/places.js';

describe.each(['redis', 'valkey'] as const)('%s', (kind) => {
  describeWithStore(kind, 'what it reports', () => {
    test('evictions, memory, files and replicas', async () => {
      const [server, replica] = await Promise.all(
        [1, 2].map(() => startRedis({ kind, env: process.env })),
      );
      if (server === undefined || replica === undefined)
        throw new Error('two servers were started');
      onTestFinished(async () => {
        await server.stop();
        await replica.stop();
      });
      const store = await connectToRedis(server.endpoint);
      onTestFinished(() => store.close());
      const found = async () => (await store.troubles?.())?.map(({ message }) => message);
      expect(await store.serverVersion?.()).toMatch(new RegExp(`^${kind} \\d+\\.\\d+\\.\\d+$`));
      expect(await found()).toEqual(['the server has no replica']);
      await follow(replica, server);
      const unsafe = 'the server takes commits that no replica receives';
      expect(await found()).toEqual([unsafe]);
      await raw(server.endpoint, 'CONFIG SET min-replicas-to-write 1');
      expect(await found()).toEqual([]);
      await raw(server.endpoint, 'CONFIG SET appendonly no');
      expect(await found()).toEqual([
        'the server keeps no append-only file: a crash loses commits',
      ]);
      await raw(server.endpoint, 'CONFIG SET appendonly yes');
      await raw(server.endpoint, 'CONFIG SET maxmemory 100mb');
      await raw(server.endpoint, 'CONFIG SET maxmemory-policy allkeys-lru');
      expect(await store.troubles?.()).toEqual([
        {
          kind: 'space',
          level: 'fail',
          message: 'the server removes keys when its memory is full (maxmemory-policy allkeys-lru)',
          help: 'set maxmemory-policy noeviction, and use a server of its own for a cache',
        },
      ]);
      await raw(server.endpoint, 'CONFIG SET maxmemory-policy noeviction');
      await replica.stop();
      const refused = store.commit(freeCommit('/g', [['/t/a', '1']]));
      await expect(refused).rejects.toMatchObject({
        code: 'store-unavailable',
        hint: 'fewer replicas than min-replicas-to-write are connected',
      });
      await raw(server.endpoint, 'CONFIG SET min-replicas-to-write 0');
      await commitOrThrow(store, freeCommit('/g', [['/t/a', '1']]));
    });
  });
});
