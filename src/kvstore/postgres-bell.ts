import { once } from 'node:events';
import type { PostgresSession } from './postgres/session.js';

const LISTEN = 'LISTEN lenkwerk_kv';
/** A notification may get lost with a half-open connection: after so long the log is read again. */
const LOOK_AGAIN_MS = 5_000;

/** Rings when somebody committed, when the connection breaks, and now and then. */
export class Bell {
  #hasRung = false;
  #wake = new AbortController();

  private constructor() {}

  /** Begins to listen; what is committed from now on rings. */
  static async hang(session: PostgresSession): Promise<Bell> {
    const bell = new Bell();
    await session.run({ what: 'watch', text: LISTEN });
    const client = await session.client();
    client.on('notification', () => bell.#ring());
    client.on('end', () => bell.#ring());
    client.on('error', () => bell.#ring());
    return bell;
  }

  /** To be called before reading the log: what is committed after that rings anew. */
  silence(): void {
    this.#hasRung = false;
  }

  /** Returns at once if it has rung since it was silenced. */
  async rung(signal: AbortSignal): Promise<void> {
    if (this.#hasRung || signal.aborted) return;
    this.#wake = new AbortController();
    const ends = AbortSignal.any([this.#wake.signal, signal, AbortSignal.timeout(LOOK_AGAIN_MS)]);
    if (!ends.aborted) await once(ends, 'abort');
  }

  #ring(): void {
    this.#hasRung = true;
    this.#wake.abort();
  }
}
