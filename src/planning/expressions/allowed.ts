/**
 * The parts that index expressions may use. Each is immutable, built into PostgreSQL, reads no
 * other data, and needs time and memory linear in the document
 * (https://www.postgresql.org/docs/current/functions.html). Absent on purpose: regular expressions
 * (backtracking), repeat() and `^` (size), now() and random(), functions that return sets,
 * aggregate or read settings, catalogs, files and other servers, and XML.
 */

/** The use of a value: times are kept apart, see vet-tree. */
export type Kind = 'value' | 'civil' | 'moment';

/** What an argument of a call may be. A kind: an expression of that kind; the rest: constants. */
export type ArgumentRule = Kind | ConstantRule;
export type ConstantRule = (typeof CONSTANT_RULES)[number];
/** What a constant argument may be. */
export const CONSTANT_RULES = [
  'text',
  'integer',
  'length',
  'position',
  'divisor',
  'truncation',
  'field',
  'zone',
  'dictionary',
  'jsonpath',
  'jsontypes',
] as const;

export interface Signature {
  readonly args: readonly ArgumentRule[];
  /** The last argument may come any number of times. */
  readonly repeats: boolean;
  readonly gives: Kind;
}

const value: readonly ArgumentRule[] = ['value'];

function signature(args: readonly ArgumentRule[], gives: Kind = 'value'): Signature {
  return { args, repeats: false, gives };
}

const OF_ONE_VALUE = [
  ...['lower', 'upper', 'initcap', 'length', 'char_length', 'character_length', 'octet_length'],
  ...['md5', 'btrim', 'ltrim', 'rtrim', 'reverse', 'ascii', 'to_hex', 'cardinality'],
  ...['abs', 'ceil', 'ceiling', 'floor', 'round', 'trunc', 'sign'],
  ...['jsonb_typeof', 'jsonb_array_length', 'jsonb_strip_nulls'],
  ...['host', 'network', 'masklen', 'family', 'netmask', 'broadcast'],
];

const OF_TWO_VALUES = [
  ...['btrim', 'ltrim', 'rtrim', 'strpos', 'position', 'starts_with', 'string_to_array'],
  ...['jsonb_exists', 'jsonb_exists_any', 'jsonb_exists_all', 'jsonb_contains'],
];

/**
 * The signatures of each function, by its name in pg_catalog. `trim` and `extract` are parsed to
 * these.
 */
export const FUNCTIONS: ReadonlyMap<string, readonly Signature[]> = collect([
  ...OF_ONE_VALUE.map((name) => [name, signature(value)] as const),
  ...OF_TWO_VALUES.map((name) => [name, signature(['value', 'value'])] as const),
  ['left', signature(['value', 'integer'])],
  ['right', signature(['value', 'integer'])],
  // With text in the second place this would be the regular expression form.
  ['substring', signature(['value', 'integer'])],
  ['substring', signature(['value', 'integer', 'length'])],
  ['substr', signature(['value', 'integer'])],
  ['substr', signature(['value', 'integer', 'length'])],
  ['lpad', signature(['value', 'integer'])],
  ['lpad', signature(['value', 'integer', 'text'])],
  ['rpad', signature(['value', 'integer'])],
  ['rpad', signature(['value', 'integer', 'text'])],
  ['split_part', signature(['value', 'text', 'position'])],
  ['translate', signature(['value', 'text', 'text'])],
  // vet-calls adds that the text does not grow.
  ['replace', signature(['value', 'text', 'text'])],
  ['round', signature(['value', 'integer'])],
  ['trunc', signature(['value', 'integer'])],
  ['mod', signature(['value', 'divisor'])],
  ['div', signature(['value', 'divisor'])],
  ['array_length', signature(['value', 'integer'])],
  ['set_masklen', signature(['value', 'integer'])],
  ['jsonb_extract_path', { args: ['value', 'text'], repeats: true, gives: 'value' }],
  ['jsonb_extract_path_text', { args: ['value', 'text'], repeats: true, gives: 'value' }],
  ['jsonb_path_query_array', signature(['value', 'jsonpath'])],
  ['jsonb_path_query_first', signature(['value', 'jsonpath'])],
  ['jsonb_path_exists', signature(['value', 'jsonpath'])],
  // With one argument it depends on the setting default_text_search_config.
  ['to_tsvector', signature(['dictionary', 'value'])],
  ['jsonb_to_tsvector', signature(['dictionary', 'value', 'jsontypes'])],
  ['to_timestamp', signature(value, 'moment')],
  ['timezone', signature(['zone', 'moment'], 'civil')],
  ['timezone', signature(['zone', 'civil'], 'moment')],
  ['date_trunc', signature(['truncation', 'civil'], 'civil')],
  ['date_part', signature(['field', 'civil'])],
  ['extract', signature(['field', 'civil'])],
]);

function collect(
  entries: readonly (readonly [string, Signature])[],
): ReadonlyMap<string, readonly Signature[]> {
  const found = new Map<string, readonly Signature[]>();
  for (const [name, one] of entries) found.set(name, [...(found.get(name) ?? []), one]);
  return found;
}

/** Operators between two expressions. */
export const BINARY_OPERATORS: ReadonlySet<string> = new Set([
  ...['->', '->>', '#>', '#>>', '@>', '<@', '?', '?|', '?&', '||', '#-'],
  ...['=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/', '%', '&', '|', '<<', '>>', '&&'],
]);

/** `-1` as an operator; a negative constant is no operator. */
export const PREFIX_OPERATORS: ReadonlySet<string> = new Set(['+', '-']);

/** Types whose input from text is immutable, so no setting changes what is stored. */
export const VALUE_TYPES: ReadonlySet<string> = new Set([
  ...['text', 'varchar', 'bpchar', 'int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'bool'],
  ...['jsonb', 'uuid', 'inet', 'cidr', 'macaddr', 'macaddr8'],
]);

/** From text these depend on settings or the clock (`'now'`); from another time they do not. */
export const CIVIL_TYPES: ReadonlySet<string> = new Set(['date', 'time', 'timestamp']);

/** The standard's names, as a pointer's cast spells them, for the names above. */
export const TYPE_ALIASES: ReadonlyMap<string, string> = new Map([
  ['bigint', 'int8'],
  ['boolean', 'bool'],
  ['character', 'bpchar'],
  ['character varying', 'varchar'],
  ['decimal', 'numeric'],
  ['double precision', 'float8'],
  ['float', 'float8'],
  ['int', 'int4'],
  ['integer', 'int4'],
  ['real', 'float4'],
  ['smallint', 'int2'],
]);

/** Collations that every server has, and that never change. */
export const COLLATIONS: ReadonlySet<string> = new Set(['C', 'POSIX']);

/** Text search configurations that initdb creates. */
export const DICTIONARIES: ReadonlySet<string> = new Set([
  ...['simple', 'arabic', 'danish', 'dutch', 'english', 'finnish', 'french', 'german', 'greek'],
  ...['hungarian', 'indonesian', 'irish', 'italian', 'lithuanian', 'nepali', 'norwegian'],
  ...['portuguese', 'romanian', 'russian', 'spanish', 'swedish', 'tamil', 'turkish'],
]);

/** Units of date_trunc(); an unknown one would fail every insert. */
export const TRUNCATIONS: ReadonlySet<string> = new Set([
  ...['microseconds', 'milliseconds', 'second', 'minute', 'hour', 'day', 'week', 'month'],
  ...['quarter', 'year', 'decade', 'century', 'millennium'],
]);

/** Further units of extract(). */
export const TIME_FIELDS: ReadonlySet<string> = new Set([
  ...TRUNCATIONS,
  ...['dow', 'isodow', 'doy', 'isoyear', 'epoch'],
]);
