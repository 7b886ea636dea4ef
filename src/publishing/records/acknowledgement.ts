/** What a storage node reports of itself: how far its own tables follow the published records. */
import { MAX_ACKNOWLEDGEMENT_BYTES } from '../../kvstore/acknowledgements.js';
import type { Revision } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import { formatLsn, type Lsn, parseLsn } from '../../model/lsn.js';
import { printable } from '../../model/text.js';
import { type Fields, isSealed, parseFields, sealed } from './sealed-text.js';

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

/**
 * In bytes. With quotes, each of which JSON writes as two characters, all of them still fit into
 * the largest acknowledgement.
 */
const MOST = { name: 512, id: 64, key: 500, reason: 800 } as const;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/;

/** On one line, without what could move a terminal's cursor, and cut to so many bytes. */
function shown(text: string, mostBytes: number): string {
  const bytes = Buffer.from(printable(text)).subarray(0, mostBytes);
  // The last character may have been cut in two.
  return bytes.toString().replace(/\ufffd+$/, '');
}

/**
 * The text that a node writes: one JSON object with a seal, which fits into an acknowledgement. Of
 * the refused key and the reason it has what `decodeAcknowledgement` shows of them.
 */
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
      ...(refusal && encodeRefusal(refusal)),
      toolVersion,
    }),
  );
}

function encodeRefusal({ key, reason }: NodeRefusal) {
  return {
    key: key === undefined ? undefined : shown(key, MOST.key),
    reason: shown(reason, MOST.reason),
  };
}

/**
 * undefined for a text that is none of this version: nothing is known of its node. Any client of
 * the store may have written it, so that all of it is bounded and safe to show.
 */
export function decodeAcknowledgement(text: string): Acknowledgement | undefined {
  if (Buffer.byteLength(text) > MAX_ACKNOWLEDGEMENT_BYTES || !isSealed(text)) return undefined;
  const fields = parseFields(text);
  if (fields?.get('version') !== VERSION) return undefined;
  const name = plainText(fields, 'name', MOST.name);
  const followerId = plainText(fields, 'followerId', MOST.id);
  const toolVersion = plainText(fields, 'toolVersion', MOST.id);
  if (name === undefined || followerId === undefined || toolVersion === undefined) return undefined;
  const applied = readApplied(fields);
  const state = fields.get('state');
  if (state === 'following') return { name, followerId, applied, refusal: undefined, toolVersion };
  if (state !== 'refused') return undefined;
  const [key, reason] = [fields.get('key'), fields.get('reason')];
  const refusal = {
    key: typeof key === 'string' ? shown(key, MOST.key) : undefined,
    reason: typeof reason === 'string' ? shown(reason, MOST.reason) : '',
  };
  return { name, followerId, applied, refusal, toolVersion };
}

/** undefined for what is no text, longer, or not safe to show. */
function plainText(fields: Fields, name: string, mostBytes: number): string | undefined {
  const value = fields.get(name);
  if (typeof value !== 'string' || Buffer.byteLength(value) > mostBytes) return undefined;
  return printable(value) === value ? value : undefined;
}

function readApplied(fields: Fields): AppliedPosition | undefined {
  const names = ['writeId', 'revision', 'lsn', 'appliedAt'];
  const [writeId, revision = '', lsn, appliedAt = ''] = names.map((name) =>
    plainText(fields, name, MOST.id),
  );
  if (writeId === undefined || lsn === undefined || !TIME.test(appliedAt)) return undefined;
  if (!/^\d{1,20}$/.test(revision)) return undefined;
  try {
    return { writeId, revision: BigInt(revision), lsn: parseLsn(lsn), appliedAt };
  } catch (error) {
    if (error instanceof LenkwerkError) return undefined;
    throw error;
  }
}
