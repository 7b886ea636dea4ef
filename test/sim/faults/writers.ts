/** What other programs do to the tables and their publication. */
import { drawTransaction } from '../database/writes.js';
import type { Inflict } from './step.js';

/** Commit records follow each other without a gap now and then. */
const NO_GAP = 0.3;

const write: Inflict = ({ world, random }) => {
  const operations = drawTransaction(world.primary.last, random, () => world.newId());
  return world.commit(operations, random.chance(NO_GAP) ? 0n : BigInt(random.between(1, 30)));
};

const otherWal: Inflict = ({ world, random }) => {
  world.primary.insertLsn += BigInt(random.between(1, 40));
  return true;
};

const alter: Inflict = ({ world, random }) => {
  const table = random.pick(['config', 'dimension', 'index_field', 'servermap'] as const);
  return world.commit([{ kind: 'alter', table }], 1n);
};

/** Messages that programs send to agents. */
const REQUESTS = [
  { prefix: 'lenkwerk/resync', content: 'default' },
  { prefix: 'lenkwerk/repair', content: '[]' },
  { prefix: 'lenkwerk/barrier', content: 'nonce' },
] as const;

const ask: Inflict = ({ world, random }) =>
  world.commit([{ kind: 'message', ...random.pick(REQUESTS) }], 1n);

/** The publication leaves a table out for some time. */
const hideTable: Inflict = ({ world, later, step }) => {
  const server = world.primary;
  if (!server.publishesAll || server.inRecovery) return false;
  server.publishesAll = false;
  server.publication += 1;
  later(step.forMs / 2, () => {
    server.publishesAll = true;
  });
  return true;
};

export const WRITERS = {
  write,
  'other-wal': otherWal,
  alter,
  ask,
  'hide-table': hideTable,
};
