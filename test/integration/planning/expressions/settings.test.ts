/**
 * What vetting lets through and an index may hold gives the same values under any settings, on
 * every supported PostgreSQL; what is refused for a setting does not.
 */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../../src/dev/postgres.js';
import { FUNCTIONS } from '../../../../src/planning/expressions/allowed/functions.js';
import {
  BINARY_OPERATORS,
  SMALL_TYPES,
  TEXT_TYPES,
} from '../../../../src/planning/expressions/allowed/others.js';
import { SETTINGS } from '../../../../src/planning/expressions/allowed/settings.js';
import { loadExpressionGrammar, vetExpression } from '../../../../src/planning/expressions/vet.js';
import { goodExpressions } from '../../../support/expressions/expression-corpus.js';
import { CONSTANTS, callsOf, VALUES } from '../../../support/expressions/growing-documents.js';

const MESSAGE = JSON.stringify({
  ...{ t: '12.5', u: 'a,null,b', j: ['x1', 1e-7], k: ['y'], o: { z1: 1 }, d: [[1]], n: 12.75 },
  ...{ m: 3, i: 1_700_000_000, f: 0.1234567890123456, ip: '10.1.2.3', x: 1, a: null },
  ...{ email: 'A@b.c', message: 'Some "text"', epoch: 1_700_000_000.5, score: 0.1, user: 'é' },
});

/** Two sessions, whose settings differ wherever a value or its text could depend on them. */
const SESSIONS = [
  {
    ...{ extra_float_digits: '3', bytea_output: 'hex', DateStyle: 'ISO, MDY', TimeZone: 'UTC' },
    ...{ IntervalStyle: 'postgres', array_nulls: 'on', transform_null_equals: 'off' },
    ...{ xmlbinary: 'base64', xmloption: 'content', lc_monetary: 'C', lc_numeric: 'C' },
    ...{ default_text_search_config: 'pg_catalog.simple', timezone_abbreviations: 'Default' },
  },
  {
    ...{ extra_float_digits: '-10', bytea_output: 'escape', DateStyle: 'German, DMY' },
    ...{ TimeZone: 'Asia/Kathmandu', IntervalStyle: 'iso_8601', array_nulls: 'off' },
    ...{ transform_null_equals: 'on', xmlbinary: 'hex', xmloption: 'document' },
    ...{ default_text_search_config: 'pg_catalog.german', timezone_abbreviations: 'India' },
  },
];

const TYPES = [...SMALL_TYPES, ...TEXT_TYPES, 'jsonb', 'numeric', 'numeric(12,2)', 'varchar(9)'];
const SOME = [...VALUES, "data->'f'", "(data->'f')::float8", "point(0.1, (data->'f')::float8)"];
const SIDES = [...SOME, ...CONSTANTS, 'NULL', "'{a,NULL}'"];

function candidates(): readonly string[] {
  const calls = [...FUNCTIONS].flatMap(([name, signatures]) =>
    signatures.flatMap((signature) => callsOf(`"${name}"`, signature)),
  );
  const pairs = [...BINARY_OPERATORS.keys()].flatMap((operator) =>
    SIDES.flatMap((left) => SIDES.map((right) => `(${left}) ${operator} (${right})`)),
  );
  const whole = [...goodExpressions().map(({ expression }) => expression), ...calls, ...pairs];
  const texts = [...calls, ...SOME].flatMap((value) => `(${value})::text`);
  const casts = SOME.flatMap((value) => TYPES.map((type) => `(${value})::${type}`));
  return [...new Set([...whole, ...casts, ...texts])];
}

describe.each([15, 16, 17, 18])('PostgreSQL %i', (major) => {
  let server: PostgresServer;
  let client: Client;

  beforeAll(async () => {
    await loadExpressionGrammar();
    server = await startPostgres({ env: process.env, fsync: false, major });
    client = new Client({ connectionString: server.url('postgres') });
    await client.connect();
    await client.query(`
      CREATE TABLE messages (data jsonb);
      INSERT INTO messages VALUES ('${MESSAGE.replaceAll("'", "''")}')`);
    await client.query(CREATE_VALUE);
  }, 120_000);

  afterAll(async () => {
    await client?.end();
    await server?.stop();
  });

  /** Whether the server takes the expression in an index: it holds it to be immutable. */
  async function isIndexable(expression: string): Promise<boolean> {
    return await client.query(`CREATE INDEX ON messages (((${expression}) IS NULL))`).then(
      () => true,
      () => false,
    );
  }

  /** Those of an index whose value differs between the sessions. */
  async function dependent(expressions: readonly string[]): Promise<readonly string[]> {
    const values: (readonly (string | null)[])[] = [];
    for (const settings of SESSIONS) {
      await client.query('RESET ALL');
      for (const [name, value] of Object.entries(settings)) {
        await client.query('SELECT set_config($1, $2, false)', [name, value]);
      }
      const { rows } = await client.query<{ value: string | null }>(
        `SELECT value_of(one) AS value FROM unnest($1::text[]) WITH ORDINALITY AS t (one, at)
         ORDER BY at`,
        [expressions],
      );
      values.push(rows.map(({ value }) => value));
    }
    const [first = [], second = []] = values;
    expect(first.filter((value) => value !== null)).not.toEqual([]);
    const differing = expressions.filter((_, at) => first[at] !== second[at]);
    const found: string[] = [];
    for (const one of differing) {
      if (await isIndexable(one)) found.push(one);
    }
    return found;
  }

  test('no vetted expression depends on settings', { timeout: 120_000 }, async () => {
    const vetted = candidates().filter((one) => vetExpression(one).kind === 'vetted');
    expect(vetted.length).toBeGreaterThan(1000);
    expect(await dependent(vetted)).toEqual([]);
  });

  test.each<[keyof typeof SETTINGS, string]>([
    ['floatText', "(data->'f')::float8::text"],
    ['floatText', "point(0.1, (data->'f')::float8)::text"],
    ['floatText', "(data->>'t') || (data->'f')::float8"],
    ['bytesText', "sha256((data->>'t')::bytea)::text"],
    ['arrayNull', "data->'j' ?| '{y,NULL}' OR 'NULL' = ANY('{NULL}'::text[])"],
    ['equalsNull', "(data->>'a') = NULL"],
  ])('%s: %s does, and PostgreSQL takes it in an index', async (name, expression) => {
    expect(vetExpression(expression)).toMatchObject({
      kind: 'unvetted',
      reason: expect.stringContaining(SETTINGS[name]),
    });
    expect(await dependent([expression])).toEqual([expression]);
  });
});

/** As bytes, which no setting changes; null for an expression that fails. */
const CREATE_VALUE = `
  CREATE FUNCTION value_of(expression text) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    value text;
  BEGIN
    EXECUTE pg_catalog.format(
      'SELECT pg_catalog.encode(pg_catalog.record_send(ROW((%s))), ''hex'') FROM messages', expression)
      INTO value;
    RETURN value;
  EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
  END $$`;
