/** A storage node over a store of each kind. */
import { describe, expect, test } from 'vitest';
import { DRIVERS } from '../../../src/kvstore/drivers.js';
import { createNodeScene } from '../../support/nodes/node-scene.js';
import { changeAtRandom } from '../../support/nodes/random-changes.js';
import { createPlace, describeWithStore } from '../../support/store-contract/places.js';
import { waitFor } from '../../support/wait.js';

describe.each(DRIVERS.map(({ type }) => type))('%s', (type) => {
  describeWithStore(type, 'a node', () => {
    test('follows, is killed, continues, and acknowledges what it applied', async () => {
      const place = await createPlace(type);
      const scene = await createNodeScene({ place });
      const { cluster } = scene;
      await cluster.store.prepareAcknowledgements('default');
      await cluster.activeAgent();
      const first = scene.follow();
      await first.waitForOutput('following');
      await changeAtRandom(cluster.sql, 1, 40);
      await scene.inStep();
      first.kill('SIGKILL');
      await first.ended;
      await changeAtRandom(cluster.sql, 2, 40);
      scene.follow();
      await scene.inStep();
      await cluster.sql.query('TRUNCATE storage.index, storage.index_field, storage.servermap');
      await scene.inStep();
      const revision = await cluster.revision();
      const isNewest = async () => (await scene.acknowledged())?.applied?.revision === revision;
      await waitFor(isNewest, { what: 'the acknowledgement' });
      const { writeId } = (await cluster.checkpoint()) ?? {};
      expect(await scene.acknowledged()).toMatchObject({
        applied: { writeId },
        refusal: undefined,
      });
      await scene.close();
      await place.drop();
    });
  });
});
