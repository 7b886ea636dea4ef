/**
 * Bounds what a server can make this process hold: the parser of `pg` keeps a message until it is
 * whole, and every role may emit a logical message of a gigabyte. A message that is too long is
 * passed over while it arrives, as is a change of a row of another program's table; one of a table
 * of ours ends the session.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 * https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 */
import type { Duplex } from 'node:stream';
import { LenkwerkError, ResyncRequired } from '../model/errors.js';

/** Ours hold a nonce or some keys: a logical message that is longer is of another program. */
export const MAX_LOGICAL_MESSAGE_BYTES = 1024 * 1024;
/** No store takes such a value. */
export const MAX_CHANGE_BYTES = 256 * 1024 * 1024;

/** Type and length, which counts itself. */
const HEADER_BYTES = 5;
const COPY_DATA = 'd'.charCodeAt(0);
const WAL_DATA = 'w'.charCodeAt(0);
const LOGICAL_MESSAGE = 'M'.charCodeAt(0);
/** Behind `w`, two positions and a time is what the output plugin wrote: first its kind. */
const KIND_AT = HEADER_BYTES + 25;
const CHANGES: ReadonlySet<number> = new Set([...'IUD'].map((kind) => kind.charCodeAt(0)));
/** Behind the kind of a change: the oid of its relation. */
const RELATION_BYTES = 4;

const NOTHING = Buffer.alloc(0);

/** Passes the bytes of a server's messages on as they arrive, but for those that are too long. */
export class CopyBound {
  readonly #pass: (bytes: Buffer) => void;
  readonly #isForeign: (relationOid: number) => boolean;
  /** The beginning of a message of which it is not known yet what it is. */
  #held: Buffer = NOTHING;
  /** Of the message under way: how much is still to come. */
  #restBytes = 0;
  #skipping = false;

  /**
   * `isForeign`: whether no change of this relation is needed, as far as what was passed on shows;
   * its oid is read as signed.
   */
  constructor(pass: (bytes: Buffer) => void, isForeign: (relationOid: number) => boolean) {
    this.#pass = pass;
    this.#isForeign = isForeign;
  }

  /**
   * Throws `resync-required` for a change that is too long and is needed, `database-error` for what
   * else is too long.
   */
  push(chunk: Buffer): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = NOTHING;
    let at = 0;
    let passed = 0;
    while (at < bytes.length) {
      if (this.#restBytes === 0) {
        const head = readHead(bytes.subarray(at));
        if (head === undefined) {
          this.#held = bytes.subarray(at);
          break;
        }
        // What describes its relation has to be passed on before it is judged.
        if (head.isLong && passed < at) this.#pass(bytes.subarray(passed, at));
        if (head.isLong) passed = at;
        this.#skipping = head.isLong && this.#canSkip(head);
        this.#restBytes = head.lengthBytes;
      }
      const end = Math.min(bytes.length, at + this.#restBytes);
      this.#restBytes -= end - at;
      at = end;
      if (this.#skipping) passed = at;
    }
    if (passed < at) this.#pass(bytes.subarray(passed, at));
  }

  #canSkip({ kind, relationOid, lengthBytes }: Head): boolean {
    if (kind === LOGICAL_MESSAGE) return true;
    if (lengthBytes <= MAX_CHANGE_BYTES) return false;
    if (kind === undefined || !CHANGES.has(kind)) throw tooLong(lengthBytes);
    if (this.#isForeign(relationOid)) return true;
    const message = `a change of a row has ${lengthBytes} bytes, more than can be published`;
    throw new ResyncRequired('refused', message);
  }
}

/** How a message begins. */
interface Head {
  readonly lengthBytes: number;
  /** It may have to be passed over. */
  readonly isLong: boolean;
  /** Of what the output plugin wrote; undefined: it wrote none of it, or it is short. */
  readonly kind: number | undefined;
  /** Where it is a change. */
  readonly relationOid: number;
}

/** undefined: more of the message has to arrive first. */
function readHead(bytes: Buffer): Head | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const lengthBytes = 1 + bytes.readUInt32BE(1);
  const isLong = lengthBytes > MAX_LOGICAL_MESSAGE_BYTES;
  const short = { lengthBytes, isLong, kind: undefined, relationOid: 0 };
  if (!isLong || bytes[0] !== COPY_DATA) return short;
  if (bytes.length <= KIND_AT + RELATION_BYTES) return undefined;
  if (bytes[HEADER_BYTES] !== WAL_DATA) return short;
  return { lengthBytes, isLong, kind: bytes[KIND_AT], relationOid: bytes.readInt32BE(KIND_AT + 1) };
}

function tooLong(lengthBytes: number): LenkwerkError {
  const message = `the server sent a message of ${lengthBytes} bytes, more than is read`;
  return new LenkwerkError('database-error', message);
}

interface BoundedStream {
  /** Called with every chunk: the server lives. */
  readonly onBytes: () => void;
  /** As CopyBound takes it. */
  readonly isForeign: (relationOid: number) => boolean;
  /** Nothing is passed on any more. */
  readonly onTooLong: (error: unknown) => void;
}

/** Puts a bound before those who read the stream, which is between two messages now. */
export function boundMessages(stream: Duplex, bounded: BoundedStream): void {
  const { onBytes, isForeign, onTooLong } = bounded;
  const readers = stream.listeners('data');
  stream.removeAllListeners('data');
  const pass = (bytes: Buffer) => {
    for (const reader of readers) Reflect.apply(reader, stream, [bytes]);
  };
  const bound = new CopyBound(pass, isForeign);
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
