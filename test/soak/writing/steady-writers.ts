/** Writers that commit small transactions at a steady rate, whatever the server does. */
import { Client } from 'pg';
import type { Journal } from '../journal.js';
import type { Random } from '../random.js';
import { pauseFor } from './writers.js';

const WRITERS = 4;

export class SteadyWriters {
  readonly #url: string;
  readonly #journal: Journal;
  readonly #intervalMs: number;
  readonly #loops: Promise<void>[];
  readonly #startMs = performance.now();
  #pausedMs = 0;
  #stopped = false;
  #paused = false;
  #busy = 0;
  commits = 0;

  constructor(
    url: string,
    commitsPerSecond: number,
    context: { journal: Journal; random: Random },
  ) {
    this.#url = url;
    this.#journal = context.journal;
    this.#intervalMs = (1_000 * WRITERS) / commitsPerSecond;
    this.#loops = Array.from({ length: WRITERS }, (_, n) => this.#loop(n, context.random.fork()));
  }

  /** While they were writing. */
  get commitsPerSecond(): number {
    return (this.commits * 1_000) / (performance.now() - this.#startMs - this.#pausedMs);
  }

  /** Runs `work` while nothing is written. */
  async whilePaused<Result>(work: () => Promise<Result>): Promise<Result> {
    const startMs = performance.now();
    this.#paused = true;
    while (this.#busy > 0) await pauseFor(1);
    try {
      return await work();
    } finally {
      this.#paused = false;
      this.#pausedMs += performance.now() - startMs;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  async #loop(writer: number, random: Random): Promise<void> {
    const client = new Client({ connectionString: this.#url });
    client.on('error', () => {});
    await client.connect();
    let dueMs = performance.now();
    while (!this.#stopped) {
      dueMs = Math.max(dueMs + this.#intervalMs, performance.now() - 1_000);
      const waitMs = dueMs - performance.now();
      if (waitMs > 1) await pauseFor(waitMs);
      if (this.#paused) continue;
      this.#busy += 1;
      try {
        await this.#transaction(client, writer, random);
        this.commits += 1;
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
        this.#journal.count(`writer failed: ${code}`);
      } finally {
        this.#busy -= 1;
      }
    }
    await client.end();
  }

  async #transaction(client: Client, writer: number, random: Random): Promise<void> {
    const n = random.between(0, 40);
    const kind = random.between(0, 9);
    if (kind === 0) {
      await client.query('DELETE FROM storage.config WHERE key = $1', [`w${writer}-${n}`]);
    } else if (kind === 1) {
      await client.query(`INSERT INTO storage.servermap (server_map) VALUES (to_json($1::int))`, [
        n,
      ]);
    } else if (kind === 2) {
      await client.query(
        `INSERT INTO storage.postgres_instance (host, port, username) VALUES ($1, $2, 'u')
         ON CONFLICT (host, port) DO UPDATE SET status = ($2::int + random() * 3)::int % 4`,
        [`host-${writer}`, n + 1],
      );
    } else {
      await client.query(
        `INSERT INTO storage.config (key, value) VALUES ($1, to_json(random())), ($2, '[]')
         ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        [`w${writer}-${n}`, `w${writer}-${n}-twin`],
      );
    }
  }
}
