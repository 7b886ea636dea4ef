import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { compilePointer, formatPointer } from '../../../../src/model/json-pointer.js';
import {
  loadExpressionGrammar,
  needsGrammar,
  vetExpression,
} from '../../../../src/planning/expressions/vet.js';
import {
  goodExpressions,
  honestExpressions,
  hostileExpressions,
} from '../../../support/expressions/expression-corpus.js';

/** Refused alone, for being constants or two. */
const FINE_AS_ARGUMENTS: ReadonlySet<string> = new Set([
  ...['data, data', '1', "'constant'", 'null', 'true', "lower('a')", "coalesce('a', 'b')"],
  'array[1, 2]',
]);

test('compiled pointers pass before the grammar is loaded', () => {
  const pointers = ['/a', '/user/id', "/it's", '/items/0', '/a~1b/~0c', '/', '/Größe', '/--'];
  const expressions = pointers.flatMap((pointer) => [
    compilePointer(pointer),
    compilePointer(pointer, 'bigint'),
    compilePointer(pointer, 'double precision'),
  ]);
  expect(needsGrammar(expressions)).toBe(false);
  expect(expressions.map(vetExpression)).toEqual(expressions.map(() => ({ kind: 'vetted' })));
});

test.each([
  ...['bigint', 'boolean', 'character', 'character varying', 'decimal', 'double precision'],
  ...['float', 'int', 'integer', 'real', 'smallint', 'numeric', 'text', 'uuid', 'inet', 'jsonb'],
])('a pointer may be cast to %s', (type) => {
  expect(vetExpression(compilePointer('/a', type))).toEqual({ kind: 'vetted' });
});

test('SQL needs the grammar; what is refused for its length does not', () => {
  expect(needsGrammar(["data->'a'", "lower(data->>'a')"])).toBe(true);
  expect(needsGrammar([`(${')::"'.repeat(1_000_000)}`])).toBe(false);
});

describe('with the grammar', () => {
  beforeAll(loadExpressionGrammar);

  test('the corpora have the expected sizes, and no line occurs twice', () => {
    const hostile = hostileExpressions();
    expect(hostile.length).toBeGreaterThanOrEqual(300);
    expect(goodExpressions().length).toBeGreaterThanOrEqual(100);
    expect(new Set(hostile).size).toBe(hostile.length);
  });

  test.each(goodExpressions())('passes: $expression', ({ expression }) => {
    expect(vetExpression(expression)).toEqual({ kind: 'vetted' });
  });

  const civil = "to_timestamp((data->>'a')::float8) AT TIME ZONE 'UTC'";
  const units = [
    ...['microseconds', 'milliseconds', 'second', 'minute', 'hour', 'day', 'week', 'month'],
    ...['quarter', 'year', 'decade', 'century', 'millennium'],
  ];
  const parts = [...units, 'dow', 'isodow', 'doy', 'isoyear', 'epoch'];
  const dictionaries = [
    ...['simple', 'arabic', 'danish', 'dutch', 'english', 'finnish', 'french', 'german', 'greek'],
    ...['hungarian', 'indonesian', 'irish', 'italian', 'lithuanian', 'nepali', 'norwegian'],
    ...['portuguese', 'romanian', 'russian', 'spanish', 'swedish', 'tamil', 'turkish'],
  ];
  test.each([
    ...units.map((unit) => `date_trunc('${unit}', ${civil})`),
    ...parts.map((part) => `extract(${part} from ${civil})`),
    ...parts.map((part) => `date_part('${part}', ${civil})`),
    ...['date', 'time', 'timestamp'].map((type) => `(${civil})::${type}`),
    ...['C', 'POSIX'].map((name) => `lower(data->>'a') COLLATE "${name}"`),
    ...dictionaries.map((name) => `to_tsvector('${name}', left(data->>'a', 1024))`),
  ])('passes: %s', (expression) => {
    expect(vetExpression(expression)).toEqual({ kind: 'vetted' });
  });

  test.each(hostileExpressions())('refused: %j', (expression) => {
    expect(vetExpression(expression)).toMatchObject({
      kind: expect.stringMatching(/^(?:invalid|unvetted)$/),
      reason: expect.stringMatching(/./),
    });
  });

  const inside = hostileExpressions().filter((expression) => !FINE_AS_ARGUMENTS.has(expression));
  test.each(inside)('refused inside something good: %j', (expression) => {
    expect(vetExpression(`coalesce(${expression}, data)`).kind).not.toBe('vetted');
  });

  test('pieces of the hostile ones never form one that reaches outside', () => {
    const piece = fc.constantFrom(...hostileExpressions(), 'data', '(', ')', ',', "'", '--', ' ');
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (pieces) => {
        const text = pieces.join('');
        if (vetExpression(text).kind === 'vetted') {
          expect(text).not.toMatch(/pg_|select|;|--|\/\*|\\|\$/i);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('any pointer without a backslash or an unprintable character passes', () => {
    const token = fc.string({ unit: 'grapheme-ascii' }).map((text) => text.replaceAll('\\', ''));
    fc.assert(
      fc.property(fc.array(token, { minLength: 1, maxLength: 8 }), (tokens) => {
        expect(vetExpression(compilePointer(formatPointer(tokens)))).toEqual({ kind: 'vetted' });
      }),
    );
  });

  test('arbitrary text gets a verdict, never an exception', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void vetExpression(text)));
  });

  test.each([
    ['brackets', (n: number) => `${'('.repeat(n)}data${')'.repeat(n)}`],
    ['calls', (n: number) => `${'lower('.repeat(n)}data${')'.repeat(n)}`],
    ['short calls', (n: number) => `${'f('.repeat(n)}data${')'.repeat(n)}`],
    ['NOT', (n: number) => `${'NOT '.repeat(n)}data`],
    ['signs', (n: number) => `${'- '.repeat(n)}data`],
    ['steps', (n: number) => `data${'->1'.repeat(n)}`],
    ['sums', (n: number) => `data${'+1'.repeat(n)}`],
    ['casts', (n: number) => `data${'::text'.repeat(n)}`],
    ['subscripts', (n: number) => `data${'[1]'.repeat(n)}`],
    ['arrays', (n: number) => `${'array['.repeat(n)}data${']'.repeat(n)}`],
    ['CASE', (n: number) => `${'CASE WHEN true THEN '.repeat(n)}data${' END'.repeat(n)}`],
    ['subqueries', (n: number) => `${'(SELECT '.repeat(n)}data${')'.repeat(n)}`],
    ['names', (n: number) => `data${'.a'.repeat(n)}`],
    ['collations', (n: number) => `data${' COLLATE "C"'.repeat(n)}`],
  ])('deep %s are refused, and the grammar goes on working', (_, make) => {
    for (const depth of [200, 300, 600, 1_000, 2_000, 100_000]) {
      const verdict = vetExpression(make(depth));
      if (depth >= 600) expect(verdict.kind).not.toBe('vetted');
      expect(vetExpression("lower(data->>'a')")).toEqual({ kind: 'vetted' });
    }
  });

  test('a long text is refused at once', () => {
    const verdict = vetExpression(`data->>'${'x'.repeat(10_000_000)}'`);
    expect(verdict).toMatchObject({
      kind: 'unvetted',
      reason: expect.stringMatching(/longer than/),
    });
  });

  test.each([
    ["lower(data->>'é') || pg_sleep(1)", 'pg_sleep'],
    ["data->'a' || other", 'other'],
    ["data->>'a' ~ 'b'", '~'],
    ['data; data', ';'],
    ["data->>'😀' || now()", 'now'],
  ])('reports the place: %s', (expression, culprit) => {
    expect(vetExpression(expression)).toMatchObject({
      offset: expression.indexOf(culprit),
    });
  });

  test.each(honestExpressions())('$expression: $reason', ({ expression, reason }) => {
    const verdict = vetExpression(expression);
    if (reason === undefined) expect(verdict).toEqual({ kind: 'vetted' });
    else
      expect(verdict).toMatchObject({ kind: 'unvetted', reason: expect.stringContaining(reason) });
  });

  test.each([
    ['what the parser cannot read', 'lower(data', 'invalid'],
    ['what ends the expression', "data->'a'); DROP TABLE storage.index; SELECT (1", 'invalid'],
    ['another clause', 'data) WHERE (true', 'invalid'],
    ['what the parser cannot read, beside a backslash', "data->'\\' || (", 'invalid'],
    ['a backslash in what it can read', "data->>'C:\\temp'", 'unvetted'],
    ['a comment', 'data -- comment', 'unvetted'],
    ['an operator class', 'lower(data) text_pattern_ops', 'unvetted'],
    ['an order', 'lower(data) DESC NULLS LAST', 'unvetted'],
    ['an unknown function', 'evil(data)', 'unvetted'],
    ['what is too long to be read', `lower(data->>'${'x'.repeat(5000)}'`, 'unvetted'],
  ])('%s: %s', (_, expression, kind) => {
    expect(vetExpression(expression)).toMatchObject({ kind });
  });

  test('a deep expression takes no longer than its length', () => {
    const deep = (n: number) => `${'coalesce('.repeat(n)}data->>'a'${", 'x')".repeat(n)}`;
    expect(vetExpression(deep(80))).toEqual({ kind: 'vetted' });
    const cases = `${'CASE WHEN data IS NULL THEN '.repeat(60)}data${' END'.repeat(60)}`;
    expect(vetExpression(cases)).toEqual({ kind: 'vetted' });
    const nested = `${'nullif('.repeat(100)}1${', 0)'.repeat(100)} < (data->>'a')::int`;
    expect(vetExpression(nested)).toEqual({ kind: 'vetted' });
  });
});
