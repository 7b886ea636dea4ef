/** What other programs do to the tables and their publication. */
import { rowsOf } from '../database/tables.js';
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

/** What a commit may still hold beside the checkpoint when a person has set the limit too low. */
const LOW_BYTES = 4_096 + 1_500;
const BIG_BYTES = LOW_BYTES + 500;

/** A row that the store takes in no commit; later it goes, or gets small. */
const bigRow: Inflict = ({ world, target, random, later, step }) => {
  if (world.bigRow !== undefined) return false;
  const row = { id: world.newId(), key: 'big', value: JSON.stringify('x'.repeat(BIG_BYTES)) };
  if (!world.commit([{ kind: 'insert', table: 'config', row }], 1n)) return false;
  target.store.acceptsBytes = Math.min(target.store.acceptsBytes, LOW_BYTES);
  world.bigRow = { sinceMs: world.loop.nowMs, target };
  const goes = random.chance(0.5);
  later(step.forMs, () => {
    const old = rowsOf(world.primary.last, 'config').find(({ id }) => id === row.id);
    if (old === undefined) return;
    const small = { ...old, value: '1' };
    const operation = goes
      ? ({ kind: 'delete', table: 'config', old } as const)
      : ({ kind: 'update', table: 'config', old, row: small } as const);
    world.commit([operation], 1n);
  });
  return true;
};

export const WRITERS = {
  write,
  'other-wal': otherWal,
  alter,
  ask,
  'hide-table': hideTable,
  'big-row': bigRow,
};
