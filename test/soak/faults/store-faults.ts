/** What happens to the store, and to the connections with it. */

import { waitFor } from '../../support/wait.js';
import type { StoreNode } from '../stores/servers.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import { WRITE_MARK } from './agent-faults.js';
import type { Fault } from './fault.js';

async function down(node: StoreNode, milliseconds: number): Promise<void> {
  await node.crash();
  await pauseFor(milliseconds);
  await node.start();
}

async function asleep(node: StoreNode, milliseconds: number): Promise<void> {
  await node.freeze();
  await pauseFor(milliseconds);
  await node.thaw();
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

const WHOLE_STORE: readonly Fault[] = [
  {
    name: 'store crashes',
    weight: 3,
    inflict: (world) => down(world.node, world.random.next() * 2_500),
  },
  {
    name: 'store freezes',
    weight: 2,
    inflict: ({ node, random }) => asleep(node, random.next() * 4_000),
  },
  {
    name: 'store leader killed',
    weight: 6,
    nodes: 'several',
    inflict: async (world) => down(await world.servers.leader(), 500 + world.random.next() * 2_500),
  },
  {
    name: 'store leader frozen',
    weight: 4,
    nodes: 'several',
    inflict: async (world) =>
      asleep(await world.servers.leader(), 500 + world.random.next() * 3_500),
  },
  {
    name: 'store minority left',
    weight: 3,
    nodes: 'several',
    async inflict(world) {
      const [, ...others] = world.random.shuffled(world.servers.nodes);
      await Promise.all(others.map((node) => node.crash()));
      await pauseFor(world.random.next() * 2_000);
      await Promise.all(others.map((node) => node.start()));
    },
  },
  {
    name: 'store forgets its past',
    weight: 2,
    inflict: ({ servers }) => servers.forgetPast().catch(() => {}),
  },
];

const CONNECTIONS: readonly Fault[] = [
  {
    name: 'store slow',
    weight: 2,
    onlyLong: true,
    async inflict(world) {
      const delayMs = world.random.between(20, 300);
      for (const { store } of world.agents) for (const proxy of store) proxy.delay(delayMs);
      await pauseFor(2_000);
    },
  },
  {
    name: 'store connections cut at any byte',
    weight: 4,
    async inflict(world) {
      const active = await world.waitForActive();
      for (const proxy of active.store) proxy.cutAfter(world.random.between(1, 3_000));
      await pauseFor(world.random.next() * 1_000);
    },
  },
  {
    name: 'store unreachable for the active agent',
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
