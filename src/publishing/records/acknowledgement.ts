/** What a storage node reports of itself: how far its own tables follow the published records. */
import type { Revision } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import { formatLsn, type Lsn, parseLsn } from '../../model/lsn.js';
import { isSealed, parseFields, sealed } from './sealed-text.js';

const VERSION = 1;

/** Why a node does not come further, in its own words. */
export interface NodeRefusal {
  /** The record that its tables do not take; undefined: it concerns all of them. */
  readonly key: string | undefined;
  readonly reason: string;
}

/** The position that a node's tables show. */
export interface AppliedPosition {
  /** Of the checkpoint that was applied. */
  readonly writeId: string;
  /** The revision of the store that wrote this checkpoint. */
  readonly revision: Revision;
  /** To be shown only: positions may fall. */
  readonly lsn: Lsn;
  /** By the node's clock, ISO 8601: to be shown only. */
  readonly appliedAt: string;
}

export interface Acknowledgement {
  /** The instance, as `host_port`. */
  readonly name: string;
  /** Of the node's database: two followers that use one name differ in it. */
  readonly followerId: string;
  /** undefined: nothing was applied yet. */
  readonly applied: AppliedPosition | undefined;
  /** undefined: the node follows. */
  readonly refusal: NodeRefusal | undefined;
  readonly toolVersion: string;
}

/** Longer texts are no acknowledgements; a reason is cut so that it fits. */
const MAX_BYTES = 4_096;
const MAX_REASON = 500;

/** The text that a node writes: one JSON object with a seal. */
export function encodeAcknowledgement(acknowledgement: Acknowledgement): string {
  const { name, followerId, applied, refusal, toolVersion } = acknowledgement;
  return sealed(
    JSON.stringify({
      version: VERSION,
      name,
      followerId,
      ...(applied && {
        writeId: applied.writeId,
        revision: String(applied.revision),
        lsn: formatLsn(applied.lsn),
        appliedAt: applied.appliedAt,
      }),
      state: refusal === undefined ? 'following' : 'refused',
      key: refusal?.key,
      reason: refusal?.reason.slice(0, MAX_REASON),
      toolVersion,
    }),
  );
}

/** undefined for a text that is none of this version: nothing is known of its node. */
export function decodeAcknowledgement(text: string): Acknowledgement | undefined {
  if (Buffer.byteLength(text) > MAX_BYTES || !isSealed(text)) return undefined;
  const fields = parseFields(text);
  const textOf = (name: string) => {
    const value = fields?.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const [name, followerId, toolVersion] = ['name', 'followerId', 'toolVersion'].map(textOf);
  if (fields?.get('version') !== VERSION) return undefined;
  if (name === undefined || followerId === undefined || toolVersion === undefined) return undefined;
  const state = textOf('state');
  const reason = textOf('reason') ?? '';
  const refusal = state === 'refused' ? { key: textOf('key'), reason } : undefined;
  return { name, followerId, applied: readApplied(textOf), refusal, toolVersion };
}

function readApplied(textOf: (name: string) => string | undefined): AppliedPosition | undefined {
  const [writeId, revision, lsn, appliedAt] = ['writeId', 'revision', 'lsn', 'appliedAt'].map(
    textOf,
  );
  if (writeId === undefined || lsn === undefined || appliedAt === undefined) return undefined;
  if (revision === undefined || !/^\d{1,20}$/.test(revision)) return undefined;
  try {
    return { writeId, revision: BigInt(revision), lsn: parseLsn(lsn), appliedAt };
  } catch (error) {
    if (error instanceof LenkwerkError) return undefined;
    throw error;
  }
}
