/** No request without a bound: a session whose server stays silent is cut. */
import type { Client } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import { Deadline } from '../runtime/async.js';

interface AnswerLimit {
  /** Where the server is, for the message. */
  readonly place: string;
  /** How long the server may send nothing while a request waits for it. */
  readonly timeoutMs: number;
}

const WATCHES = new WeakMap<Client, AnswerWatch>();

/**
 * Cuts the open session when a request waits and nothing arrives for so long: the request then
 * throws `database-unavailable` that names the server. What arrives in pieces may take as long as
 * it takes.
 */
export function watchAnswers(client: Client, limit: AnswerLimit): void {
  const watch = new AnswerWatch(client, limit);
  WATCHES.set(client, watch);
  client.query = new Proxy(client.query, {
    apply: (query, self, given) => watch.follow(Reflect.apply(query, self, given)),
  });
}

/**
 * Runs `work`, whose requests may take `extraMs` longer than others: the server is known to wait,
 * as for a lock.
 */
export async function withPatience<Result>(
  client: Client,
  extraMs: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const watch = WATCHES.get(client);
  watch?.lengthen(extraMs);
  return await work().finally(() => watch?.lengthen(-extraMs));
}

class AnswerWatch {
  readonly #limit: AnswerLimit;
  #extraMs = 0;
  #waiting = 0;
  readonly #silence: Deadline;

  constructor(client: Client, limit: AnswerLimit) {
    this.#limit = limit;
    this.#silence = new Deadline(
      () => this.#limitMs,
      () => client.connection.stream.destroy(this.#noAnswer()),
    );
    client.connection.stream.on('data', () => this.#silence.restart());
    client.once('end', () => this.#silence.stop());
  }

  /** `answer`: what a request returned, a promise unless it was given a callback. */
  follow(answer: unknown): unknown {
    if (!(answer instanceof Promise)) return answer;
    this.#waiting += 1;
    if (this.#waiting === 1) this.#silence.start();
    else this.#silence.restart();
    const settled = () => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#silence.stop();
    };
    answer.then(settled, settled);
    return answer;
  }

  lengthen(extraMs: number): void {
    this.#extraMs += extraMs;
  }

  get #limitMs(): number {
    return this.#limit.timeoutMs + this.#extraMs;
  }

  #noAnswer(): LenkwerkError {
    const message = `PostgreSQL at ${this.#limit.place} did not answer for ${this.#limitMs / 1_000} s`;
    return new LenkwerkError('database-unavailable', message, {
      hint: 'is the server stopped or overloaded, or does something on the way drop packets?',
      retryable: true,
    });
  }
}
