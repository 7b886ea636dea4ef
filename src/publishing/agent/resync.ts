/**
 * A resync: a new slot, the tables at its snapshot, and the difference to the store. While it is
 * under way the checkpoint has the phase `snapshot`.
 */
import { randomUUID } from 'node:crypto';
import type { StoredRecord } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import { type Lsn, ZERO_LSN } from '../../model/lsn.js';
import type { CreatedSlot } from '../../replication/slot.js';
import { onAbort } from '../../runtime/async.js';
import { readPublished } from '../records/published.js';
import type { PublishableTables } from '../records/published-tables.js';
import type { ReplicationCommands } from '../source/source-database.js';
import type { Publisher } from '../stream/publisher.js';
import type { AgentContext, Knobs } from './context.js';
import type { ResyncLock } from './resync-lock.js';
import type { Start } from './starting-point.js';

/**
 * A resync that deletes more than this number and more than this share of the keys is refused
 * unless it is allowed.
 */
const MASS_DELETE_KEYS = 10;
const MASS_DELETE_SHARE = 0.2;

interface ResyncWork {
  /** Its session is not in a transaction. */
  readonly start: Start;
  readonly lock: ResyncLock;
  readonly publisher: Publisher;
  readonly signal: AbortSignal;
}

interface ResyncResult {
  /** Where the stream continues. */
  readonly lsn: Lsn;
  readonly tables: PublishableTables;
  readonly puts: number;
  readonly deletes: number;
}

/**
 * Returns where the stream continues, the tables there, and how many keys were put and deleted.
 * Throws `mass-delete` when too many keys would be deleted, `slot-in-use`, `lock-not-obtained`,
 * `fenced`. After a failure the new slot is dropped, so that it retains no WAL.
 */
export async function resync(context: AgentContext, work: ResyncWork): Promise<ResyncResult> {
  const { store, keySpace, slot, knobs } = context;
  const { start, lock, publisher, signal } = work;
  const { systemId, timeline } = start.system;
  const slotGeneration = randomUUID();
  publisher.rebase({ ...publisher.base, systemId, timeline, slot, slotGeneration });
  await publisher.write(new Map(), {
    phase: 'snapshot',
    lsn: ZERO_LSN,
    committedAt: undefined,
    part: undefined,
    barrier: undefined,
    tables: new Map(),
  });
  // No other agent writes from here on, so the store can be read while the database is busy.
  const published = readPublished(store, keySpace);
  published.catch(() => {});
  await lock.dropSlot(slot);
  const replication = await start.replication.connect();
  try {
    const { consistentPoint, snapshotName } = await createSlot(replication, slot, signal);
    const tables = await start.sql.readTablesAt(snapshotName, keySpace);
    const sides = { lsn: consistentPoint, tables, published: await published };
    return await publishDifference(publisher, sides, knobs);
  } catch (error) {
    await replication.close();
    await lock.dropSlot(slot).catch(() => {});
    throw error;
  } finally {
    await replication.close();
  }
}

/** Creating a slot may wait for a long transaction, which must not delay the agent's shutdown. */
async function createSlot(
  replication: ReplicationCommands,
  slot: string,
  signal: AbortSignal,
): Promise<CreatedSlot> {
  if (signal.aborted) throw new LenkwerkError('interrupted', 'the agent was asked to stop');
  const dispose = onAbort(signal, () => replication.cancel());
  try {
    return await replication.createSlot(slot);
  } finally {
    dispose();
  }
}

interface BothSides {
  readonly lsn: Lsn;
  readonly tables: PublishableTables;
  readonly published: readonly StoredRecord[];
}

async function publishDifference(
  publisher: Publisher,
  { lsn, tables, published }: BothSides,
  { allowMassDelete }: Knobs,
): Promise<ResyncResult> {
  const { changes, deletes } = difference(tables.records, published);
  if (!allowMassDelete) guardMassDelete(deletes, published.length);
  await publisher.writeInParts(changes, {
    phase: 'stream',
    lsn,
    committedAt: undefined,
    part: undefined,
    barrier: undefined,
    tables: tables.fingerprints,
  });
  return { lsn, tables, puts: changes.size - deletes, deletes };
}

interface RecordDifference {
  /** undefined: the key is to be deleted. */
  readonly changes: ReadonlyMap<string, string | undefined>;
  readonly deletes: number;
}

/** The changes that turn `published`, in which no key occurs twice, into `records`. */
function difference(
  records: ReadonlyMap<string, string>,
  published: readonly StoredRecord[],
): RecordDifference {
  const changes = new Map<string, string | undefined>();
  let deletes = 0;
  for (const { key, value } of published) {
    const wanted = records.get(key);
    if (wanted === undefined) deletes += 1;
    if (wanted !== value) changes.set(key, wanted);
  }
  // Where the numbers are equal no key is missing: the common case needs no second pass.
  if (published.length - deletes === records.size) return { changes, deletes };
  const held = new Set(published.map(({ key }) => key));
  for (const [key, value] of records) if (!held.has(key)) changes.set(key, value);
  return { changes, deletes };
}

/** An empty database more likely indicates the wrong database than an empty cluster. */
function guardMassDelete(deletes: number, published: number): void {
  if (deletes <= MASS_DELETE_KEYS || deletes <= published * MASS_DELETE_SHARE) return;
  const message = `the resync would delete ${deletes} of ${published} published records`;
  throw new LenkwerkError('mass-delete', message, {
    hint: 'is this the right database? if so, allow it with --allow-mass-delete',
  });
}
