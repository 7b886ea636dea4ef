/** Server-sent events that say only that something changed, while there are viewers. */
import { createHash } from 'node:crypto';
import type { ConsoleState } from '../applying/console.js';
import { failureOf } from '../rendering/failures.js';
import { verifyJson } from '../rendering/verify/json.js';
import { type HttpAnswer, plain } from '../runtime/listen.js';
import type { Read } from './shared-read.js';

const MAX_STREAMS = 16;
const LOOK_EVERY_MS = 2_000;
type Write = (text: string) => void;

/** The streams of all viewers. */
export class Changes {
  readonly #read: () => Promise<Read<ConsoleState>>;
  readonly #streams = new Set<Write>();
  #isLooking = false;
  #last: string | undefined;

  constructor(read: () => Promise<Read<ConsoleState>>) {
    this.#read = read;
  }

  /**
   * A stream of events, or 503 where there are too many.
   * https://html.spec.whatwg.org/multipage/server-sent-events.html
   */
  answer(): HttpAnswer {
    if (this.#streams.size >= MAX_STREAMS) return plain(503, 'too many viewers');
    const stream = (write: Write, closed: AbortSignal) => {
      this.#streams.add(write);
      closed.addEventListener('abort', () => this.#streams.delete(write), { once: true });
      void this.#look();
    };
    return { status: 200, contentType: 'text/event-stream', body: 'retry: 2000\n\n', stream };
  }

  /** Until no viewer is left. Each look writes something, so that no connection counts as idle. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#last = undefined;
    while (this.#streams.size > 0) {
      const now = fingerprintOf(await this.#read());
      const isChanged = this.#last !== undefined && now !== this.#last;
      this.#last = now;
      for (const write of this.#streams) write(isChanged ? 'data: changed\n\n' : ': same\n\n');
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS).unref());
    }
    this.#isLooking = false;
  }
}

/** Without what passes with time alone, such as ages. */
function fingerprintOf({ state, error }: Read<ConsoleState>): string {
  if (state === undefined) return failureOf(error).message;
  const { status, verify, unreadable, history } = state;
  const readers = status.targets.map(({ name, slot }) => [name, slot?.reader?.pid]);
  const nodes = status.nodes.nodes.map(({ name, state: of }) => [name, of]);
  const applies = history?.entries[0]?.id.toString();
  const shown = { readers, nodes, troubles: status.troubles, unreadable, applies };
  return createHash('sha256')
    .update(verifyJson(verify))
    .update(JSON.stringify(shown))
    .digest('hex');
}
