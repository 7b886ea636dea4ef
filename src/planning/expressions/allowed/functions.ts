/**
 * The functions that index expressions may call, each with the reason. All are built into every
 * PostgreSQL from 15 to 18, immutable, read no other data, and need time and memory linear in the
 * document (https://www.postgresql.org/docs/current/functions.html). refused.ts has the reasons of
 * those that are missing on purpose.
 */

import type { ArgumentRule, Kind, Signature } from './kinds.js';

interface FunctionRow {
  readonly why: string;
  /** Names in pg_catalog; `trim`, `extract` and AT TIME ZONE are parsed to such. */
  readonly names: readonly string[];
  readonly forms: readonly Signature[];
}

function form(gives: Signature['gives'], ...args: readonly ArgumentRule[]): Signature {
  return { args, repeats: false, gives };
}

function row(why: string, names: readonly string[], ...forms: readonly Signature[]): FunctionRow {
  return { why, names, forms };
}

function anyNumber(gives: Kind, ...args: readonly ArgumentRule[]): Signature {
  return { args, repeats: true, gives };
}

const TEXT: readonly FunctionRow[] = [
  row('one pass over the text, or the ends of a range', ['lower', 'upper'], form('same', 'value')),
  row(
    'one pass over the text',
    ['initcap', 'reverse', 'btrim', 'ltrim', 'rtrim'],
    form('value', 'value'),
  ),
  row(
    'one pass over the text, and a result of bounded size',
    ['length', 'char_length', 'character_length', 'octet_length', 'bit_length', 'ascii'],
    form('small', 'value'),
  ),
  row('one pass, and 32 digits', ['md5'], form('small', 'value'), form('small', 'bytes')),
  row(
    'each character is compared with the characters of a constant; two texts of a document would take quadratic time',
    ['btrim', 'ltrim', 'rtrim'],
    form('value', 'value', 'needle'),
  ),
  row('a constant is searched', ['strpos', 'position'], form('small', 'value', 'needle')),
  row('compares the beginnings once', ['starts_with'], form('small', 'value', 'value')),
  row(
    'copies a part; a text in the second place of substring would be a regular expression',
    ['left', 'right', 'substring', 'substr'],
    form('value', 'value', 'integer'),
  ),
  row('copies a part', ['substring', 'substr'], form('value', 'value', 'integer', 'length')),
  row(
    'copies up to a constant width',
    ['lpad', 'rpad'],
    form('value', 'value', 'integer'),
    form('value', 'value', 'integer', 'text'),
  ),
  row(
    'one pass, a constant is searched',
    ['split_part'],
    form('value', 'value', 'needle', 'position'),
  ),
  row(
    'one pass; walk/calls.ts adds that the text of replace does not grow',
    ['translate', 'replace'],
    form('value', 'value', 'needle', 'text'),
  ),
  row('of bounded size', ['chr', 'to_hex'], form('small', 'small')),
];

const LISTS_AND_DOCUMENTS: readonly FunctionRow[] = [
  row(
    'one pass, a constant separates',
    ['string_to_array'],
    form('list', 'value', 'needle'),
    form('list', 'value', 'needle', 'text'),
  ),
  row('a number in the array', ['cardinality'], form('small', 'list')),
  row('a number in the array', ['array_length'], form('small', 'list', 'integer')),
  row(
    'one pass; texts of different lengths differ at once',
    ['array_remove', 'array_append'],
    form('list', 'list', 'value'),
  ),
  row(
    'one pass; texts of different lengths differ at once',
    ['array_position'],
    form('small', 'list', 'value'),
  ),
  row(
    'stands at the start of the document',
    ['jsonb_typeof', 'jsonb_array_length'],
    form('small', 'value'),
  ),
  row('one copy', ['jsonb_strip_nulls'], form('json', 'value')),
  row('one pass for one name', ['jsonb_exists'], form('small', 'value', 'value')),
  row(
    'one pass for each name of a constant',
    ['jsonb_exists_any', 'jsonb_exists_all', 'jsonb_contains'],
    form('small', 'value', 'fixed'),
  ),
  row(
    'one step for each constant name',
    ['jsonb_extract_path'],
    anyNumber('json', 'value', 'text'),
  ),
  row(
    'one step for each constant name, and one copy',
    ['jsonb_extract_path_text'],
    anyNumber('value', 'value', 'text'),
  ),
  row(
    'one copy with one constant place changed',
    ['jsonb_set', 'jsonb_insert'],
    form('json', 'value', 'text', 'value'),
  ),
  row(
    'plain paths visit each item once',
    ['jsonb_path_query_array', 'jsonb_path_query_first'],
    form('json', 'value', 'jsonpath'),
  ),
  row(
    'plain paths visit each item once',
    ['jsonb_path_exists'],
    form('small', 'value', 'jsonpath'),
  ),
  row('counts its arguments', ['num_nulls', 'num_nonnulls'], anyNumber('small', 'value')),
];

const NUMBERS: readonly FunctionRow[] = [
  row('one pass over the digits', ['abs'], form('same', 'value')),
  row(
    'one pass over the digits; of an integer they yield a float',
    ['ceil', 'ceiling', 'floor', 'round', 'trunc', 'sign'],
    form('float', 'small'),
    form('same', 'value'),
  ),
  row(
    'one pass over the digits, and a constant number of new ones',
    ['round', 'trunc'],
    form('same', 'value', 'integer'),
  ),
  row(
    'one pass for a constant divisor; otherwise both sizes are bounded and zero is ruled out',
    ['mod', 'div'],
    form('same', 'value', 'divisor'),
    form('small', 'small', 'guarded'),
  ),
  row(
    'of bounded size; of bare numeric they would be slow',
    ['sqrt', 'cbrt', 'ln', 'log', 'log10', 'degrees', 'radians'],
    form('float', 'small'),
  ),
  row('of bounded size', ['point', 'box', 'circle'], form('float', 'small', 'small')),
  row(
    'copies its ends',
    ['int4range', 'int8range', 'numrange'],
    form('same', 'value', 'value'),
    form('same', 'value', 'value', 'bounds'),
  ),
  row(
    'looks at the ends of a range',
    ['isempty', 'lower_inc', 'upper_inc', 'lower_inf', 'upper_inf'],
    form('small', 'value'),
  ),
];

const TIMES: readonly FunctionRow[] = [
  row('of bounded size', ['to_timestamp'], form('moment', 'value')),
  row(
    'of bounded size, in a zone that every server knows in the same way',
    ['timezone'],
    form('civil', 'zone', 'moment'),
    form('moment', 'zone', 'civil'),
  ),
  row(
    'without a zone it depends on no setting',
    ['date_trunc'],
    form('civil', 'truncation', 'civil'),
  ),
  row('without a zone it depends on no setting', ['extract'], form('small', 'field', 'civil')),
  row('without a zone it depends on no setting', ['date_part'], form('float', 'field', 'civil')),
  row('of bounded size', ['date_bin'], form('civil', 'stride', 'civil', 'civil')),
  row('of bounded size', ['make_date', 'make_time'], form('civil', 'small', 'small', 'small')),
  row(
    'of bounded size',
    ['make_timestamp'],
    form('civil', 'small', 'small', 'small', 'small', 'small', 'small'),
  ),
  row(
    'copies its ends',
    ['tsrange', 'daterange'],
    form('span', 'civil', 'civil'),
    form('span', 'civil', 'civil', 'bounds'),
  ),
  row(
    'copies its ends',
    ['tstzrange'],
    form('span', 'moment', 'moment'),
    form('span', 'moment', 'moment', 'bounds'),
  ),
];

const OTHERS: readonly FunctionRow[] = [
  row(
    'of bounded size',
    ['host', 'network', 'masklen', 'family', 'netmask', 'broadcast', 'hostmask', 'abbrev'],
    form('small', 'value'),
  ),
  row('of bounded size', ['set_masklen'], form('small', 'value', 'integer')),
  row('of bounded size', ['inet_merge'], form('small', 'value', 'value')),
  row(
    'one pass, and a result of bounded size',
    ['sha224', 'sha256', 'sha384', 'sha512'],
    form('digest', 'bytes'),
  ),
  row('of bounded size', ['encode'], form('small', 'digest', 'encoding')),
  row(
    'of a short text: on texts such as ~/~/~/ the parser takes quadratic time',
    ['to_tsvector'],
    form('small', 'dictionary', 'short'),
  ),
  row('one copy', ['setweight'], form('same', 'value', 'weight')),
  row('one copy', ['strip'], form('value', 'value')),
];

/** Every function, with the reason why it is allowed. */
const FUNCTION_ROWS: readonly FunctionRow[] = [
  ...TEXT,
  ...LISTS_AND_DOCUMENTS,
  ...NUMBERS,
  ...TIMES,
  ...OTHERS,
];

/** The signatures of each function, by its name in pg_catalog. */
export const FUNCTIONS: ReadonlyMap<string, readonly Signature[]> = collect(FUNCTION_ROWS);

function collect(rows: readonly FunctionRow[]): ReadonlyMap<string, readonly Signature[]> {
  const found = new Map<string, readonly Signature[]>();
  for (const { names, forms } of rows) {
    for (const name of names) found.set(name, [...(found.get(name) ?? []), ...forms]);
  }
  return found;
}
