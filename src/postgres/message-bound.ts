/**
 * Bounds what a server can make this process hold. `pg` keeps a message until it is whole, and the
 * rows of an answer until all of them arrived; the length of a message is known from its head.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
import type { Client, ClientConfig } from 'pg';
import { LenkwerkError } from '../model/errors.js';

/** The log of applies holds whole plans; no store takes longer records. */
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;
/** Of all messages until the server is ready for the next statement. */
export const MAX_ANSWER_BYTES = 1024 * 1024 * 1024;

/** What a row costs in memory beside the bytes of its message. */
export const MESSAGE_COST_BYTES = 256;

/** Type and length, which counts itself. */
const HEAD_BYTES = 5;
const READY_FOR_QUERY = 'Z'.charCodeAt(0);

/** Follows the heads of a server's messages as they arrive. */
export class MessageBound {
  #head: Buffer = Buffer.alloc(0);
  /** Of the message under way: how much is still to come. */
  #restBytes = 0;
  #answerBytes = 0;
  /** The server has been ready once: the session is established. */
  isReady = false;

  /** Throws `database-error` for what is too long, before it arrives. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#restBytes > 0) {
        const passed = Math.min(this.#restBytes, chunk.length - at);
        this.#restBytes -= passed;
        at += passed;
        continue;
      }
      const missing = HEAD_BYTES - this.#head.length;
      this.#head = Buffer.concat([this.#head, chunk.subarray(at, at + missing)]);
      at += missing;
      if (this.#head.length === HEAD_BYTES) this.#begin(this.#head);
    }
  }

  #begin(head: Buffer): void {
    const lengthBytes = 1 + head.readUInt32BE(1);
    if (lengthBytes < HEAD_BYTES) throw noMessage();
    this.#restBytes = lengthBytes - HEAD_BYTES;
    this.#head = Buffer.alloc(0);
    this.#answerBytes += lengthBytes + MESSAGE_COST_BYTES;
    if (lengthBytes > MAX_MESSAGE_BYTES) throw tooLong('a message', lengthBytes);
    if (this.#answerBytes > MAX_ANSWER_BYTES) throw tooLong('an answer', this.#answerBytes);
    if (head[0] !== READY_FOR_QUERY) return;
    this.isReady = true;
    this.#answerBytes = 0;
  }
}

/** `pg` throws out of the handler of its socket at what it cannot parse. */
function noMessage(cause?: unknown): LenkwerkError {
  const message = 'the server sent what is no message of PostgreSQL';
  return new LenkwerkError('database-error', message, { cause });
}

function tooLong(what: string, lengthBytes: number): LenkwerkError {
  const message = `the server sent ${what} of ${lengthBytes} bytes, more than is read`;
  return new LenkwerkError('database-error', message);
}

/**
 * Ends the session with `database-error` once the server sends too much, or what `pg` cannot parse.
 * Call it before `connect`.
 * `phase`: with `login` no more than the login is bounded, as a stream has bounds of its own.
 */
export function boundAnswers(
  client: Client,
  { ssl }: Pick<ClientConfig, 'ssl'>,
  phase: 'login' | 'session',
): void {
  const { connection } = client;
  const encrypted = ssl !== undefined && ssl !== false;
  connection.once(encrypted ? 'sslconnect' : 'connect', () => {
    const bound = new MessageBound();
    const { stream } = connection;
    const emit = stream.emit.bind(stream);
    stream.emit = (event: string | symbol, ...args: unknown[]) => {
      const [chunk] = args;
      if (event !== 'data' || !Buffer.isBuffer(chunk)) return emit(event, ...args);
      if (stream.destroyed) return false;
      try {
        if (phase === 'session' || !bound.isReady) bound.push(chunk);
        return emit(event, chunk);
      } catch (error) {
        stream.destroy(error instanceof LenkwerkError ? error : noMessage(error));
        return false;
      }
    };
  });
}
