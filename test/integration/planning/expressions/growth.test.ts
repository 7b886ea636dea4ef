/**
 * Each expression that vetting may let through takes time linear in the document, on every
 * supported PostgreSQL, and yields no longer value than vetting holds it to: it is quick on a
 * document of 120 KB a member, or four times as large a document takes far less than 16 times as
 * long. A quadratic one takes seconds there.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../../../src/planning/expressions/allowed/functions.js';
import {
  BINARY_OPERATORS,
  isValueType,
  SMALL_TYPES,
  TYPE_ALIASES,
} from '../../../../src/planning/expressions/allowed/others.js';
import { loadExpressionGrammar, vetExpression } from '../../../../src/planning/expressions/vet.js';
import { growthOf } from '../../../../src/planning/expressions/walk/sizes.js';
import { treeOf } from '../../../support/expressions/expression-corpus.js';
import {
  CONSTANTS,
  callsOf,
  SHAPES,
  VALUES,
} from '../../../support/expressions/growing-documents.js';
import { FACTOR, GrowthMeter, LARGE, MOST_GROWTH } from '../../../support/expressions/growth.js';
import { MAJORS } from '../../../support/settings/versions.js';

const isVetted = (expression: string) => vetExpression(expression).kind === 'vetted';

const shapeNamed = (name: string) => {
  const found = SHAPES.find((shape) => shape.name === name);
  if (found === undefined) throw new Error(`no shape ${name}`);
  return found;
};

const TYPES = [...SMALL_TYPES, ...TYPE_ALIASES.values(), 'text', 'jsonb', 'varchar(9)'];

const LIST = "string_to_array(data->>'t', ',')";

/** `count` of them, one within the other. */
function nested(count: number, start: string, wrap: (inner: string, at: number) => string): string {
  return Array.from({ length: count }).reduce<string>((inner, _, at) => wrap(inner, at), start);
}

/** The longest values that pass. */
const LONG = [
  `ARRAY[${Array.from({ length: 64 }, () => "data->>'t'").join()}]`,
  nested(60, 'data', (inner, at) => `jsonb_set(${inner}, '{k${at}}', data)`),
  nested(60, 'data', (inner, at) => `jsonb_insert(${inner}, '{k${at}}', data)`),
  nested(60, LIST, (inner) => `array_append(${inner}, data->>'t')`),
  Array.from({ length: 64 }, () => "(data->>'t')").join(' || '),
  Array.from({ length: 16 }, () => LIST).join(' || '),
];

const SINGLE = [
  ...["(data->>'t') LIKE '%a%b'", "(data->>'t') ILIKE '%a%b'", "(data->>'t')::char(4096)"],
  ...[`(data->>'t') LIKE '%${'a'.repeat(200)}_b%'`, "(data->>'t') ILIKE '%_______a%'"],
  ...["(data->>'t') = ANY (string_to_array(data->>'u', ','))", "(data->'n')::float8"],
  ...["(data->>'t') COLLATE \"de-x-icu\" < (data->>'u')", "left(data->>'t', 1024)::numeric"],
  ...['el', 'tr', 'lt', 'de'].flatMap((language) =>
    ['lower', 'upper', 'initcap'].map((name) => `${name}(data->>'t' COLLATE "${language}-x-icu")`),
  ),
  ...["coalesce(data->>'t', data->>'u')", "greatest(data->>'t', data->>'u')", "data['j'][5]"],
  ...["(data->'n')::numeric(12,2)", "(data->'j')::text", 'data::text', "data - ARRAY['t', 'j']"],
  ...["data #> string_to_array(data->>'t', ',')", "(data->>'t')::jsonb->>'a'"],
  "CASE WHEN data->>'t' IS DISTINCT FROM data->>'u' THEN data->'j' ELSE data->'k' END",
];

describe.each(MAJORS)('PostgreSQL %i', (major) => {
  let meter: GrowthMeter;

  beforeAll(async () => {
    await loadExpressionGrammar();
    meter = await GrowthMeter.start(major);
  }, 120_000);

  afterAll(async () => {
    await meter?.stop();
  });

  async function expectLinear(expressions: readonly string[]): Promise<void> {
    const { ran, tooSlow, tooLong } = await meter.tryAll(expressions.filter(isVetted));
    expect(tooSlow).toEqual([]);
    expect(tooLong).toEqual([]);
    expect(ran).not.toEqual([]);
  }

  test('the measure finds what grows faster', { timeout: 120_000 }, async () => {
    for (const [quadratic, name, size] of [
      ["btrim(data->>'t', data->>'u')", 'a..', LARGE / FACTOR ** 2],
      ["to_tsvector('simple', data->>'t')", '~/..', LARGE / FACTOR ** 2],
      ["(data->'j') @> (data->'j')", 'a..', LARGE / FACTOR],
      ...(major < 16
        ? []
        : ([
            ["(data->>'t')::numeric", '0xf..', LARGE / FACTOR],
            ["(data->>'t')::numeric(12,2)", '0o7..', LARGE / FACTOR],
            ["('0x' || (data->>'t'))::numeric", '1..', LARGE / FACTOR],
          ] as const)),
    ] as const) {
      expect(isVetted(quadratic)).toBe(false);
      expect(await meter.growth(quadratic, shapeNamed(name), size)).toBeGreaterThan(MOST_GROWTH);
    }
    const linear = await meter.growth("lower(data->>'t')", shapeNamed('a..'), LARGE);
    expect(linear).toBeLessThan(MOST_GROWTH);
  });

  test('the measure finds what is longer', async () => {
    const listed = `ARRAY[${Array.from({ length: 120 }, () => 'data').join()}]`;
    expect(isVetted(listed)).toBe(false);
    expect(await meter.length(listed)).toBeGreaterThan(64);
    expect(await meter.length("repeat(data->>'t', 200)")).toBeGreaterThan(64);
  });

  test.each(LONG)('the length of %s', { timeout: 60_000 }, async (expression) => {
    expect(isVetted(expression)).toBe(true);
    const bound = growthOf(treeOf(expression));
    const length = await meter.length(expression);
    expect(length).toBeLessThanOrEqual(bound);
    expect(length).toBeGreaterThan(bound / 4);
  });

  test.each([...FUNCTIONS])('%s', { timeout: 300_000 }, async (name, signatures) => {
    // Some have a syntax of their own beside that of a function.
    await expectLinear(signatures.flatMap((signature) => callsOf(`"${name}"`, signature)));
  });

  test.each([...BINARY_OPERATORS.keys()])('%s', { timeout: 300_000 }, async (operator) => {
    const sides = [...VALUES, ...CONSTANTS, "nullif((data->>'x')::int, 0)"];
    await expectLinear(
      sides.flatMap((left) => sides.map((right) => `(${left}) ${operator} (${right})`)),
    );
  });

  test.each(TYPES.filter((name) => isValueType(name.replace(/\(.*/, ''))))(
    'a cast to %s',
    { timeout: 300_000 },
    async (type) => {
      // Some work for none of the values: what fails has to be quick as well.
      const casts = VALUES.map((value) => `(${value})::${type}`).filter(isVetted);
      expect(casts).not.toEqual([]);
      expect(await meter.tryAll(casts)).toMatchObject({ tooSlow: [], tooLong: [] });
    },
  );

  test.each(SINGLE)('%s', { timeout: 60_000 }, async (expression) => {
    expect(isVetted(expression)).toBe(true);
    expect(await meter.tryAll([expression])).toMatchObject({ tooSlow: [], tooLong: [] });
  });
});
