/** The journal of a ZooKeeper of its own, which it fills. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startZookeeper, type ZookeeperServer } from '../../../../src/dev/stores/zookeeper.js';
import { getData } from '../../../../src/kvstore/zookeeper/protocol/requests.js';
import { commitOrThrow, freeCommit } from '../../../support/store-contract/commits.js';
import { Watching } from '../../../support/store-contract/watch-contract.js';
import { openSession } from '../../../support/zookeeper/session.js';
import { connectToZookeeper, describeWithZookeeper } from '../../../support/zookeeper/store.js';

describeWithZookeeper('a long journal', () => {
  let server: ZookeeperServer;
  beforeAll(async () => {
    server = await startZookeeper({ env: process.env });
  });
  afterAll(() => server.stop());

  test('is trimmed by its bytes; what was trimmed is a gap of watches', async () => {
    const store = await connectToZookeeper([server.endpoint]);
    const first = await commitOrThrow(store, freeCommit('/g', [['/t/first', 'x']]));
    const value = 'x'.repeat(400_000);
    for (let i = 0; i < 90; i += 1) {
      await commitOrThrow(store, freeCommit('/g', [[`/t/${i}`, value]]));
    }
    const watching = new Watching(store, { prefix: '/t/', after: first });
    const [gap] = await watching.receive(1);
    expect(gap).toMatchObject({ kind: 'resync', reason: 'trimmed' });
    await watching.stop();
    const past = store.readRange(['/'], first);
    await expect(past).rejects.toMatchObject({ code: 'inconclusive', retryable: true });
    const session = await openSession(server.endpoint);
    const { stat } = await session.send(getData('/Lenkwerk/Journal'));
    expect(stat.children).toBeGreaterThan(75);
    expect(stat.children).toBeLessThan(88);
    await Promise.all([session.close(), store.close()]);
  });
});
