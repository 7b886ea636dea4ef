/** What happens to the store, and to the connections with it. */

import type { EtcdNode } from '../../support/servers/etcd-nodes.js';
import { waitFor } from '../../support/wait.js';
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

async function leader(world: World): Promise<EtcdNode> {
  return waitFor(
    async () => {
      for (const node of world.etcd) if (await node.isLeader()) return node;
      return undefined;
    },
    { what: 'a leader' },
  );
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

export const STORE_FAULTS: readonly Fault[] = [...WHOLE_STORE, ...CONNECTIONS];
