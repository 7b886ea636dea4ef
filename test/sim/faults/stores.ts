/** What happens to the store, and what other clients write there. */
import { tableOfKey } from '../database/tables.js';
import type { Inflict } from './step.js';

const LONG_OUTAGE = 0.3;

const loseAnswers: Inflict = ({ target, step, random, later }) => {
  target.store.lostReplies = random.next() / 2;
  later(step.forMs, () => {
    target.store.lostReplies = 0;
  });
  return true;
};

const delayCommits: Inflict = ({ target, step, random, later }) => {
  target.store.lateCommits = random.next() * 0.3;
  later(step.forMs, () => {
    target.store.lateCommits = 0;
  });
  return true;
};

const storeDown: Inflict = ({ target, step, random, later }) => {
  if (target.store.isUp) target.store.outages += 1;
  target.store.isUp = false;
  const forMs = step.forMs * (random.chance(LONG_OUTAGE) ? 4 : 1);
  later(forMs, () => {
    target.store.isUp = true;
  });
  return true;
};

const storeFull: Inflict = ({ target, step, later }) => {
  target.store.isFull = true;
  later(step.forMs, () => {
    target.store.isFull = false;
  });
  return true;
};

const storeSlow: Inflict = ({ target, step, random, later }) => {
  target.store.slowness = random.between(5, 50);
  later(step.forMs, () => {
    target.store.slowness = 1;
  });
  return true;
};

const compact: Inflict = ({ target }) => {
  target.store.compact();
  return true;
};

const backUp: Inflict = ({ target }) => {
  target.backups.push(target.store.backup());
  return true;
};

const restore: Inflict = ({ world, target, random }) => {
  if (target.backups.length === 0) return false;
  const backup = random.pick(target.backups);
  if (target.store.lateFirsts > 0 && !backup.values.has(target.store.checkpointKey)) return false;
  world.trace(`the store goes back from revision ${target.store.revision} to ${backup.revision}`);
  target.store.restore(backup);
  return true;
};

const foreignWrite: Inflict = ({ world, target, random }) => {
  const records = [...target.store.values.keys()].filter((key) => {
    const table = tableOfKey(key);
    return table !== undefined && table !== 'servermap';
  });
  const stray = `/Config/stray${random.between(0, 2)}`;
  const key = records.length === 0 || random.chance(0.3) ? stray : random.pick(records);
  const value = random.chance(0.6) ? 'foreign' : undefined;
  world.trace(`another client writes ${key}: ${value}`);
  target.store.foreign.add(key);
  target.store.put(new Map([[key, value]]));
  return true;
};

const foreignServermap: Inflict = ({ world, target, random }) => {
  const value = random.chance(0.3) ? 'foreign' : undefined;
  world.trace(`another client writes /Servermap: ${value}`);
  target.store.foreign.add('/Servermap');
  target.store.put(new Map([['/Servermap', value]]));
  return true;
};

/**
 * A commit that expects no checkpoint does not see that there was one meanwhile: it is not
 * deleted while such a commit is on its way. What happens then is repaired, not prevented.
 */
const foreignCheckpoint: Inflict = ({ world, target, random }) => {
  const value = random.chance(0.5) ? 'damaged' : undefined;
  if (value === undefined && target.store.lateFirsts > 0) return false;
  world.trace(`another client writes the checkpoint: ${value}`);
  target.store.put(new Map([[target.store.checkpointKey, value]]));
  return true;
};

export const STORES = {
  'lose-answers': loseAnswers,
  'delay-commits': delayCommits,
  'store-down': storeDown,
  'store-full': storeFull,
  'store-slow': storeSlow,
  compact,
  'back-up': backUp,
  restore,
  'foreign-write': foreignWrite,
  'foreign-servermap': foreignServermap,
  'foreign-checkpoint': foreignCheckpoint,
};
