/** Where every driver keeps what nodes report, and how much of it is read. */
import { LenkwerkError } from '../model/errors.js';
import type { StoredAcknowledgements } from './store.js';

/** Prefixes of records are empty or begin with a slash, so that no record is below it. */
const FOLDER = 'lenkwerk-nodes/';
/** In place of an empty prefix; any other one begins with a slash, which is encoded. */
const NO_PREFIX = '-';
/** Of a report; a longer one is not written, and passed over where it was written otherwise. */
export const MAX_ACKNOWLEDGEMENT_BYTES = 4_096;
/** Of a key: encoded, so that these are characters as well. */
export const MAX_KEY_BYTES = 1_024;
/** As many nodes are listed; further ones are passed over. */
export const MAX_NODES = 20_000;

/** True for what is no record, and is in no listing or watch of records, not even of all keys. */
export function isAcknowledgement(key: string): boolean {
  return key.startsWith(FOLDER);
}

/** The keys of the nodes that follow one target. */
export class AcknowledgementKeys {
  /** The keys are behind it; it ends with a slash. */
  readonly folder: string;

  constructor(prefix: string, target: string) {
    // The braces of a hash tag keep all keys of a Redis cluster's store together.
    const store = encoded(prefix).replaceAll(/%7B|%7D/g, decodeURIComponent);
    this.folder = `${FOLDER}${store || NO_PREFIX}/${encoded(target)}/`;
  }

  /** Of any name, with a slash as well. Throws `invalid-input` for one that is too long. */
  of(node: string): string {
    const key = `${this.folder}${encoded(node)}`;
    if (key.length <= MAX_KEY_BYTES) return key;
    throw new LenkwerkError('invalid-input', `the name of a node has ${node.length} characters`);
  }

  /** The name of the node; undefined: the key is of another program. */
  nodeOf(key: string): string | undefined {
    if (key.length > MAX_KEY_BYTES || !key.startsWith(this.folder)) return undefined;
    try {
      const node = decodeURIComponent(key.slice(this.folder.length));
      return this.of(node) === key ? node : undefined;
    } catch (error) {
      if (error instanceof URIError || error instanceof LenkwerkError) return undefined;
      throw error;
    }
  }
}

/** Half of a surrogate pair becomes the replacement character, as in every encoding to UTF-8. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

/** Throws `invalid-input` for a text that no driver takes. */
export function requireShort(text: string): void {
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes <= MAX_ACKNOWLEDGEMENT_BYTES) return;
  const message = `an acknowledgement of ${sizeBytes} bytes; ${MAX_ACKNOWLEDGEMENT_BYTES} are taken`;
  throw new LenkwerkError('invalid-input', message);
}

/** A key with what it holds; undefined: it is longer than an acknowledgement, or no text. */
export type FoundAcknowledgement = readonly [key: string, text: string | undefined];

/** Ends the listing early when there are too many. Throws what the listing throws. */
export async function collectAcknowledgements(
  keys: AcknowledgementKeys,
  listing: AsyncIterable<FoundAcknowledgement>,
): Promise<StoredAcknowledgements> {
  const byNode = new Map<string, string>();
  let passedOver = 0;
  for await (const [key, text] of listing) {
    const node = keys.nodeOf(key);
    const isShort = text !== undefined && Buffer.byteLength(text) <= MAX_ACKNOWLEDGEMENT_BYTES;
    if (node !== undefined && isShort && byNode.size < MAX_NODES) byNode.set(node, text);
    else passedOver += 1;
    if (byNode.size + passedOver > MAX_NODES) break;
  }
  return { byNode, passedOver };
}

/** The error for a store that no agent has prepared for acknowledgements yet. */
export function noPlaceYet(node: string, cause: unknown): LenkwerkError {
  const message = `acknowledge as ${node}: the store has no place for it yet`;
  const hint = 'an agent of this version makes it when it starts, where its login may';
  return new LenkwerkError('store-unavailable', message, { cause, hint, retryable: true });
}
