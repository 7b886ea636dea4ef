/**
 * Bounds what a server can make this process hold: the parser of `pg` keeps a message until it is
 * whole, and every role may emit a logical message of a gigabyte. A message that is too long is
 * passed over while it arrives; a change of a row that is too long ends the session.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 * https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 */
import type { Duplex } from 'node:stream';
import { LenkwerkError } from '../model/errors.js';

/** Ours hold a nonce or some keys: a logical message that is longer is of another program. */
export const MAX_LOGICAL_MESSAGE_BYTES = 1024 * 1024;
/** No store takes such a value; other tables of the publication, whose changes are dropped, may. */
export const MAX_CHANGE_BYTES = 256 * 1024 * 1024;

/** Type and length, which counts itself. */
const HEADER_BYTES = 5;
const COPY_DATA = 'd'.charCodeAt(0);
const WAL_DATA = 'w'.charCodeAt(0);
const LOGICAL_MESSAGE = 'M'.charCodeAt(0);
/** Behind `w`, two positions and a time is what the output plugin wrote: first its kind. */
const KIND_AT = HEADER_BYTES + 25;

const NOTHING = Buffer.alloc(0);

/** Passes the bytes of a server's messages on as they arrive, but for those that are too long. */
export class CopyBound {
  readonly #pass: (bytes: Buffer) => void;
  /** The beginning of a message of which it is not known yet what it is. */
  #held: Buffer = NOTHING;
  /** Of the message under way: how much is still to come. */
  #restBytes = 0;
  #skipping = false;

  constructor(pass: (bytes: Buffer) => void) {
    this.#pass = pass;
  }

  /** Throws `database-error` for a message that is too long and must not be passed over. */
  push(chunk: Buffer): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = NOTHING;
    let at = 0;
    let passed = 0;
    while (at < bytes.length) {
      if (this.#restBytes === 0 && !this.#begin(bytes, at)) {
        this.#held = bytes.subarray(at);
        break;
      }
      if (this.#skipping && passed < at) this.#pass(bytes.subarray(passed, at));
      const end = Math.min(bytes.length, at + this.#restBytes);
      this.#restBytes -= end - at;
      at = end;
      if (this.#skipping) passed = at;
    }
    if (passed < at) this.#pass(bytes.subarray(passed, at));
  }

  /** Looks at the message that begins there; false: more of it has to arrive first. */
  #begin(bytes: Buffer, at: number): boolean {
    if (bytes.length - at < HEADER_BYTES) return false;
    const lengthBytes = 1 + bytes.readUInt32BE(at + 1);
    const isLong = lengthBytes > MAX_LOGICAL_MESSAGE_BYTES;
    const isCopyData = bytes[at] === COPY_DATA;
    if (isLong && isCopyData && bytes.length - at <= KIND_AT) return false;
    this.#skipping =
      isLong &&
      isCopyData &&
      bytes[at + HEADER_BYTES] === WAL_DATA &&
      bytes[at + KIND_AT] === LOGICAL_MESSAGE;
    if (!this.#skipping && lengthBytes > MAX_CHANGE_BYTES) throw tooLong(lengthBytes);
    this.#restBytes = lengthBytes;
    return true;
  }
}

function tooLong(lengthBytes: number): LenkwerkError {
  const message = `the server sent a message of ${lengthBytes} bytes, more than can be published`;
  return new LenkwerkError('database-error', message, {
    hint: `a change of a row may have ${MAX_CHANGE_BYTES} bytes, with its row before`,
  });
}

interface BoundedStream {
  /** Called with every chunk: the server lives. */
  readonly onBytes: () => void;
  /** Nothing is passed on any more. */
  readonly onTooLong: (error: unknown) => void;
}

/** Puts a bound before those who read the stream, which is between two messages now. */
export function boundMessages(stream: Duplex, { onBytes, onTooLong }: BoundedStream): void {
  const readers = stream.listeners('data');
  stream.removeAllListeners('data');
  const bound = new CopyBound((bytes) => {
    for (const reader of readers) Reflect.apply(reader, stream, [bytes]);
  });
  let isOver = false;
  stream.on('data', (chunk: Buffer) => {
    if (isOver) return;
    onBytes();
    try {
      bound.push(chunk);
    } catch (error) {
      isOver = true;
      onTooLong(error);
    }
  });
}
