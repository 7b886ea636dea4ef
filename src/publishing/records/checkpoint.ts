/** The record in the store of the position in the stream that its other records show. */
import { createHash } from 'node:crypto';
import { LenkwerkError } from '../../model/errors.js';
import { formatLsn, type Lsn, parseLsn } from '../../model/lsn.js';

const CHECKPOINT_VERSION = 1;

const SEAL_DIGITS = 16;
const SEAL_LENGTH = sealOf('').length;

type Phase = 'snapshot' | 'stream';

export interface Checkpoint {
  /** New with every write: a writer knows by it a write of its own whose outcome was unknown. */
  readonly writeId: string;
  /** From IDENTIFY_SYSTEM. */
  readonly systemId: string;
  readonly timeline: number;
  readonly slot: string;
  /** Made together with the slot: a position never outlives the slot that it belongs to. */
  readonly slotGeneration: string;
  /** The fingerprint of what the publication is made of. */
  readonly publication: string;
  /** `snapshot`: a resync is under way and the records are no state of the database. */
  readonly phase: Phase;
  /** The end of the last whole transaction that the records show. */
  readonly lsn: Lsn;
  /** When that transaction was committed, ISO 8601; undefined when none was seen yet. */
  readonly committedAt: string | undefined;
  /** Counts from 1 while something too large for one revision is being applied. */
  readonly part: number | undefined;
  /** The nonce of the barrier that ended exactly here. */
  readonly barrier: string | undefined;
  /** The fingerprint of each table, by its name. */
  readonly tables: ReadonlyMap<string, string>;
}

/** What stays the same from one write to the next. */
export type CheckpointBase = Pick<
  Checkpoint,
  'systemId' | 'timeline' | 'slot' | 'slotGeneration' | 'publication'
>;

/** The text under the checkpoint's key: JSON with a seal. */
export function encodeCheckpoint(checkpoint: Checkpoint): string {
  return sealed(
    JSON.stringify({
      version: CHECKPOINT_VERSION,
      writeId: checkpoint.writeId,
      systemId: checkpoint.systemId,
      timeline: checkpoint.timeline,
      slot: checkpoint.slot,
      slotGeneration: checkpoint.slotGeneration,
      publication: checkpoint.publication,
      phase: checkpoint.phase,
      lsn: formatLsn(checkpoint.lsn),
      committedAt: checkpoint.committedAt,
      part: checkpoint.part,
      barrier: checkpoint.barrier,
      tables: Object.fromEntries(checkpoint.tables),
    }),
  );
}

/**
 * A JSON object with a digest of its text as the last member, in every version alike: a text that
 * was altered is no checkpoint.
 */
export function sealed(body: string): string {
  return `${body.slice(0, -1)}${sealOf(body)}`;
}

/** The last member and the end of the object. */
function sealOf(body: string): string {
  const digest = createHash('sha256').update(body).digest('hex').slice(0, SEAL_DIGITS);
  return `,"seal":"${digest}"}`;
}

function isSealed(text: string): boolean {
  const body = `${text.slice(0, -SEAL_LENGTH)}}`;
  return text.slice(-SEAL_LENGTH) === sealOf(body);
}

/**
 * The checkpoint in a stored text; undefined when the text is none, so that nothing is known about
 * the records. Throws `store-rejected` for a checkpoint of a version unknown here: the program that
 * wrote it knows more than this one.
 */
export function decodeCheckpoint(text: string): Checkpoint | undefined {
  const fields = parseObject(text);
  // Before the version is looked at: an altered one must not stop an agent for good.
  if (fields === undefined || !isSealed(text)) return undefined;
  const version = fields.get('version');
  if (typeof version === 'number' && version !== CHECKPOINT_VERSION) {
    const message = `the checkpoint in the store has the unknown version ${version}`;
    const hint = 'upgrade lenkwerk, or delete the checkpoint to publish everything again';
    throw new LenkwerkError('store-rejected', message, { hint });
  }
  try {
    return version === CHECKPOINT_VERSION ? readFields(fields) : undefined;
  } catch (error) {
    if (error instanceof LenkwerkError && error.code === 'invalid-input') return undefined;
    throw error;
  }
}

function readFields(fields: ReadonlyMap<string, unknown>): Checkpoint {
  const phase = text(fields, 'phase');
  if (phase !== 'snapshot' && phase !== 'stream') throw damaged('phase');
  return {
    writeId: text(fields, 'writeId'),
    systemId: text(fields, 'systemId'),
    timeline: count(fields, 'timeline'),
    slot: text(fields, 'slot'),
    slotGeneration: text(fields, 'slotGeneration'),
    publication: text(fields, 'publication'),
    phase,
    lsn: parseLsn(text(fields, 'lsn')),
    committedAt: fields.has('committedAt') ? text(fields, 'committedAt') : undefined,
    part: fields.has('part') ? count(fields, 'part') : undefined,
    barrier: fields.has('barrier') ? text(fields, 'barrier') : undefined,
    tables: fingerprints(fields.get('tables')),
  };
}

function fingerprints(value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null) throw damaged('tables');
  return new Map(
    Object.entries(value).map(([table, fingerprint]) => {
      if (typeof fingerprint !== 'string') throw damaged('tables');
      return [table, fingerprint];
    }),
  );
}

function parseObject(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return new Map(Object.entries(value));
  } catch {
    return undefined;
  }
}

function text(fields: ReadonlyMap<string, unknown>, name: string): string {
  const value = fields.get(name);
  if (typeof value !== 'string') throw damaged(name);
  return value;
}

function count(fields: ReadonlyMap<string, unknown>, name: string): number {
  const value = fields.get(name);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw damaged(name);
  return value;
}

function damaged(field: string): LenkwerkError {
  return new LenkwerkError('invalid-input', `the checkpoint has no valid ${field}`);
}
