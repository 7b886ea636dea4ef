/** No request without a bound: a session whose server stays silent is cut. */
import type { Client } from 'pg';
import { LenkwerkError } from '../model/errors.js';

/** The silence is measured in so many steps, so that it ends within this part of it. */
const STEPS = 8;

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
  readonly #client: Client;
  readonly #limit: AnswerLimit;
  #extraMs = 0;
  #waiting = 0;
  #silentSteps = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: Client, limit: AnswerLimit) {
    this.#client = client;
    this.#limit = limit;
    client.connection.stream.on('data', () => {
      this.#silentSteps = 0;
    });
    client.once('end', () => clearTimeout(this.#timer));
  }

  /** `answer`: what a request returned, a promise unless it was given a callback. */
  follow(answer: unknown): unknown {
    if (!(answer instanceof Promise)) return answer;
    this.#waiting += 1;
    this.#silentSteps = 0;
    if (this.#waiting === 1) this.#schedule();
    const settled = () => {
      this.#waiting -= 1;
      if (this.#waiting === 0) clearTimeout(this.#timer);
    };
    answer.then(settled, settled);
    return answer;
  }

  lengthen(extraMs: number): void {
    this.#extraMs += extraMs;
  }

  /** Steps, not one timer: what arrived while this process was busy is read before the next one. */
  #schedule(): void {
    this.#timer = setTimeout(() => this.#step(), this.#limitMs / STEPS);
  }

  get #limitMs(): number {
    return this.#limit.timeoutMs + this.#extraMs;
  }

  #step(): void {
    this.#silentSteps += 1;
    if (this.#silentSteps < STEPS) this.#schedule();
    else this.#client.connection.stream.destroy(this.#noAnswer());
  }

  #noAnswer(): LenkwerkError {
    const message = `PostgreSQL at ${this.#limit.place} did not answer for ${this.#limitMs / 1_000} s`;
    return new LenkwerkError('database-unavailable', message, {
      hint: 'is the server stopped or overloaded, or does something on the way drop packets?',
      retryable: true,
    });
  }
}
