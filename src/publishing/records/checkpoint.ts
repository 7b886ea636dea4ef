/** The record in the store of the position in the stream that its other records show. */
import { LenkwerkError } from '../../model/errors.js';
import { formatLsn, type Lsn, parseLsn } from '../../model/lsn.js';
import type { TransactionId } from '../../replication/change-source.js';
import { type Fields, fieldsOf, isSealed, parseFields, sealed } from './sealed-text.js';

const VERSION = 2;
/** Read, so that its records are compared and replaced; never written. */
const FORMER_VERSION = 1;

type Phase = 'snapshot' | 'stream';

/** The last transaction that the records show whole: what a history has to hold to be theirs. */
interface Witness {
  /** After its commit record; or the consistent point of a resync. */
  readonly endLsn: Lsn;
  /** undefined: a resync, after which nothing was published yet. */
  readonly transaction: TransactionId | undefined;
}

export interface Checkpoint {
  readonly version: typeof VERSION | typeof FORMER_VERSION;
  /** New with every write: it identifies a writer's own write whose outcome was unknown. */
  readonly writeId: string;
  /** The uuid of the cluster. */
  readonly cluster: string;
  /** From IDENTIFY_SYSTEM. */
  readonly systemId: string;
  readonly timeline: number;
  readonly slot: string;
  /** The fingerprint of what the publication is made of. */
  readonly publication: string;
  /** `snapshot`: a resync is under way and the records show no state of the database. */
  readonly phase: Phase;
  /** What may be confirmed: at or beyond the witness, and nothing was committed in between. */
  readonly lsn: Lsn;
  /** When the last transaction was committed, ISO 8601; undefined when none was seen yet. */
  readonly committedAt: string | undefined;
  /** Counts from 1 while changes that are too large for one revision are being written. */
  readonly part: number | undefined;
  /**
   * The last transaction of a batch of which parts are in the store; `repair`: the parts belong to
   * a repair, or to changes that wait for one.
   */
  readonly partOf: TransactionId | 'repair' | undefined;
  /** The nonce of the barrier that ended exactly here. */
  readonly barrier: string | undefined;
  readonly witness: Witness;
  /** Stands in the database as well: names the agent's session, and so the history. */
  readonly activation: string;
  /** Activations that were announced, and may stand in the database without having published. */
  readonly pending: readonly string[];
}

/** What stays the same from one write of a session to the next. */
export type CheckpointBase = Pick<
  Checkpoint,
  'cluster' | 'systemId' | 'timeline' | 'slot' | 'publication' | 'activation' | 'pending'
>;

/** The part that each write records anew. */
export type Progress = Omit<Checkpoint, keyof CheckpointBase | 'writeId' | 'version'>;

/** Always of the present version. */
export function encodeCheckpoint(checkpoint: Omit<Checkpoint, 'version'>): string {
  const { witness, partOf } = checkpoint;
  return sealed(
    JSON.stringify({
      version: VERSION,
      writeId: checkpoint.writeId,
      cluster: checkpoint.cluster,
      systemId: checkpoint.systemId,
      timeline: checkpoint.timeline,
      slot: checkpoint.slot,
      publication: checkpoint.publication,
      phase: checkpoint.phase,
      lsn: formatLsn(checkpoint.lsn),
      committedAt: checkpoint.committedAt,
      part: checkpoint.part,
      partOf: partOf === undefined || partOf === 'repair' ? partOf : transactionFields(partOf),
      barrier: checkpoint.barrier,
      witness: {
        ...(witness.transaction && transactionFields(witness.transaction)),
        endLsn: formatLsn(witness.endLsn),
      },
      activation: checkpoint.activation,
      pending: checkpoint.pending,
    }),
  );
}

function transactionFields({ commitLsn, xid, committedAtUs }: TransactionId) {
  return { commitLsn: formatLsn(commitLsn), xid, committedAtUs: String(committedAtUs) };
}

/**
 * The checkpoint in a stored text; undefined when the text is none, so that nothing can be said
 * about the records. Throws `store-rejected` for a checkpoint of a version unknown here: its writer
 * knows more than this program.
 */
export function decodeCheckpoint(text: string): Checkpoint | undefined {
  const fields = parseFields(text);
  // Before the version is looked at: an altered one must not stop an agent for good.
  if (fields === undefined || !isSealed(text)) return undefined;
  const version = fields.get('version');
  if (typeof version === 'number' && version !== VERSION && version !== FORMER_VERSION) {
    const message = `the checkpoint in the store has the unknown version ${version}`;
    const hint = 'upgrade lenkwerk, or delete the checkpoint to publish everything again';
    throw new LenkwerkError('store-rejected', message, { hint });
  }
  try {
    if (version === FORMER_VERSION) return readFormer(fields);
    return version === VERSION ? readFields(fields) : undefined;
  } catch (error) {
    if (error instanceof LenkwerkError && error.code === 'invalid-input') return undefined;
    throw error;
  }
}

function readFields(fields: Fields): Checkpoint {
  const witness = fieldsOf(fields.get('witness'));
  const pending = fields.get('pending');
  if (witness === undefined) throw damaged('witness');
  if (!Array.isArray(pending) || !pending.every((one) => typeof one === 'string')) {
    throw damaged('pending');
  }
  return {
    ...readCommon(fields),
    version: VERSION,
    cluster: text(fields, 'cluster'),
    partOf: readPartOf(fields.get('partOf')),
    witness: {
      endLsn: parseLsn(text(witness, 'endLsn')),
      transaction: witness.has('xid') ? readTransaction(witness) : undefined,
    },
    activation: text(fields, 'activation'),
    pending,
  };
}

/** It names neither the history nor what is in parts: nothing continues from it. */
function readFormer(fields: Fields): Checkpoint {
  const common = readCommon(fields);
  const witness = { endLsn: common.lsn, transaction: undefined };
  const unknown = { cluster: '', partOf: undefined, activation: '', pending: [] };
  return { ...common, ...unknown, version: FORMER_VERSION, witness };
}

function readCommon(fields: Fields) {
  const phase = text(fields, 'phase');
  if (phase !== 'snapshot' && phase !== 'stream') throw damaged('phase');
  return {
    phase: phase === 'snapshot' ? ('snapshot' as const) : ('stream' as const),
    writeId: text(fields, 'writeId'),
    systemId: text(fields, 'systemId'),
    timeline: count(fields, 'timeline'),
    slot: text(fields, 'slot'),
    publication: text(fields, 'publication'),
    lsn: parseLsn(text(fields, 'lsn')),
    committedAt: fields.has('committedAt') ? text(fields, 'committedAt') : undefined,
    part: fields.has('part') ? count(fields, 'part') : undefined,
    barrier: fields.has('barrier') ? text(fields, 'barrier') : undefined,
  };
}

function readPartOf(value: unknown): Checkpoint['partOf'] {
  if (value === undefined || value === 'repair') return value;
  const fields = fieldsOf(value);
  if (fields === undefined) throw damaged('partOf');
  return readTransaction(fields);
}

function readTransaction(fields: Fields): TransactionId {
  const microseconds = text(fields, 'committedAtUs');
  if (!/^-?\d{1,20}$/.test(microseconds)) throw damaged('committedAtUs');
  return {
    commitLsn: parseLsn(text(fields, 'commitLsn')),
    xid: count(fields, 'xid'),
    committedAtUs: BigInt(microseconds),
  };
}

function text(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (typeof value !== 'string') throw damaged(name);
  return value;
}

function count(fields: Fields, name: string): number {
  const value = fields.get(name);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw damaged(name);
  return value;
}

function damaged(field: string): LenkwerkError {
  return new LenkwerkError('invalid-input', `the checkpoint has no valid ${field}`);
}

/** The error of an agent whose checkpoint was replaced: it must not write any more. */
export function fenced(message: string): LenkwerkError {
  const hint = 'another agent took over, the store was restored, or the checkpoint was altered';
  return new LenkwerkError('fenced', message, { hint });
}
