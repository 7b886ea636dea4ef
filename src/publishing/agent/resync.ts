/**
 * Everything from the start: a new slot, the tables at its snapshot, and the difference to what
 * the store holds. While it is under way the checkpoint says `snapshot`.
 */
import { randomUUID } from 'node:crypto';
import type { KeyValueStore, StoredRecord } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import { type Lsn, ZERO_LSN } from '../../model/lsn.js';
import type { CreatedSlot, SystemIdentity } from '../../replication/slot.js';
import { onAbort } from '../../runtime/async.js';
import type { KeySpace } from '../records/key-space.js';
import { readPublished } from '../records/published.js';
import type { PublishableTables } from '../records/published-tables.js';
import type {
  ReplicationCommands,
  SourceReplication,
  SourceSession,
} from '../source/source-database.js';
import type { Publisher } from '../stream/publisher.js';
import type { ResyncLock } from './resync-lock.js';

/** A resync that deletes more than this many keys and more than this share asks first. */
export const MASS_DELETE_KEYS = 10;
export const MASS_DELETE_SHARE = 0.2;

export interface ResyncOptions {
  /** An ordinary session, not in a transaction. */
  readonly sql: SourceSession;
  readonly lock: ResyncLock;
  readonly replication: SourceReplication;
  readonly store: KeyValueStore;
  readonly keySpace: KeySpace;
  readonly publisher: Publisher;
  readonly slot: string;
  readonly system: SystemIdentity;
  readonly allowMassDelete: boolean;
  readonly signal: AbortSignal;
}

export interface ResyncResult {
  /** Where the stream goes on. */
  readonly lsn: Lsn;
  readonly tables: PublishableTables;
  readonly puts: number;
  readonly deletes: number;
}

/**
 * Throws `mass-delete` when too much would go, `slot-in-use`, `lock-not-obtained`, `fenced`. After
 * a failure the new slot is dropped again, so that it holds back no WAL.
 */
export async function resync(options: ResyncOptions): Promise<ResyncResult> {
  const { publisher, slot, lock } = options;
  publisher.rebase({
    ...publisher.base,
    systemId: options.system.systemId,
    timeline: options.system.timeline,
    slot,
    slotGeneration: randomUUID(),
  });
  await publisher.write(new Map(), {
    phase: 'snapshot',
    lsn: ZERO_LSN,
    committedAt: undefined,
    part: undefined,
    barrier: undefined,
    tables: new Map(),
  });
  // Nobody else writes from here on, so the store can be read while the database is busy.
  const published = readPublished(options.store, options.keySpace);
  published.catch(() => {});
  await lock.dropSlot(slot);
  const replication = await options.replication.connect();
  try {
    const created = await createSlot(replication, options);
    const tables = await options.sql.readTablesAt(created.snapshotName, options.keySpace);
    return await publishDifference(options, {
      lsn: created.consistentPoint,
      tables,
      published: await published,
    });
  } catch (error) {
    await replication.close();
    await lock.dropSlot(slot).catch(() => {});
    throw error;
  } finally {
    await replication.close();
  }
}

/** Creating a slot may wait for a long transaction, which must not keep the agent from its end. */
async function createSlot(
  replication: ReplicationCommands,
  { slot, signal }: ResyncOptions,
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
  { publisher, allowMassDelete }: ResyncOptions,
  { lsn, tables, published }: BothSides,
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

/** What turns `published`, in which no key occurs twice, into `records`. */
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
  // Where the numbers agree nothing is missing: the common case needs no second look.
  if (published.length - deletes === records.size) return { changes, deletes };
  const held = new Set(published.map(({ key }) => key));
  for (const [key, value] of records) if (!held.has(key)) changes.set(key, value);
  return { changes, deletes };
}

/** An empty database is more often a wrong database than an empty cluster. */
function guardMassDelete(deletes: number, published: number): void {
  if (deletes <= MASS_DELETE_KEYS || deletes <= published * MASS_DELETE_SHARE) return;
  const message = `the resync would delete ${deletes} of ${published} published records`;
  throw new LenkwerkError('mass-delete', message, {
    hint: 'is this the right database? if so, allow it with --allow-mass-delete',
  });
}
