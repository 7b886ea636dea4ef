/** A resync that was refused is not begun again by itself. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { publishOnce } from '../../../../../src/publishing/agent/attempt.js';
import { RefusedResync } from '../../../../../src/publishing/agent/resync/refused-resync.js';
import { type Cluster, createCluster } from '../../../../support/agents/agent-cluster.js';
import { expectConverged, recordSome } from '../../../../support/agents/config-changes.js';
import { tamper } from '../../../../support/agents/tamper.js';

let cluster: Cluster;
let refusedResync: RefusedResync;
let begun: number;
beforeEach(async () => {
  refusedResync = new RefusedResync();
  begun = 0;
  cluster = await createCluster();
  await recordSome(cluster);
  await (await cluster.activeAgent()).stop();
  await cluster.sql.query('TRUNCATE storage.config; DELETE FROM lenkwerk.agent_slot');
  await cluster.dropSlot();
});
afterEach(() => cluster.close());

const TOO_MANY = /^the resync would delete 20 of 20 published records$/;
const OF_ANOTHER = /^the store belongs to another cluster/;

/** One attempt of an agent that runs on; how many resyncs were begun so far. */
async function attempt(refusal = TOO_MANY): Promise<number> {
  const nothing = () => {};
  const calls = {
    onResynced: nothing,
    onActivated: nothing,
    onStream: nothing,
    onShown: nothing,
    onStart: nothing,
  };
  const once = publishOnce(cluster.context(), {
    ...{ ...calls, owed: undefined, healing: undefined, refusal: undefined, refusedResync },
    onResync: () => {
      begun += 1;
    },
    signal: new AbortController().signal,
  });
  await expect(once).rejects.toMatchObject({
    code: 'mass-delete',
    message: expect.stringMatching(refusal),
  });
  return begun;
}

async function activation(): Promise<string> {
  const { rows } = await cluster.sql.query<{ activation: string }>(
    'SELECT activation::text FROM lenkwerk.agent_slot',
  );
  return rows[0]?.activation ?? '';
}

test('while nothing changes, the refusal stands without a look at everything', async () => {
  expect(await attempt()).toBe(1);
  const before = await activation();
  expect(await attempt()).toBe(1);
  expect(await attempt()).toBe(1);
  expect(await activation()).toBe(before);
});

test('another identity of the database, or another checkpoint, is judged anew', async () => {
  expect(await attempt()).toBe(1);
  await cluster.sql.query('UPDATE lenkwerk.cluster SET uuid = gen_random_uuid()');
  expect(await attempt(OF_ANOTHER)).toBe(2);
  expect(await attempt(OF_ANOTHER)).toBe(2);
  await tamper(cluster, { '/Lenkwerk/default/Checkpoint': undefined });
  expect(await attempt()).toBe(3);
  expect(await attempt()).toBe(3);
});

test('an agent that is started with the flag begins', async () => {
  expect(await attempt()).toBe(1);
  await cluster.activeAgent({ allowMassDelete: true });
  await expectConverged(cluster);
});
