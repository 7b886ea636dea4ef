/** What happens to the store and to what it holds. */

import type { EtcdNode } from '../../support/servers/etcd-nodes.js';
import { waitFor } from '../../support/wait.js';
import { verifySays } from '../world/quiet.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import { WRITE_MARK } from './agent-faults.js';
import type { Fault } from './fault.js';

async function down(node: EtcdNode, milliseconds: number): Promise<void> {
  await node.crash();
  await pauseFor(milliseconds);
  await node.start();
}

async function loseReply(world: World): Promise<void> {
  const active = await world.waitForActive();
  let reached = false;
  active.atRequest(WRITE_MARK, () => {
    reached = true;
    for (const proxy of active.store) proxy.lose('replies');
    return 'pass';
  });
  await waitFor(() => reached, { what: 'a write' }).catch(() =>
    world.journal.count('trigger not reached'),
  );
  await pauseFor(100 + world.random.next() * 400);
  for (const proxy of active.store) proxy.cut();
}

/** Goes back to a copy of a few seconds ago. */
async function restore(world: World): Promise<void> {
  const { node } = world;
  await world.distrustSlot();
  await node.crash();
  await node.backUp();
  await node.start();
  // A resync before the crash created another slot: the copy holds the checkpoint of that one.
  await world.distrustSlot();
  await pauseFor(500 + world.random.next() * 2_500);
  await world.distrustSlot();
  // Revisions are given out a second time now, so the observer cannot go on.
  await world.stopObserving();
  await node.crash();
  await node.restore();
  await node.start();
  world.ours.clear();
  await world.observe();
  await world.distrustSlot();
}

async function leader(world: World): Promise<EtcdNode> {
  return waitFor(
    async () => {
      for (const node of world.etcd) if (await node.isLeader()) return node;
      return undefined;
    },
    { what: 'a leader' },
  );
}

async function olderCheckpoint(world: World): Promise<void> {
  const key = world.keySpace.checkpointKey('default');
  const older = await world.store.read(key);
  // The newer one may be of the next slot already.
  world.distrustSlotOf(older?.value);
  await waitFor(async () => (await world.store.read(key))?.value !== older?.value, {
    what: 'a newer checkpoint',
  });
  await world.distrustSlot();
  await world.meddle(key, older?.value);
}

/** Another client writes records: verify finds every kind of difference, and --repair mends it. */
async function foreignRecords(world: World): Promise<void> {
  const { keySpace, random } = world;
  const { prefix } = keySpace;
  const generation = `${prefix}/Config/generation`;
  const stored = await world.store.read(generation);
  const altered = stored?.value.replace('gen:', 'gem:') ?? '';
  const writes: readonly (readonly [string, string | undefined])[] = [
    [`${prefix}/Config/stray`, '{}'],
    [`${prefix}/Index/1/x`, 'stray'],
    [generation, altered],
    [generation, undefined],
    [`${prefix}/PostgresInstance/generation/1`, undefined],
  ];
  const [key, value] = random.pick(writes);
  await world.meddle(key, value);
  await verifySays(world, 2);
  await verifySays(world, 0, '--repair');
}

const WHOLE_STORE: readonly Fault[] = [
  {
    name: 'etcd crashes',
    weight: 3,
    inflict: (world) => down(world.node, world.random.next() * 2_500),
  },
  {
    name: 'etcd freezes',
    weight: 2,
    async inflict({ node, random }) {
      await node.freeze();
      await pauseFor(random.next() * 4_000);
      await node.thaw();
    },
  },
  { name: 'etcd restored from an older copy', weight: 3, nodes: 1, inflict: restore },
  {
    name: 'etcd leader killed',
    weight: 6,
    nodes: 3,
    inflict: async (world) => down(await leader(world), 500 + world.random.next() * 2_500),
  },
  {
    name: 'etcd leader frozen',
    weight: 4,
    nodes: 3,
    async inflict(world) {
      const node = await leader(world);
      await node.freeze();
      await pauseFor(500 + world.random.next() * 3_500);
      await node.thaw();
    },
  },
  {
    name: 'etcd minority left',
    weight: 3,
    nodes: 3,
    async inflict(world) {
      const [a, b] = world.random.shuffled(world.etcd);
      const both = [a, b].filter((node) => node !== undefined);
      await Promise.all(both.map((node) => node.crash()));
      await pauseFor(world.random.next() * 2_000);
      await Promise.all(both.map((node) => node.start()));
    },
  },
  {
    name: 'etcd compacted',
    weight: 2,
    async inflict(world) {
      const { revision } = world.observer;
      const body = { revision: revision.toString(), physical: true };
      await world.node.request('kv/compaction', body).catch(() => {});
    },
  },
];

const CONNECTIONS: readonly Fault[] = [
  {
    name: 'etcd slow',
    weight: 2,
    onlyLong: true,
    async inflict(world) {
      const delayMs = world.random.between(20, 300);
      for (const { store } of world.agents) for (const proxy of store) proxy.delay(delayMs);
      await pauseFor(2_000);
    },
  },
  {
    name: 'etcd connections cut at any byte',
    weight: 4,
    async inflict(world) {
      const active = await world.waitForActive();
      for (const proxy of active.store) proxy.cutAfter(world.random.between(1, 3_000));
      await pauseFor(world.random.next() * 1_000);
    },
  },
  {
    name: 'etcd unreachable for the active agent',
    weight: 2,
    onlyLong: true,
    async inflict(world) {
      const active = await world.waitForActive();
      for (const proxy of active.store) proxy.freeze();
      await pauseFor(world.random.next() * 4_000);
    },
  },
  { name: 'reply lost after the store committed', weight: 4, inflict: loseReply },
];

const CONTENTS: readonly Fault[] = [
  {
    name: 'checkpoint deleted',
    weight: 1,
    async inflict(world) {
      await world.distrustSlot();
      await world.meddle(world.keySpace.checkpointKey('default'), undefined);
    },
  },
  {
    name: 'checkpoint overwritten with garbage',
    weight: 1,
    async inflict(world) {
      await world.distrustSlot();
      const garbage = world.random.pick(['', 'null', '{"version":1}', '[', '{"version":"1"}']);
      await world.meddle(world.keySpace.checkpointKey('default'), garbage);
    },
  },
  { name: 'older checkpoint put back', weight: 1, inflict: olderCheckpoint },
  { name: 'foreign records', weight: 3, quiet: true, inflict: foreignRecords },
];

export const STORE_FAULTS: readonly Fault[] = [...WHOLE_STORE, ...CONNECTIONS, ...CONTENTS];
