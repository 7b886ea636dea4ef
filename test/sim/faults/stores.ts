/** What happens to the store, and what other clients write there. */
import { tableOfKey } from '../database/tables.js';
import { CHECKPOINT_KEY } from '../oracle.js';
import type { Inflict } from './step.js';

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

const storeDown: Inflict = ({ world, step, later }) => {
  world.store.isUp = false;
  later(step.forMs, () => {
    world.store.isUp = true;
  });
  return true;
};

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
