/** What happens to the store, and what other clients write there. */

import { EPOCH_MS } from '../clock/virtual-time.js';
import { tableOfKey } from '../database/tables.js';
import { CHECKPOINT_KEY } from '../oracle.js';
import type { World } from '../world/world.js';
import type { Inflict } from './step.js';

/** Two seconds until an idle agent asks, a look, five looks, and slow answers. */
const NOTICED_MS = 10_000;
const LONG_OUTAGE = 0.3;

const loseAnswers: Inflict = ({ world, step, random, later }) => {
  world.store.lostReplies = random.next() / 2;
  later(step.forMs, () => {
    world.store.lostReplies = 0;
  });
  return true;
};

const delayCommits: Inflict = ({ world, step, random, later }) => {
  world.store.lateCommits = random.next() * 0.3;
  later(step.forMs, () => {
    world.store.lateCommits = 0;
  });
  return true;
};

const storeDown: Inflict = ({ world, step, random, later }) => {
  const { store, loop } = world;
  if (store.isUp) {
    store.downSinceMs = loop.nowMs;
    const { downSinceMs } = store;
    later(NOTICED_MS, () => {
      if (!store.isUp && store.downSinceMs === downSinceMs) findSilent(world, downSinceMs);
    });
  }
  store.isUp = false;
  const forMs = step.forMs * (random.chance(LONG_OUTAGE) ? 4 : 1);
  later(forMs, () => {
    store.isUp = true;
  });
  return true;
};

/** An agent that was active before the store went down has to show that it is blocked. */
function findSilent({ agents, oracle, kinds }: World, downSinceMs: number): void {
  // One that was paused had less time.
  if (kinds.has('pause')) return;
  for (const { client, isRunning, counters } of agents.all) {
    const wasActive = counters.sinceMs <= EPOCH_MS + downSinceMs;
    if (!isRunning || !wasActive || counters.state !== 'streaming') continue;
    oracle.fail('P6 live', `${client} shows ${counters.state}, though its store is down`);
  }
}

const storeFull: Inflict = ({ world, step, later }) => {
  world.store.isFull = true;
  later(step.forMs, () => {
    world.store.isFull = false;
  });
  return true;
};

const compact: Inflict = ({ world }) => {
  world.store.compact();
  return true;
};

const backUp: Inflict = ({ world }) => {
  world.backups.push(world.store.backup());
  return true;
};

const restore: Inflict = ({ world, random }) => {
  if (world.backups.length === 0) return false;
  const backup = random.pick(world.backups);
  world.trace(`the store goes back from revision ${world.store.revision} to ${backup.revision}`);
  world.store.restore(backup);
  return true;
};

const foreignWrite: Inflict = ({ world, random }) => {
  const records = [...world.store.values.keys()].filter((key) => {
    const table = tableOfKey(key);
    return table !== undefined && table !== 'servermap';
  });
  const stray = `/Config/stray${random.between(0, 2)}`;
  const key = records.length === 0 || random.chance(0.3) ? stray : random.pick(records);
  const value = random.chance(0.6) ? 'foreign' : undefined;
  world.trace(`another client writes ${key}: ${value}`);
  world.store.foreign.add(key);
  world.store.put(new Map([[key, value]]));
  return true;
};

const foreignServermap: Inflict = ({ world, random }) => {
  const value = random.chance(0.3) ? 'foreign' : undefined;
  world.trace(`another client writes /Servermap: ${value}`);
  world.store.foreign.add('/Servermap');
  world.store.put(new Map([['/Servermap', value]]));
  return true;
};

const foreignCheckpoint: Inflict = ({ world, random }) => {
  const value = random.chance(0.5) ? 'damaged' : undefined;
  world.trace(`another client writes the checkpoint: ${value}`);
  world.store.put(new Map([[CHECKPOINT_KEY, value]]));
  return true;
};

export const STORES = {
  'lose-answers': loseAnswers,
  'delay-commits': delayCommits,
  'store-down': storeDown,
  'store-full': storeFull,
  compact,
  'back-up': backUp,
  restore,
  'foreign-write': foreignWrite,
  'foreign-servermap': foreignServermap,
  'foreign-checkpoint': foreignCheckpoint,
};
