/** Expressions over documents of growing size, to measure how the time of each grows. */
import type { ArgumentRule, Signature } from '../../../src/planning/expressions/allowed/kinds.js';

/** Texts of one kind: what a scanner takes for words, paths, addresses, marks, digits, escapes. */
export const SHAPES: readonly string[] = [
  ...['a', 'a,', 'a-', 'a/', 'a.', 'a@', '<a ', 'é', '1', 'http://a/', '~/', "\\\\'", ' '],
];

/** In digits: a little below what numeric can hold. */
const MAX_DIGITS = 120_000;

/**
 * A document whose members have about `size` bytes each: `t` text of one shape, `u` one that
 * differs from it until late, `j` and `k` arrays without a common item, `o` an object, `n` and `m`
 * digits; and `i`, `f`, `ip` of bounded size.
 */
export function growingDocument(shape: string, size: number): string {
  const text = shape.repeat(size / shape.length);
  const items = (stem: string) => Array.from({ length: size / 8 }, (_, at) => `${stem}${at}`);
  const digits = '8'.repeat(Math.min(size, MAX_DIGITS));
  return JSON.stringify({
    t: text,
    u: `${'b,'.repeat(size / 4)}${text}`,
    j: items('x'),
    k: items('y'),
    o: Object.fromEntries(items('z').map((key) => [key, 1])),
    n: digits,
    m: digits.slice(size / 2),
    i: 1_700_000_000,
    f: 0.5,
    ip: '10.1.2.3',
    x: 1,
  });
}

const CIVIL = [
  "(to_timestamp((data->>'i')::bigint) AT TIME ZONE 'UTC')",
  "make_date(2025, (data->>'x')::int, 1)",
];
const MOMENT = ["to_timestamp((data->>'i')::bigint)"];
const SMALL = ["(data->>'i')::bigint", "(data->>'x')::int", "(data->>'f')::float8"];
const POINT = "point(1, (data->>'f')::float8)";
const LISTS = ["string_to_array(data->>'t', ',')", "string_to_array(data->>'u', ',')"];
const JSON_PARTS = ["data->'j'", "data->'k'", "data->'o'", 'data'];
const TEXTS = ["(data->>'t')", "(data->>'u')"];
const NUMBERS = ["(data->>'n')::numeric", "(data->>'m')::numeric"];
const VECTORS = ["to_tsvector('simple', left(data->>'t', 1024))"];
const OTHERS = ["(data->>'ip')::inet", "int8range(1, (data->>'i')::bigint)"];

/** Whatever an expression may yield. */
export const VALUES: readonly string[] = [
  ...[...TEXTS, ...JSON_PARTS, ...NUMBERS, ...LISTS, ...VECTORS, ...SMALL, ...OTHERS],
];

/** The hardest constant to search for: it differs at its end only. */
const NEEDLE = `'${'a'.repeat(255)}b'`;
/** Constants on one side of an operator. */
export const CONSTANTS: readonly string[] = [
  ...["'x'", NEEDLE, '7', "ARRAY['x1', 'y2']", "'{x1,y2}'::text[]", `'["x1"]'::jsonb`],
];

const ARGUMENTS: Readonly<Record<ArgumentRule, readonly string[]>> = {
  value: VALUES,
  small: [...SMALL, "left(data->>'t', 1024)", POINT],
  list: LISTS,
  civil: CIVIL,
  moment: MOMENT,
  span: [`tsrange(${CIVIL.join(', ')})`],
  bytes: ["(data->>'t')::bytea"],
  digest: ["sha256((data->>'t')::bytea)"],
  fixed: CONSTANTS,
  guarded: ["nullif((data->>'x')::int, 0)"],
  text: ["'x'", "'{o,z1}'"],
  needle: ["','", NEEDLE],
  integer: ['3', '24'],
  length: ['1000'],
  position: ['2'],
  divisor: ['7', '123456789.123456789'],
  truncation: ["'hour'"],
  field: ["'hour'"],
  zone: ["'Europe/Berlin'"],
  stride: ["'15 minutes'"],
  dictionary: ["'english'", "'simple'"],
  weight: ["'A'"],
  jsonpath: ["'$.j[*]'", "'$.o.z1'", "'$.j[*].a[*]'"],
  bounds: ["'[]'"],
  encoding: ["'hex'"],
};

/** A call for each combination of arguments that the signature may stand for. */
export function callsOf(name: string, { args }: Signature): readonly string[] {
  const lists = args.reduce<readonly (readonly string[])[]>(
    (before, rule) => before.flatMap((one) => ARGUMENTS[rule].map((arg) => [...one, arg])),
    [[]],
  );
  return lists.map((list) => `${name}(${list.join(', ')})`);
}
