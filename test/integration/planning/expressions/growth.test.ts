/**
 * Each expression that vetting may let through takes time linear in the document: it is quick on a
 * document of 120 KB a member, or four times as large a document takes far less than 16 times as
 * long. A quadratic one takes seconds there.
 */
import assert from 'node:assert/strict';
import { Client, escapeLiteral } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FUNCTIONS } from '../../../../src/planning/expressions/allowed/functions.js';
import { BINARY_OPERATORS } from '../../../../src/planning/expressions/allowed/others.js';
import { loadExpressionGrammar, vetExpression } from '../../../../src/planning/expressions/vet.js';
import {
  CONSTANTS,
  callsOf,
  growingDocument,
  SHAPES,
  VALUES,
} from '../../../support/expressions/growing-documents.js';
import { createDatabase, type TestDatabase } from '../../../support/servers/servers.js';

const LARGE = 120_000;
/** Linear: 4; n log n: below 5; quadratic: 16. */
const FACTOR = 4;
const MOST_GROWTH = 9;
/** The sizes of the documents: the last one is compared with only. */
const SIZES = [LARGE, LARGE / FACTOR, LARGE / FACTOR ** 2, LARGE / FACTOR ** 3];
/** What takes less on a large document needs no comparison. */
const QUICK_MS = 25;
const RUNS = 4;
/** What the steps of a clock make of something very short. */
const SHORTEST_MS = 0.05;

/**
 * The server reports the processor time of each statement; the time on the clock would grow with
 * other load, and more for what takes longer than a time slice.
 */
const REPORT_TIMES = 'SET log_statement_stats = on; SET client_min_messages = log';
const TIMES = /([\d.]+) s user, ([\d.]+) s system/;

let database: TestDatabase;
let client: Client;
const reports: string[] = [];

beforeAll(async () => {
  await loadExpressionGrammar();
  database = await createDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    CREATE TABLE documents (shape text, size int, data jsonb, PRIMARY KEY (shape, size));
    ALTER TABLE documents ALTER data SET STORAGE EXTERNAL`);
  for (const shape of SHAPES) {
    for (const size of SIZES) {
      const values = [shape, size, growingDocument(shape, size)];
      await client.query('INSERT INTO documents VALUES ($1, $2, $3)', values);
    }
  }
  client.on('notice', ({ detail }) => {
    reports.push(detail ?? '');
  });
  await client.query(REPORT_TIMES);
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

/** The milliseconds of an expression over one document; null where the server refuses it. */
async function measure(expression: string, shape: string, size: number): Promise<number | null> {
  reports.length = 0;
  const one = `shape = ${escapeLiteral(shape)} AND size = ${size}`;
  const statement = `SELECT count(*), count((${expression})) FROM documents WHERE ${one}`;
  const rows = await rowsOf(statement);
  if (rows === undefined) return null;
  assert.deepEqual(rows[0]?.[0], '1');
  const [, user, system] = TIMES.exec(reports.at(-1) ?? '') ?? [];
  assert(user !== undefined && system !== undefined);
  return 1000 * (Number(user) + Number(system));
}

/** undefined where the server refuses the statement. */
async function rowsOf(text: string): Promise<readonly (readonly unknown[])[] | undefined> {
  return await client.query({ text, rowMode: 'array' }).then(
    ({ rows }) => rows,
    () => undefined,
  );
}

/** The mean of several measurements: some systems count processor time in steps of 10 ms. */
async function mean(runs: number, ...place: Parameters<typeof measure>): Promise<number> {
  let total = 0;
  for (let run = 0; run < runs; run += 1) total += (await measure(...place)) ?? 0;
  return total / runs;
}

async function growth(expression: string, shape: string, large: number): Promise<number> {
  const after = await mean(RUNS, expression, shape, large);
  // More often, so that what is linear takes as long in all.
  const before = await mean(RUNS * FACTOR, expression, shape, large / FACTOR);
  return after / Math.max(before, SHORTEST_MS);
}

interface Outcome {
  /** On at least one kind of text the server computed it. */
  readonly ran: boolean;
  readonly tooSlow: readonly string[];
}

async function tryAll(expression: string): Promise<Outcome> {
  let ran = false;
  const tooSlow: string[] = [];
  for (const shape of expression.includes("'t'") ? SHAPES : SHAPES.slice(0, 1)) {
    for (const size of [LARGE / FACTOR, LARGE]) {
      const ms = await measure(expression, shape, size);
      ran ||= ms !== null;
      if (ms === null || ms < QUICK_MS) continue;
      const factor = await growth(expression, shape, size);
      if (factor <= MOST_GROWTH) continue;
      tooSlow.push(`${expression} on ${shape}: ${factor.toFixed(1)}`);
      break;
    }
  }
  return { ran, tooSlow };
}

const isVetted = (expression: string) => vetExpression(expression).kind === 'vetted';

/** Those that the server could plan at all. */
async function accepted(expressions: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const expression of expressions) {
    const text = `SELECT (${expression}) FROM documents LIMIT 0`;
    if ((await rowsOf(text)) !== undefined) found.push(expression);
  }
  return found;
}

async function verdicts(expressions: readonly string[]) {
  const candidates = await accepted(expressions.filter(isVetted));
  const outcomes: Outcome[] = [];
  for (const one of candidates) outcomes.push(await tryAll(one));
  const ran = candidates.filter((_, at) => outcomes[at]?.ran);
  return { ran, tooSlow: outcomes.flatMap(({ tooSlow }) => tooSlow) };
}

test('the measure finds what grows faster', async () => {
  for (const [quadratic, shape, size] of [
    ["btrim(data->>'t', data->>'u')", 'a', LARGE / FACTOR ** 2],
    ["to_tsvector('simple', data->>'t')", '~/', LARGE / FACTOR ** 2],
    ["(data->'j') @> (data->'j')", 'a', LARGE / FACTOR],
  ] as const) {
    expect(isVetted(quadratic)).toBe(false);
    expect(await growth(quadratic, shape, size)).toBeGreaterThan(MOST_GROWTH);
  }
  expect(await growth("lower(data->>'t')", 'a', LARGE)).toBeLessThan(MOST_GROWTH);
});

test.each([...FUNCTIONS])('%s', { timeout: 300_000 }, async (name, signatures) => {
  // Some have a syntax of their own beside that of a function.
  const calls = signatures.flatMap((signature) => callsOf(`"${name}"`, signature));
  const { ran, tooSlow } = await verdicts(calls);
  expect(tooSlow).toEqual([]);
  expect(ran).not.toEqual([]);
});

test.each([...BINARY_OPERATORS.keys()])('%s', { timeout: 300_000 }, async (operator) => {
  const sides = [...VALUES, ...CONSTANTS, "nullif((data->>'x')::int, 0)"];
  const pairs = sides.flatMap((left) => sides.map((right) => `(${left}) ${operator} (${right})`));
  const { ran, tooSlow } = await verdicts(pairs);
  expect(tooSlow).toEqual([]);
  expect(ran).not.toEqual([]);
});

test.each([
  ...["(data->>'t') LIKE '%a%b'", "(data->>'t') ILIKE '%a%b'", "(data->>'t')::char(4096)"],
  ...["(data->>'t') = ANY (string_to_array(data->>'u', ','))", "(data->>'n')::float8"],
  ...["(data->>'t') COLLATE \"de-x-icu\" < (data->>'u')", 'lower(data->>\'t\' COLLATE "tr-x-icu")'],
  ...["coalesce(data->>'t', data->>'u')", "greatest(data->>'t', data->>'u')", "data['j'][5]"],
  ...["(data->>'n')::numeric(12,2)", "(data->'j')::text", 'data::text', "data - ARRAY['t', 'j']"],
  "CASE WHEN data->>'t' IS DISTINCT FROM data->>'u' THEN data->'j' ELSE data->'k' END",
])('%s', { timeout: 60_000 }, async (expression) => {
  expect(isVetted(expression)).toBe(true);
  const { tooSlow } = await tryAll(expression);
  expect(tooSlow).toEqual([]);
});
