/** The agent removes what nodes reported whose instances are gone. */
import { expect, onTestFinished, test } from 'vitest';
import { agentSetup } from '../../../../src/publishing/agent/context.js';
import { NodeAcknowledgements } from '../../../../src/publishing/targets/node-acknowledgements.js';
import { silentLogger } from '../../../../src/runtime/logger.js';
import { scriptedDatabase } from '../../../support/agents/scripted.js';
import { commitOrThrow, freeCommit } from '../../../support/store-contract/commits.js';
import { createPlace } from '../../../support/store-contract/places.js';
import { waitFor } from '../../../support/wait.js';

test('what a node reported is removed once its instance has been gone for so long', async () => {
  const place = await createPlace('postgres');
  const store = await place.connect();
  const stop = new AbortController();
  const database = scriptedDatabase(() => Promise.reject(new Error('it is not read')));
  const setup = agentSetup({ database, logger: silentLogger }, 'default', store.prefix);
  const instance = (host: string) => setup.keySpace.recordKey('postgres_instance', [host, '5432']);
  const put = [instance('stays'), instance('/run/pg')].map((key) => [key, '{}'] as const);
  await commitOrThrow(store, freeCommit(store.prefix, [...put, [instance('leaves'), '{}']]));

  const kept = new NodeAcknowledgements(setup, { everyMs: 20, goneMs: 200 });
  const keeping = kept.keep(store, stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await keeping;
    await store.close();
    await place.drop();
  });
  const nodes = ['stays_5432', '/run/pg_5432', 'leaves_5432'];
  const report = async (node: string) => {
    await store.acknowledge('default', node, 'in step');
    return true;
  };
  for (const node of nodes) await waitFor(() => report(node), { what: `${node} to report` });
  const beganMs = performance.now();
  await commitOrThrow(store, freeCommit(store.prefix, [], [instance('leaves')]));
  await waitFor(async () => (await store.acknowledgements('default')).byNode.size < 3, {
    what: 'the removal',
  });
  expect(performance.now() - beganMs).toBeGreaterThan(200);
  const { byNode } = await store.acknowledgements('default');
  expect([...byNode.keys()].sort()).toEqual(['/run/pg_5432', 'stays_5432']);
});
