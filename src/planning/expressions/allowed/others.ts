/** The operators, types and names that index expressions may use, each with the reason. */

/**
 * What an operator needs of its sides. `any`: nothing. `fixed`: one constant, or both of bounded
 * size. `product`: one a constant number, or both of bounded size. `quotient`: a divisor that is
 * not zero. `difference`: no list of the document on its right.
 */
export type OperatorRule = 'any' | 'fixed' | 'product' | 'quotient' | 'difference';

interface OperatorRow {
  readonly why: string;
  readonly names: readonly string[];
  readonly rule: OperatorRule;
  /** `same`: what joinKinds() makes of both sides. */
  readonly gives: 'value' | 'json' | 'small' | 'same';
}

/** Every operator between two expressions, with the reason why it is allowed. */
const OPERATOR_ROWS: readonly OperatorRow[] = [
  {
    why: 'one step into the document, or one copy',
    names: ['->', '#>', '#-'],
    rule: 'any',
    gives: 'json',
  },
  {
    why: 'one step into the document, or one copy',
    names: ['->>', '#>>'],
    rule: 'any',
    gives: 'value',
  },
  { why: 'one copy of both', names: ['||'], rule: 'any', gives: 'same' },
  { why: 'one pass for one name', names: ['?'], rule: 'any', gives: 'small' },
  {
    why: 'one pass for each item of the constant; two lists of a document are compared item by item',
    names: ['?|', '?&', '@>', '<@', '&&'],
    rule: 'fixed',
    gives: 'small',
  },
  {
    why: 'compares both once',
    names: ['=', '<>', '<', '>', '<=', '>='],
    rule: 'any',
    gives: 'small',
  },
  {
    why: 'one pass over the digits, or of bounded size',
    names: ['+', '&', '|', '<<', '>>'],
    rule: 'any',
    gives: 'same',
  },
  {
    why: 'one pass over the digits, or one copy without a name',
    names: ['-'],
    rule: 'difference',
    gives: 'same',
  },
  {
    why: 'one pass over the digits for a constant factor; two long numbers take quadratic time',
    names: ['*'],
    rule: 'product',
    gives: 'same',
  },
  {
    why: 'one pass over the digits for a constant divisor; two long numbers take quadratic time',
    names: ['/', '%'],
    rule: 'quotient',
    gives: 'same',
  },
];

/** The row of each operator between two expressions. */
export const BINARY_OPERATORS: ReadonlyMap<string, OperatorRow> = new Map(
  OPERATOR_ROWS.flatMap((row) => row.names.map((name) => [name, row])),
);

/** `-1` as an operator; a negative constant is no operator. One pass over the digits. */
export const PREFIX_OPERATORS: ReadonlySet<string> = new Set(['+', '-']);

/** The comparisons: two times of one kind may be compared, too. */
export const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '<', '>', '<=', '>=']);

/** Casts to these write a value as text. */
export const TEXT_TYPES: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar']);

/** Of bounded size; settings.ts has what their text depends on. */
export const FLOAT_TYPES: ReadonlySet<string> = new Set(['float4', 'float8']);

/** Reading these from text is immutable, so no setting changes what is stored. */
const UNBOUNDED_TYPES: ReadonlySet<string> = new Set([...TEXT_TYPES, 'numeric', 'jsonb']);

/** The same, and what is read has a bounded size. */
export const SMALL_TYPES: ReadonlySet<string> = new Set([
  ...[...FLOAT_TYPES, 'int2', 'int4', 'int8', 'bool'],
  ...['uuid', 'inet', 'cidr', 'macaddr', 'macaddr8'],
]);

/** From text these depend on settings or the clock (`'now'`); from another time they do not. */
export const CIVIL_TYPES: ReadonlySet<string> = new Set(['date', 'time', 'timestamp']);

/** The types of a cast in a pointer, and of the items of a constant array. */
export function isValueType(name: string): boolean {
  return UNBOUNDED_TYPES.has(name) || SMALL_TYPES.has(name);
}

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

/** All names of types that may be cast to. */
export const TYPE_NAMES: readonly string[] = [
  ...TYPE_ALIASES.keys(),
  ...UNBOUNDED_TYPES,
  ...SMALL_TYPES,
];

/** Every server has these, and they never change. */
const BYTE_COLLATIONS: ReadonlySet<string> = new Set(['C', 'POSIX']);

/**
 * Languages whose ICU collations initdb creates where PostgreSQL is built with ICU, as the usual
 * packages are, and from 16 on every build that does not disable it.
 */
const ICU_LANGUAGES: ReadonlySet<string> = new Set([
  ...['af', 'ar', 'az', 'be', 'bg', 'bn', 'bs', 'ca', 'cs', 'cy', 'da', 'de', 'el', 'en', 'eo'],
  ...['es', 'et', 'eu', 'fa', 'fi', 'fil', 'fr', 'ga', 'gl', 'gu', 'he', 'hi', 'hr', 'hu', 'hy'],
  ...['id', 'is', 'it', 'ja', 'ka', 'kk', 'km', 'kn', 'ko', 'ky', 'lb', 'lo', 'lt', 'lv', 'mk'],
  ...['ml', 'mn', 'mr', 'ms', 'mt', 'my', 'nb', 'ne', 'nl', 'nn', 'pa', 'pl', 'ps', 'pt', 'ro'],
  ...['ru', 'si', 'sk', 'sl', 'sq', 'sr', 'sv', 'sw', 'ta', 'te', 'th', 'tr', 'uk', 'ur', 'uz'],
  ...['vi', 'zh', 'zu', 'de-AT', 'de-CH', 'de-DE', 'en-AU', 'en-CA', 'en-GB', 'en-IE', 'en-IN'],
  ...['en-NZ', 'en-US', 'en-ZA', 'es-AR', 'es-CL', 'es-CO', 'es-ES', 'es-MX', 'fr-BE', 'fr-CA'],
  ...['fr-CH', 'fr-FR', 'it-CH', 'it-IT', 'ja-JP', 'ko-KR', 'nb-NO', 'nl-BE', 'nl-NL', 'pl-PL'],
  ...['pt-BR', 'pt-PT', 'ru-RU', 'sv-SE', 'tr-TR', 'uk-UA', 'cs-CZ', 'da-DK', 'fi-FI', 'el-GR'],
  ...['hu-HU', 'he-IL', 'ro-RO', 'sk-SK', 'sl-SI', 'vi-VN', 'bg-BG', 'hr-HR', 'et-EE', 'lv-LV'],
]);

/** Every allowed collation. The trial on the server shows where an ICU collation is missing. */
export const COLLATIONS: ReadonlySet<string> = new Set([
  ...BYTE_COLLATIONS,
  ...[...ICU_LANGUAGES].map((language) => `${language}-x-icu`),
]);

/** Text search configurations that initdb of 15 to 18 creates. */
export const DICTIONARIES: ReadonlySet<string> = new Set([
  ...['simple', 'arabic', 'armenian', 'basque', 'catalan', 'danish', 'dutch', 'english', 'finnish'],
  ...['french', 'german', 'greek', 'hindi', 'hungarian', 'indonesian', 'irish', 'italian'],
  ...['lithuanian', 'nepali', 'norwegian', 'portuguese', 'romanian', 'russian', 'serbian'],
  ...['spanish', 'swedish', 'tamil', 'turkish', 'yiddish'],
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
