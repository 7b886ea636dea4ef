/** Expressions over documents of growing size, to measure how the time of each grows. */
import type { ArgumentRule, Signature } from '../../../src/planning/expressions/allowed/kinds.js';

/** A text: its start, what is repeated, and its end. */
export interface Shape {
  readonly name: string;
  readonly start: string;
  readonly part: string;
  readonly end: string;
}

function shape(start: string, part: string, end = ''): Shape {
  return { name: `${start}${part}..${end}`, start, part, end };
}

/**
 * What a scanner takes for words, paths, addresses, marks, digits, escapes; numbers of every
 * notation; letters that grow in capitals, and accents out of order; JSON, arrays and patterns.
 */
export const SHAPES: readonly Shape[] = [
  ...['a', 'a,', 'a-', 'a/', 'a.', 'a@', '<a ', 'é', '1', 'http://a/', '~/', "\\\\'", ' '].map(
    (part) => shape('', part),
  ),
  ...[shape('0x', 'f'), shape('0o', '7'), shape('0b', '1'), shape('0x1', '_f'), shape('1', '_0')],
  ...[shape('0.', '0', '1'), shape('0x', '0'), shape('-1e', '0', '9'), shape('  ', '\n')],
  ...[shape('', '\u0390'), shape('', '\u023a'), shape('', '\u0301\u0323'), shape('', "\u03a3'")],
  ...[shape('I', '\u0323', '\u0307'), shape('', '%_'), shape('', 'ab%'), shape('{', '{a,b},', '}')],
  ...[shape('[1', ',1e9', ']'), shape('{"a":1', ',"b":2', '}'), shape('["', '\\u0041', '"]')],
  ...[shape('10.1.2.3/', '0', '8'), shape('1:', '1:'), shape('f47ac10b-', '5'), shape('[', '-1,')],
];

/** In digits: a little below what numeric can hold. */
const MAX_DIGITS = 120_000;

/**
 * The text of a document whose members have about `size` bytes each: `t` text of one shape, `u` one
 * that differs from it until late; and `i`, `f`, `ip`, `x` of bounded size. That of the first shape
 * has `j` and `k`, arrays without a common item, `o`, an object, `d`, arrays within arrays, and `n`
 * and `m`, numbers, as well.
 */
export function growingDocument(shape: Shape, size: number): string {
  const { start, part, end } = shape;
  const repeats = Math.max(0, Math.floor((size - start.length - end.length) / part.length));
  const text = `${start}${part.repeat(repeats)}${end}`;
  const members = {
    ...{ t: text, u: `${'b,'.repeat(size / 4)}${text}` },
    ...{ i: 1_700_000_000, f: 0.5, ip: '10.1.2.3', x: 1 },
  };
  const others = shape === SHAPES[0] ? `${largeMembers(size)}, ` : '';
  return `{${others}${JSON.stringify(members).slice(1)}`;
}

function largeMembers(size: number): string {
  const items = (stem: string) => Array.from({ length: size / 8 }, (_, at) => `${stem}${at}`);
  const depth = size / 100;
  const nested = `${`["${'x'.repeat(95)}",`.repeat(depth)}1${']'.repeat(depth)}`;
  // JavaScript has no numbers of that many digits.
  const digits = '8'.repeat(Math.min(size, MAX_DIGITS));
  const numbers = `"n": ${digits}, "m": ${digits.slice(size / 2)}`;
  const object = Object.fromEntries(items('z').map((key) => [key, 1]));
  const others = { j: items('x'), k: items('y'), o: object };
  return `"d": ${nested}, ${numbers}, ${JSON.stringify(others).slice(1, -1)}`;
}

const CIVIL = [
  "(to_timestamp((data->>'i')::bigint) AT TIME ZONE 'UTC')",
  "make_date(2025, (data->>'x')::int, 1)",
];
const MOMENT = ["to_timestamp((data->>'i')::bigint)"];
const SMALL = ["(data->>'i')::bigint", "(data->>'x')::int", "(data->>'f')::float8"];
const POINT = "point(1, (data->>'f')::float8)";
const LISTS = ["string_to_array(data->>'t', ',')", "string_to_array(data->>'u', ',')"];
const JSON_PARTS = ["data->'j'", "data->'k'", "data->'o'", "data->'d'", 'data'];
const TEXTS = ["(data->>'t')", "(data->>'u')"];
const NUMBERS = ["(data->'n')::numeric", "(data->'m')::numeric"];
const VECTORS = ["to_tsvector('simple', left(data->>'t', 1024))"];
const OTHERS = ["(data->>'ip')::inet", "int8range(1, (data->>'i')::bigint)"];

/** Whatever an expression may yield. */
export const VALUES: readonly string[] = [
  ...[...TEXTS, ...JSON_PARTS, ...NUMBERS, ...LISTS, ...VECTORS, ...SMALL, ...OTHERS],
];

/** The hardest constant to search for: it differs at its end only. */
const NEEDLE = `'${'a'.repeat(63)}b'`;
/** Constants on one side of an operator. */
export const CONSTANTS: readonly string[] = [
  ...["'x'", NEEDLE, '7', "ARRAY['x1', 'y2']", "'{x1,y2}'::text[]", `'["x1"]'::jsonb`],
];

const ARGUMENTS: Readonly<Record<ArgumentRule, readonly string[]>> = {
  value: VALUES,
  small: [...SMALL, "left(data->>'t', 1024)", POINT],
  number: NUMBERS,
  json: JSON_PARTS,
  float: [POINT],
  short: ["left(data->>'t', 1024)", "lower(substr(data->>'t', 7, 1000)) || left(data->>'u', 24)"],
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

/** A call for each combination of arguments; of some arguments only, where there are many. */
export function callsOf(name: string, { args }: Signature): readonly string[] {
  const most = args.length > 4 ? 2 : undefined;
  const lists = args.reduce<readonly (readonly string[])[]>(
    (before, rule) =>
      before.flatMap((one) => ARGUMENTS[rule].slice(0, most).map((arg) => [...one, arg])),
    [[]],
  );
  return lists.map((list) => `${name}(${list.join(', ')})`);
}
