/** Stores that go back to a copy, and one that is full. */
import { base64 } from '../../support/servers/etcd-nodes.js';
import { compact, defragment, disarm, isFull } from '../../support/settings/small-etcd.js';
import { waitFor } from '../../support/wait.js';
import { atRest } from '../world/quiet.js';
import { type ResyncKind, untilResynced, untilSaid } from '../world/resyncs.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import type { Fault } from './fault.js';

/** What an agent finds in a store that went back. */
export const OLDER_STORE: readonly ResyncKind[] = ['confirmed-beyond', 'other-history', 'none'];

/** Goes back to a copy of a few seconds ago; `inBetween`: called after it was taken. */
async function restore(world: World, inBetween: () => Promise<void>): Promise<void> {
  const { node } = world;
  await world.distrustSlot();
  await node.crash();
  await node.backUp();
  await node.start();
  // A resync before the crash created another slot: the copy holds the checkpoint of that one.
  await world.distrustSlot();
  await inBetween();
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

/** Nothing is written that could show it to the agents. */
async function restoreIdle(world: World): Promise<void> {
  await untilResynced(world, () =>
    restore(world, async () => {
      for (let n = 0; n < 3; n += 1) await world.commitGeneration();
      await atRest(world);
    }),
  );
}

/** The agent that was active wakes up when the revisions that it knows were given out again. */
async function restoreAsleep(world: World): Promise<void> {
  const active = await world.healthy();
  await restore(world, async () => {
    await pauseFor(500 + world.random.next() * 1_500);
    active.signal('SIGSTOP');
  });
  await waitFor(async () => (await world.active()) === world.other(active), {
    what: 'a take-over',
    timeoutMs: 60_000,
  });
  await pauseFor(world.random.next() * 2_000);
  active.signal('SIGCONT');
  await pauseFor(300);
}

const SPARE_BYTES = 2_000_000;
const FILLER_BYTES = 400_000;
const FILLER_KEY = '/filler';
const BLOCKED_WORDS = 'the store blocks the agent';

/** Clients fill it, agents name it; then it is compacted, defragmented and released. */
async function fillStore(world: World): Promise<void> {
  const { node, random } = world;
  await world.healthy();
  const status = await node.request('maintenance/status', {});
  const size = Number(/"dbSize":"(\d+)"/.exec(status)?.[1]);
  await node.crash();
  await node.start(size + SPARE_BYTES);
  const value = base64('x'.repeat(FILLER_BYTES));
  const isFilled = async () => {
    await node.request('kv/put', { key: base64(FILLER_KEY), value }).catch(() => {});
    return isFull(node);
  };
  await untilSaid(world, BLOCKED_WORDS, async () => {
    await waitFor(isFilled, { what: 'a full store' });
  });
  await pauseFor(random.next() * 4_000);
  await node.request('kv/deleterange', { key: base64(FILLER_KEY) });
  await compact(node);
  await defragment(node);
  await node.crash();
  await node.start();
  await disarm(node);
}

export const RESTORE_FAULTS: readonly Fault[] = [
  {
    name: 'etcd restored from an older copy',
    weight: 3,
    nodes: 1,
    resyncs: OLDER_STORE,
    inflict: (world) => restore(world, () => pauseFor(500 + world.random.next() * 2_500)),
  },
  {
    name: 'etcd restored while the agents are idle',
    weight: 1.5,
    nodes: 1,
    onlyLong: true,
    quiet: true,
    resyncs: OLDER_STORE,
    inflict: restoreIdle,
  },
  {
    name: 'etcd restored while the active agent sleeps',
    weight: 1.5,
    nodes: 1,
    onlyLong: true,
    resyncs: OLDER_STORE,
    inflict: restoreAsleep,
  },
  { name: 'etcd over its quota', weight: 1.5, nodes: 1, onlyLong: true, inflict: fillStore },
];
