/** Why functions, operators and types that people ask for are not in the lists beside this file. */
import { nearestName } from '../../../model/text.js';
import { TYPE_NAMES } from './others.js';

interface Refused {
  readonly why: string;
  readonly names: readonly string[];
}

const FUNCTIONS: readonly Refused[] = [
  {
    why: 'its result depends on settings, the clock or the session, so PostgreSQL refuses it in an index',
    names: [
      ...[
        'format',
        'concat',
        'concat_ws',
        'to_char',
        'to_date',
        'to_number',
        'to_json',
        'to_jsonb',
      ],
      ...['array_to_json', 'array_to_string', 'row_to_json', 'json_build_array', 'convert_from'],
      ...['json_build_object', 'jsonb_build_array', 'jsonb_build_object', 'convert', 'convert_to'],
      ...['pg_column_size', 'now', 'clock_timestamp', 'statement_timestamp', 'timeofday', 'random'],
      ...['transaction_timestamp', 'gen_random_uuid', 'current_setting', 'set_config', 'version'],
      ...['make_timestamptz', 'txid_current', 'current_database', 'current_schema', 'money'],
      ...['nextval', 'currval', 'lastval', 'setval', 'setseed', 'pg_sleep', 'pg_read_file'],
      ...['pg_typeof', 'to_regclass', 'to_regtype', 'pg_backend_pid', 'textanycat', 'format_type'],
    ],
  },
  {
    why: 'a regular expression may take far more than linear time',
    names: [
      ...['regexp_replace', 'regexp_match', 'regexp_matches', 'regexp_count', 'regexp_instr'],
      ...['regexp_like', 'regexp_substr', 'regexp_split_to_array', 'regexp_split_to_table'],
      ...['similar_to_escape'],
    ],
  },
  {
    why: 'it is internal, and its results may differ between versions',
    names: [
      ...['hashtext', 'hashtextextended', 'hashint4', 'hashint8', 'hashint4extended', 'hash_array'],
      ...['hashint8extended', 'hashfloat8', 'hash_numeric', 'jsonb_hash', 'jsonb_hash_extended'],
      ...['uuid_hash', 'hashinet', 'hashchar', 'hashname'],
    ],
  },
  {
    why: 'it belongs to an extension, which may be missing on a node or be another version there',
    names: [
      ...['unaccent', 'digest', 'hmac', 'crypt', 'similarity', 'word_similarity', 'show_trgm'],
      ...[
        'levenshtein',
        'soundex',
        'metaphone',
        'dmetaphone',
        'difference',
        'text2ltree',
        'subpath',
      ],
      ...['nlevel', 'ltree2text', 'uuid_generate_v5', 'hstore', 'earth', 'll_to_earth', 'akeys'],
      ...['daitch_mokotoff', 'st_makepoint', 'st_setsrid', 'subltree', 'cube', 'dblink'],
    ],
  },
  {
    why: 'it yields rows or aggregates them, and an index has one value for a message',
    names: [
      ...['unnest', 'generate_series', 'jsonb_array_elements', 'jsonb_array_elements_text'],
      ...['jsonb_each', 'jsonb_each_text', 'jsonb_object_keys', 'jsonb_path_query', 'count', 'sum'],
      ...[
        'string_to_table',
        'min',
        'max',
        'avg',
        'array_agg',
        'string_agg',
        'jsonb_agg',
        'ts_stat',
      ],
    ],
  },
  {
    why: 'PostgreSQL 15 does not have it, and nodes of every version from 15 to 18 have to agree',
    names: [
      ...['crc32', 'crc32c', 'casefold', 'array_sort', 'array_reverse', 'array_sample', 'to_bin'],
      ...['to_oct', 'array_shuffle', 'uuid_extract_timestamp', 'uuid_extract_version', 'uuidv7'],
      ...['erf', 'erfc', 'gamma', 'lgamma', 'date_add', 'date_subtract', 'unicode_assigned'],
      ...['bytea', 'uuidv4', 'random_normal'],
    ],
  },
  {
    why: 'its result may grow far beyond the message',
    names: ['repeat', 'array_fill', 'array_replace', 'power', 'pow', 'exp', 'factorial'],
  },
  {
    why: 'its parser may take quadratic time; to_tsvector() of a cut text, as left(.., 1024), is vetted',
    names: ['jsonb_to_tsvector', 'json_to_tsvector'],
  },
  {
    why: 'on long numbers it takes more than linear time',
    names: ['gcd', 'lcm', 'width_bucket'],
  },
];

const OPERATORS: readonly Refused[] = [
  {
    why: 'a regular expression may take far more than linear time',
    names: ['~', '~*', '!~', '!~*'],
  },
  {
    why: 'its path may hold filters; for a plain path there is jsonb_path_exists()',
    names: ['@?', '@@'],
  },
  { why: 'its result may grow far beyond the message', names: ['^', '!', '!!'] },
  { why: 'it belongs to an extension or searches by distance', names: ['<->', '%>', '<%', '<#>'] },
];

const TYPES: readonly Refused[] = [
  {
    why: 'it denotes an object of the database, which is looked up',
    names: [
      ...['regclass', 'regproc', 'regprocedure', 'regoper', 'regoperator', 'regtype', 'regrole'],
      ...['regnamespace', 'regconfig', 'regdictionary', 'regcollation'],
    ],
  },
  { why: 'it numbers the objects of a database; bigint holds the same numbers', names: ['oid'] },
  {
    why: 'reading it from text depends on settings, so PostgreSQL refuses it in an index',
    names: [
      ...['timestamptz', 'timetz', 'interval', 'money', 'xml', 'record'],
      ...['int4range', 'int8range', 'numrange', 'tsrange', 'tstzrange', 'daterange'],
    ],
  },
  {
    why: 'a text is rarely of its form, and to_tsvector() reads any text',
    names: ['tsvector', 'tsquery'],
  },
  {
    why: 'it keeps the text as it was written and cannot be compared; use jsonb',
    names: ['json'],
  },
  {
    why: 'it belongs to an extension, which may be missing on a node or be another version there',
    names: ['ltree', 'lquery', 'citext', 'hstore', 'geometry', 'geography', 'cube', 'isbn'],
  },
];

function collect(rows: readonly Refused[]): ReadonlyMap<string, string> {
  return new Map(rows.flatMap(({ why, names }) => names.map((name) => [name, why])));
}

const FUNCTION_REASONS = collect(FUNCTIONS);
const OPERATOR_REASONS = collect(OPERATORS);
const TYPE_REASONS = collect(TYPES);

const UNKNOWN = 'it is not in the list of those known to be immutable and linear in cost';

/** Why a function of that name is missing from the list, as one clause. */
export function functionReason(name: string): string {
  return FUNCTION_REASONS.get(name) ?? UNKNOWN;
}

/** Why an operator is missing from the list, as one clause. */
export function operatorReason(name: string): string {
  return OPERATOR_REASONS.get(name) ?? UNKNOWN;
}

/** Why a type is missing from the list, as one clause, with the nearest type that is there. */
export function typeReason(name: string): string {
  const reason = TYPE_REASONS.get(name);
  const nearest = reason === undefined ? nearestName(name, TYPE_NAMES) : undefined;
  if (nearest !== undefined) return `${UNKNOWN}; did you mean ${nearest}?`;
  return reason ?? UNKNOWN;
}
