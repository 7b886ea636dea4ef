/** The transactions in which a node's tables change, each with the position that it leads to. */
import type { Client } from 'pg';
import { rollBack } from '../../postgres/errors.js';
import type { SeenCheckpoint } from '../../publishing/records/checkpoint-watch.js';
import { requireNoMassDelete } from '../../publishing/records/mass-delete.js';
import type { Changes } from '../../publishing/stream/batch.js';
import type { OpenContext } from '../context.js';
import { enter } from '../status.js';
import type { NodeTables } from '../tables/node-tables.js';
import { writePosition } from '../tables/position.js';
import type { PublishedState } from './published-state.js';

/**
 * Saves what changed up to a checkpoint. Throws NodeRefusesRecord, and the database's errors; then
 * nothing was changed, unless the COMMIT was not answered.
 */
export async function applyChanges(
  context: OpenContext,
  tables: NodeTables,
  { seen, changes }: { readonly seen: SeenCheckpoint; readonly changes: Changes },
): Promise<void> {
  await inTransaction(context, seen, async () => {
    await tables.save(changes);
    return changes;
  });
}

/**
 * Saves the difference between the tables and all records. Throws as `applyChanges`, and
 * `mass-delete`. Returns how many records differed.
 */
export async function applyState(
  context: OpenContext,
  tables: NodeTables,
  { seen, records }: PublishedState,
): Promise<number> {
  const { status, allowMassDelete } = context;
  let differing = 0;
  status.comparisons += 1;
  await inTransaction(context, seen, async () => {
    const { changes, deletes, rows } = await tables.differenceTo(records);
    if (!allowMassDelete && !isLater(context, seen)) {
      requireNoMassDelete({ deletes, of: rows, what: 'rows of this node' }, MASS_DELETE_HINT);
    }
    differing = changes.size;
    await tables.save(changes);
    return changes;
  });
  return differing;
}

const MASS_DELETE_HINT =
  'is this the right store, and the right database? if so, start the follower with --allow-mass-delete';

/** Whether the checkpoint is of the cluster that the tables show already, and no earlier state. */
function isLater({ status }: OpenContext, { checkpoint }: SeenCheckpoint): boolean {
  const { applied } = status;
  if (applied === undefined || checkpoint.cluster === '') return false;
  return applied.cluster === checkpoint.cluster && checkpoint.lsn >= applied.lsn;
}

async function inTransaction(
  { client, status, target, reports, logger }: OpenContext,
  seen: SeenCheckpoint,
  work: () => Promise<Changes>,
): Promise<void> {
  const { changes, position, nodes } = await committed(client, async () => {
    const changes = await work();
    return { changes, ...(await writePosition(client, target, seen)) };
  });
  status.applied = position;
  status.refusal = undefined;
  status.commits += 1;
  status.changes += changes.size;
  enter(status, 'following');
  logger.debug('applied', { revision: position.revision, changes: changes.size });
  reports.applied({ changes, nodes });
}

async function committed<Result>(client: Client, work: () => Promise<Result>): Promise<Result> {
  try {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    throw await rollBack(client, error);
  }
}
