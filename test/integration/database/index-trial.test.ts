import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tryExpressions } from '../../../src/database/index-trial.js';
import { compilePointer } from '../../../src/model/json-pointer.js';
import { sampleMessages as samplesOf } from '../../../src/planning/expressions/samples.js';
import { loadExpressionGrammar, vetExpression } from '../../../src/planning/expressions/vet.js';
import { sessionOptions } from '../../../src/postgres/session-settings.js';
import { goodExpressions } from '../../support/expressions/expression-corpus.js';
import { createDatabase, type TestDatabase } from '../../support/servers/servers.js';

const source = { file: 'indexes.yaml', line: 1, column: 1 };
const isVetted = (expression: string) => vetExpression(expression).kind === 'vetted';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  await loadExpressionGrammar();
  database = await createDatabase();
  client = new Client({ connectionString: database.url, options: sessionOptions(undefined) });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

function index(method: string, ...expressions: readonly string[]) {
  return {
    name: 'tried',
    method,
    fields: expressions.map((expression) => ({ expression, source })),
  };
}

async function attempt(wanted: ReturnType<typeof index>) {
  return await tryExpressions(client, { indexes: [wanted], isVetted, samplesOf });
}

describe('the good expressions', () => {
  test.each(goodExpressions())('make an index: $method $expression', async (good) => {
    expect(await attempt(index(good.method, good.expression))).toEqual({
      problems: [],
      notices: [],
    });
  });

  test('a compiled pointer with each type that vetting lets through', async () => {
    const types = ['bigint', 'int', 'smallint', 'numeric', 'real', 'float8', 'boolean', 'text'];
    const fields = types.map((type) => compilePointer("/it's/0/~1", type));
    expect(fields.map(isVetted)).toEqual(types.map(() => true));
    expect(await attempt(index('btree', ...fields))).toEqual({ problems: [], notices: [] });
  });
});

describe('what the server refuses', () => {
  test('is named by its field, with the SQLSTATE', async () => {
    const report = await attempt(index('gin', 'data', "lower(data->>'email')"));
    expect(report.problems).toEqual([
      {
        index: 'tried',
        field: 1,
        message: 'data type text has no default operator class for access method "gin"',
        sqlstate: '42704',
      },
    ]);
  });

  test('functions that are called with types that they do not take', async () => {
    const report = await attempt(index('btree', 'lower(data)'));
    expect(report.problems).toMatchObject([{ index: 'tried', field: 0, sqlstate: '42883' }]);
  });

  test('too many fields blame the index', async () => {
    const fields = Array.from({ length: 33 }, (_, at) => `data->'${at}'`);
    const report = await attempt(index('btree', ...fields));
    expect(report.problems).toMatchObject([
      { index: 'tried', field: undefined, sqlstate: '54011' },
    ]);
  });

  test('among many, of methods that take one field or several, in their order', async () => {
    const indexes = Array.from({ length: 80 }, (_, at) => {
      const method = ['btree', 'hash', 'gin'][at % 3] ?? '';
      const good = method === 'gin' ? 'data' : `data->>'${at}'`;
      const bad = at === 30 || at === 31 || at === 77 ? ['lower(data)'] : [];
      return { ...index(method, ...bad, good), name: `tried_${at}` };
    });
    const report = await tryExpressions(client, { indexes, isVetted, samplesOf });
    const single = [];
    for (const one of indexes) single.push(...(await attempt(one)).problems);
    expect(report).toEqual({ problems: single, notices: [] });
    const places = single.map(({ index: name, field }) => `${name} ${field}`);
    expect(places).toEqual(expect.arrayContaining(['tried_30 0', 'tried_77 0']));
  });

  test('one problem does not hide the next index', async () => {
    const indexes = [index('btree', 'lower(data)'), index('hash', 'upper(data)')];
    const report = await tryExpressions(client, { indexes, isVetted, samplesOf });
    expect(report.problems.map(({ sqlstate }) => sqlstate)).toEqual(['42883', '42883']);
  });
});

describe('what is not tried', () => {
  test('an access method that this server lacks', async () => {
    const report = await attempt(index('rum', 'data'));
    expect(report).toEqual({
      problems: [],
      notices: ['index tried was not tried: this server has no access method rum'],
    });
  });

  test('an expression that vetting refuses never reaches the server', async () => {
    const report = await attempt(index('btree', "set_config('application_name', 'x', false)"));
    expect(report.problems).toEqual([]);
    expect(report.notices).toHaveLength(1);
  });
});

test('text that holds a second statement is refused by the protocol itself', async () => {
  const indexes = [index('btree', 'data)); CREATE TABLE public.broken_out(); SELECT ((1')];
  const report = await tryExpressions(client, { indexes, isVetted: () => true, samplesOf });
  expect(report.problems).toMatchObject([{ sqlstate: '42601' }]);
  const { rows } = await client.query("SELECT pg_catalog.to_regclass('public.broken_out') AS t");
  expect(rows).toEqual([{ t: null }]);
});

test('leaves nothing behind, and the session usable', async () => {
  await attempt(index('btree', "data->'a'"));
  const { rows } = await client.query(
    "SELECT count(*)::int AS n FROM pg_catalog.pg_class WHERE relname LIKE 'lenkwerk_trial%'",
  );
  expect(rows).toEqual([{ n: 0 }]);
  expect((await client.query('SELECT txid_current_if_assigned() AS x')).rows).toEqual([
    { x: null },
  ]);
});

test('no indexes, no statement', async () => {
  expect(await tryExpressions(client, { indexes: [], isVetted, samplesOf })).toEqual({
    problems: [],
    notices: [],
  });
});

describe('sample messages', () => {
  test.each([
    ['jsonb_array_length(data)', /fails for every sample message: cannot get array length/],
    ['data::text::int', /fails for every sample message: invalid input syntax for type integer/],
    ["(data || '{}')::text::bigint", /fails for every sample message/],
    ['lower(data::text)::uuid', /fails for every sample message/],
    [
      "coalesce(nullif(data, '{}')::text, 'f47ac10b-58cc-4372-a567-0e02b2c3d479')::uuid",
      /fails for every sample message/,
    ],
    ["CASE WHEN data = '{}' THEN 1 ELSE (data || '{}')::text::int END", /fails for every sample/],
  ])('%s is refused', async (expression, message) => {
    const { problems } = await attempt(index('btree', "data->'a'", expression));
    expect(problems).toMatchObject([
      {
        index: 'tried',
        field: 1,
        message: expect.stringMatching(message),
        sqlstate: expect.stringMatching(/^22/),
      },
    ]);
  });

  test('what works for some messages only is a notice, once no sample has a value', async () => {
    const { problems, notices } = await attempt(index('btree', "((data->>'a')::int + 7)::bool"));
    expect(problems).toEqual([]);
    expect(notices).toEqual([]);
    const odd = await attempt(index('btree', "make_date(9999999, (data->>'m')::int, 1)"));
    expect(odd).toEqual({
      problems: [],
      notices: [expect.stringMatching(/^index tried, field 1 .*: no sample message gave a value/)],
    });
  });

  test.each([
    "coalesce(((data->'id')::text)::uuid, 'f47ac10b-58cc-4372-a567-0e02b2c3d479')",
    "jsonb_insert(data, '{service}', '1')",
    "coalesce(make_date(9999999, (data->>'m')::int, 1), date '2024-01-01')",
  ])('%s, which works without its members only, is a notice', async (expression) => {
    const { problems, notices } = await attempt(index('btree', expression));
    expect(problems).toEqual([]);
    expect(notices).toEqual([
      expect.stringMatching(/^index tried, field 1 .*: no sample message gave a value/),
    ]);
  });

  test.each([
    "(data->>'id')::uuid IS NOT NULL AND (data->>'n')::int > 5 AND (data->'ok')::bool",
    "CASE WHEN (data->>'status')::int > 5 THEN (data->>'trace')::uuid END",
    "coalesce((data->'price')::numeric, (data->>'amount')::float8::numeric) + (data->>'n')::int",
    "host((data->>'ip')::inet) || md5((data->>'mac')::macaddr::text || (data->>'id')::uuid::text)",
  ])('%s, whose members are of different types, works', async (expression) => {
    expect(await attempt(index('btree', expression))).toEqual({ problems: [], notices: [] });
  });
});
