/** Stores that go back to a copy. */
import { waitFor } from '../../support/wait.js';
import { atRest } from '../world/quiet.js';
import { untilResynced } from '../world/resyncs.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import { type Fault, OLDER_STORE } from './fault.js';

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

export const RESTORE_FAULTS: readonly Fault[] = [
  {
    name: 'store restored from an older copy',
    weight: 3,
    nodes: 'one',
    resyncs: OLDER_STORE,
    inflict: (world) => restore(world, () => pauseFor(500 + world.random.next() * 2_500)),
  },
  {
    name: 'store restored while the agents are idle',
    weight: 1.5,
    nodes: 'one',
    onlyLong: true,
    quiet: true,
    resyncs: OLDER_STORE,
    inflict: restoreIdle,
  },
  {
    name: 'store restored while the active agent sleeps',
    weight: 1.5,
    nodes: 'one',
    onlyLong: true,
    resyncs: OLDER_STORE,
    inflict: restoreAsleep,
  },
];
