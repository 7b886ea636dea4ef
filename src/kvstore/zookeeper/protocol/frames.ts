import { LenkwerkError } from '../../../model/errors.js';

const LENGTH_BYTES = 4;
/** Pages of listings are of a few MiB; an answer that is longer is not kept. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** Cuts what arrives into messages, each behind its length. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #heldBytes = 0;
  /** Of the next message; undefined: its length has not arrived. */
  #frameBytes: number | undefined;

  /** The messages that this chunk completes. Throws `store-rejected` for one that is too long. */
  push(chunk: Buffer): readonly Buffer[] {
    this.#chunks.push(chunk);
    this.#heldBytes += chunk.length;
    const frames: Buffer[] = [];
    for (;;) {
      if (this.#heldBytes < (this.#frameBytes ?? LENGTH_BYTES)) return frames;
      if (this.#frameBytes === undefined) {
        this.#frameBytes = requireLength(this.#take(LENGTH_BYTES).readInt32BE());
      } else {
        frames.push(this.#take(this.#frameBytes));
        this.#frameBytes = undefined;
      }
    }
  }

  #take(lengthBytes: number): Buffer {
    const [first = Buffer.alloc(0)] = this.#chunks;
    const held = this.#chunks.length <= 1 ? first : Buffer.concat(this.#chunks);
    this.#heldBytes -= lengthBytes;
    this.#chunks = this.#heldBytes === 0 ? [] : [held.subarray(lengthBytes)];
    return held.subarray(0, lengthBytes);
  }
}

function requireLength(lengthBytes: number): number {
  if (lengthBytes >= 0 && lengthBytes <= MAX_FRAME_BYTES) return lengthBytes;
  const message = `the server sent a message of ${lengthBytes >>> 0} bytes, more than is read`;
  const hint = 'is it a ZooKeeper, and the right one of its ports (plain text or TLS)?';
  throw new LenkwerkError('store-rejected', message, { hint });
}
