/**
 * Measures how the processor time of expressions grows with the document, and how long their values
 * are, on one server.
 */
import assert from 'node:assert/strict';
import { Client } from 'pg';
import { type PostgresServer, startPostgres } from '../../../src/dev/postgres.js';
import { growthOf } from '../../../src/planning/expressions/walk/sizes.js';
import { treeOf } from './expression-corpus.js';
import { growingDocument, SHAPES, type Shape } from './growing-documents.js';

export const LARGE = 120_000;
/** Linear: 4; n log n: below 5; quadratic: 16. */
export const FACTOR = 4;
export const MOST_GROWTH = 9;
/** The sizes of the documents: the last one is compared with only. */
const SIZES = [LARGE, LARGE / FACTOR, LARGE / FACTOR ** 2, LARGE / FACTOR ** 3];
/** What takes less on a large document needs no comparison. */
const QUICK_MS = 25;
/** The same for the documents of all shapes together. */
const QUICK_FOR_ALL_MS = 3 * QUICK_MS;
/** Of the shapes that are slow for an expression: what is quadratic is far slower than the rest. */
const TRIED_SHAPES = 4;
const RUNS = 4;
/** So much in all needs no further measurement. */
const ENOUGH_MS = 100;
/** What the steps of a clock make of something very short. */
const SHORTEST_MS = 0.05;

/**
 * The server reports the processor time of each statement; the time on the clock would grow with
 * other load, and more for what takes longer than a time slice.
 */
const REPORT_TIMES = 'SET log_statement_stats = on; SET client_min_messages = log';
const TIMES = /([\d.]+) s user, ([\d.]+) s system/;

/** On how many of the documents the expression works. What fails takes time as well. */
const CREATE_TRIED = `
  CREATE FUNCTION tried(expression text, shapes text[], size int) RETURNS int LANGUAGE plpgsql AS $$
  DECLARE
    shape text;
    worked int := 0;
  BEGIN
    FOREACH shape IN ARRAY shapes LOOP
      BEGIN
        EXECUTE pg_catalog.format(
          'SELECT count((%s)) FROM documents AS d WHERE d.shape = $1 AND d.size = $2', expression)
          USING shape, size;
        worked := worked + 1;
      EXCEPTION WHEN OTHERS THEN NULL;
      END;
    END LOOP;
    RETURN worked;
  END $$`;

/** Documents on which lengths are measured, and what constants may add to any value. */
const LENGTH_SIZE = LARGE / FACTOR ** 2;
const CONSTANT_BYTES = 4096;

/**
 * How many times as long as the document the value is, at most; of a list its size in memory, as no
 * expression writes one as text.
 */
const CREATE_LENGTH = `
  CREATE FUNCTION length_of(expression text, shapes text[], size int) RETURNS float8
  LANGUAGE plpgsql AS $$
  DECLARE
    shape text;
    longest float8 := 0;
    one float8;
  BEGIN
    FOREACH shape IN ARRAY shapes LOOP
      BEGIN
        EXECUTE pg_catalog.format(
          'SELECT (CASE WHEN pg_typeof(v)::text LIKE ''%%[]'' THEN pg_column_size(v)
                        ELSE octet_length(v::text) END - ${CONSTANT_BYTES})::float8
                  / octet_length(data::text)
             FROM (SELECT data, (%s) AS v FROM documents AS d
                    WHERE d.shape = $1 AND d.size = $2 OFFSET 0) AS computed', expression)
          INTO one USING shape, size;
        longest := greatest(longest, one);
      EXCEPTION WHEN OTHERS THEN NULL;
      END;
    END LOOP;
    RETURN longest;
  END $$`;

interface Measured {
  readonly worked: number;
  /** Of processor time. */
  readonly ms: number;
}

interface Outcome {
  /** Those that the server computed on at least one kind of text. */
  readonly ran: readonly string[];
  readonly tooSlow: readonly string[];
  /** Those with a value that is longer than vetting holds it to be. */
  readonly tooLong: readonly string[];
}

function shapesFor(expression: string): readonly Shape[] {
  return expression.includes("'t'") ? SHAPES : SHAPES.slice(0, 1);
}

export class GrowthMeter {
  readonly #server: PostgresServer;
  readonly #client: Client;
  readonly #reports: string[] = [];

  private constructor(server: PostgresServer, client: Client) {
    this.#server = server;
    this.#client = client;
    client.on('notice', ({ detail }) => {
      this.#reports.push(detail ?? '');
    });
  }

  /** Starts a server of that major version that holds the documents. */
  static async start(major: number): Promise<GrowthMeter> {
    const server = await startPostgres({ env: process.env, fsync: false, major });
    const client = new Client({ connectionString: server.url('postgres') });
    const meter = new GrowthMeter(server, client);
    try {
      await client.connect();
      await meter.#fill();
    } catch (error) {
      await meter.stop();
      throw error;
    }
    return meter;
  }

  async #fill(): Promise<void> {
    await this.#client.query(`
      CREATE TABLE documents (shape text, size int, data jsonb, PRIMARY KEY (shape, size));
      ALTER TABLE documents ALTER data SET STORAGE EXTERNAL`);
    for (const shape of SHAPES) {
      for (const size of SIZES) {
        const values = [shape.name, size, growingDocument(shape, size)];
        await this.#client.query('INSERT INTO documents VALUES ($1, $2, $3)', values);
      }
    }
    await this.#client.query(CREATE_TRIED);
    await this.#client.query(CREATE_LENGTH);
    await this.#client.query(REPORT_TIMES);
  }

  async stop(): Promise<void> {
    await this.#client.end();
    await this.#server.stop();
  }

  /** How many times as long an expression takes on a document as on one of a quarter the size. */
  async growth(expression: string, shape: Shape, large: number): Promise<number> {
    const after = await this.#mean(RUNS, expression, [shape, large]);
    // More often, so that what is linear takes as long in all.
    const before = await this.#mean(RUNS * FACTOR, expression, [shape, large / FACTOR]);
    return after / Math.max(before, SHORTEST_MS);
  }

  /** Tries each expression that the server could plan at all. */
  async tryAll(expressions: readonly string[]): Promise<Outcome> {
    const ran: string[] = [];
    const tooSlow: string[] = [];
    const tooLong: string[] = [];
    for (const expression of expressions) {
      if (!(await this.#canPlan(expression))) continue;
      const outcome = await this.#try(expression);
      ran.push(...outcome.ran);
      tooSlow.push(...outcome.tooSlow);
      const length = await this.length(expression);
      if (length <= growthOf(treeOf(expression))) continue;
      tooLong.push(`${expression}: ${length.toFixed(1)} times the document`);
    }
    return { ran, tooSlow, tooLong };
  }

  /** How many times as long as the document the value of an expression is, at most. */
  async length(expression: string): Promise<number> {
    const { rows } = await this.#client.query<{ length: number }>(
      'SELECT length_of($1, $2, $3) AS length',
      [expression, shapesFor(expression).map(({ name }) => name), LENGTH_SIZE],
    );
    assert(rows[0] !== undefined);
    return rows[0].length;
  }

  async #try(expression: string): Promise<Pick<Outcome, 'ran' | 'tooSlow'>> {
    const shapes = shapesFor(expression);
    const all = await this.#measure(expression, shapes, LARGE);
    if (all.worked > 0 && all.ms < QUICK_FOR_ALL_MS) return { ran: [expression], tooSlow: [] };
    const single: (Measured & { readonly shape: Shape; readonly size: number })[] = [];
    for (const shape of shapes) {
      const large = { shape, size: LARGE, ...(await this.#measure(expression, [shape], LARGE)) };
      single.push(large);
      // A smaller one may be within limits of size, where the large one is not.
      const size = LARGE / FACTOR;
      if (large.worked > 0) continue;
      single.push({ shape, size, ...(await this.#measure(expression, [shape], size)) });
    }
    const tooSlow: string[] = [];
    const slowest = single.filter(({ ms }) => ms >= QUICK_MS).sort((a, b) => b.ms - a.ms);
    for (const { shape, size } of slowest.slice(0, TRIED_SHAPES)) {
      const factor = await this.growth(expression, shape, size);
      if (factor > MOST_GROWTH) {
        tooSlow.push(`${expression} on ${shape.name}: ${factor.toFixed(1)}`);
      }
    }
    return { ran: single.some(({ worked }) => worked > 0) ? [expression] : [], tooSlow };
  }

  /** The mean of measurements, several if short: some systems count in steps of 10 ms. */
  async #mean(runs: number, expression: string, [shape, size]: [Shape, number]): Promise<number> {
    let total = 0;
    let run = 0;
    while (run < runs && total < ENOUGH_MS) {
      total += (await this.#measure(expression, [shape], size)).ms;
      run += 1;
    }
    return total / run;
  }

  async #measure(expression: string, shapes: readonly Shape[], size: number): Promise<Measured> {
    this.#reports.length = 0;
    const names = shapes.map(({ name }) => name);
    const { rows } = await this.#client.query<{ worked: number }>(
      'SELECT tried($1, $2, $3) AS worked',
      [expression, names, size],
    );
    const [, user, system] = TIMES.exec(this.#reports.at(-1) ?? '') ?? [];
    assert(user !== undefined && system !== undefined && rows[0] !== undefined);
    return { worked: rows[0].worked, ms: 1000 * (Number(user) + Number(system)) };
  }

  async #canPlan(expression: string): Promise<boolean> {
    return await this.#client.query(`SELECT (${expression}) FROM documents LIMIT 0`).then(
      () => true,
      () => false,
    );
  }
}
