/**
 * Everything from the start: a new slot, the tables at its snapshot, and the difference to what
 * the store holds. Where that needs several revisions, the checkpoint has phase `snapshot`.
 */
import { randomUUID } from 'node:crypto';
import type { StoredRecord } from '../../../kvstore/store.js';
import { LenkwerkError } from '../../../model/errors.js';
import type { Lsn } from '../../../model/lsn.js';
import type { CreatedSlot, SystemIdentity } from '../../../replication/slot.js';
import { onAbort } from '../../../runtime/async.js';
import type { Checkpoint } from '../../records/checkpoint.js';
import { judgeCluster } from '../../records/condition.js';
import { conditionError } from '../../records/condition-words.js';
import { requireNoMassDelete } from '../../records/mass-delete.js';
import { readToChange } from '../../records/published.js';
import type { PublishableTables } from '../../records/published-tables.js';
import type {
  ReplicationCommands,
  SourceReplication,
  SourceSession,
  Standing,
} from '../../source/source-database.js';
import { snapshotProgress } from '../../stream/progress.js';
import { Publisher } from '../../stream/publisher.js';
import type { AgentContext } from '../context.js';
import type { Stored } from '../starting-point.js';
import type { ResyncLock } from './lock.js';

interface ResyncWork {
  /** Not in a transaction. */
  readonly sql: SourceSession;
  readonly replication: SourceReplication;
  readonly lock: ResyncLock;
  /** Seen under the lock. */
  readonly standing: Standing;
  readonly stored: Stored;
  /** Called with what is written to the database. */
  readonly onActivated: (activation: string) => void;
  readonly signal: AbortSignal;
}

interface ResyncResult {
  /** What the records show. */
  readonly lsn: Lsn;
  readonly puts: number;
  readonly deletes: number;
}

/**
 * Throws `mass-delete` when too much would go, or the store is another cluster's, `not-primary`,
 * `slot-in-use`, `lock-not-obtained`, `fenced`. After a failure the new slot is dropped again, so
 * that it holds back no WAL. Nothing is written to the store before the slot is created and the
 * tables are read, and no record while there is no checkpoint.
 */
export async function resync(context: AgentContext, work: ResyncWork): Promise<ResyncResult> {
  const { slot } = context;
  const { lock, standing } = work;
  if (!mayDelete(context, work)) guardOtherCluster(work);
  // A publication that hides anything is waited for with the slot as it is.
  const publication = await work.sql.readPublication(context.publication);
  const commands = await work.replication.connect();
  try {
    const system = await commands.identifySystem();
    checkServer(system, standing);
    // While the database is busy: as long as the checkpoint is the same, nothing of this changes.
    const published = readToChange(context, work.stored.held);
    published.catch(() => {});
    // A look before the slot is dropped: a resync that is refused leaves everything as it is.
    if (standing.slot?.lost === false && !mayDelete(context, work)) {
      const tables = await work.sql.readTables(context.keySpace);
      guardDeletes(context, work, { tables, published: await published });
    }
    await lock.dropSlot(slot, standing.activation, work.signal);
    // Before the slot exists: a slot with an activation of former times would prove too much.
    const activation = randomUUID();
    await lock.activate(slot, activation, standing.slot?.confirmedFlush);
    work.onActivated(activation);
    return await publishTables(context, {
      ...{ ...work, publication, published, commands, system, activation },
    });
  } finally {
    await commands.close();
  }
}

/** Two servers may stand behind one address, or the one that was seen was promoted since. */
function checkServer({ systemId, timeline }: SystemIdentity, seen: Standing): void {
  if (systemId === seen.systemId && timeline === seen.timeline) return;
  const message = 'another server answers than the one that was seen';
  throw new LenkwerkError('database-unavailable', message, { retryable: true });
}

interface PublishWork extends ResyncWork {
  /**
   * As it was before the slot existed: the stream leaves out what it hides at any time after that,
   * also when it is whole again at the next look.
   */
  readonly publication: string;
  readonly published: Promise<readonly StoredRecord[]>;
  readonly commands: ReplicationCommands;
  readonly system: SystemIdentity;
  readonly activation: string;
}

async function publishTables(context: AgentContext, work: PublishWork): Promise<ResyncResult> {
  const { slot, keySpace } = context;
  const { sql, commands, lock, signal, stored, publication } = work;
  const created = await createSlot(commands, slot, signal);
  try {
    const tables = await sql.readTablesAt(created.snapshotName, keySpace);
    const before = await work.published;
    let found = guardDeletes(context, work, { tables, published: before });
    const lsn = created.consistentPoint;
    const { systemId, timeline } = work.system;
    const { cluster } = work.standing;
    const publisher = new Publisher(context, {
      base: { cluster, systemId, timeline, slot, publication, ...activationOf(work) },
      progress: snapshotProgress(lsn),
      tables: stored.tables,
      held: stored.held,
      signal,
    });
    if (stored.held === undefined) {
      await publisher.claim(lsn);
      const published = await readToChange(context, publisher.held);
      found = guardDeletes(context, work, { tables, published });
    }
    const { changes, deletes } = found;
    await publisher.publishSnapshot(changes, lsn, tables.fingerprints);
    return { lsn, puts: changes.size - deletes, deletes };
  } catch (error) {
    await lock.dropSlot(slot, work.activation, signal).catch(() => {});
    throw error;
  }
}

function activationOf({ activation }: PublishWork) {
  return { activation, pending: [] };
}

interface BothSides {
  readonly tables: PublishableTables;
  readonly published: readonly StoredRecord[];
}

/** What turns the store into these tables. Throws `mass-delete`. */
function guardDeletes(
  context: AgentContext,
  work: ResyncWork,
  { tables, published }: BothSides,
): RecordDifference {
  const found = difference(tables.records, published);
  if (!mayDelete(context, work)) guardMassDelete(found.deletes, published.length);
  return found;
}

function mayDelete({ knobs }: AgentContext, { standing, stored }: ResyncWork): boolean {
  return knobs.allowMassDelete || isOwnPast(stored.checkpoint, standing);
}

/**
 * Whether the checkpoint is an earlier state of this very history, as after a restore of the store:
 * one of this database's own activations published it, no further than the slot was confirmed when
 * that one ended. Neither uuid nor system id nor positions prove it: a clone has the same.
 */
export function isOwnPast(checkpoint: Checkpoint | undefined, standing: Standing): boolean {
  if (checkpoint === undefined || checkpoint.version === 1) return false;
  const { activation, witness } = checkpoint;
  const isPresent = activation === standing.activation;
  const upTo = isPresent ? standing.slot?.confirmedFlush : standing.former.get(activation);
  return upTo !== undefined && witness.endLsn <= upTo;
}

/** Creating a slot may wait for a long transaction, which must not keep the agent from its end. */
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

/** A place that was copied from another cluster more likely is a mistake than a move. */
function guardOtherCluster({ stored: { checkpoint }, standing }: ResyncWork): void {
  const condition = judgeCluster(checkpoint, standing.cluster);
  if (condition !== undefined) throw conditionError('mass-delete', condition);
}

/** An empty database more likely indicates the wrong database than an empty cluster. */
function guardMassDelete(deletes: number, published: number): void {
  const deletion = { deletes, of: published, what: 'published records' };
  requireNoMassDelete(
    deletion,
    'is this the right database? if so, start the agent with --allow-mass-delete; if rows were lost, start it again when they are back',
  );
}
