/**
 * JSON pointers, and the SQL expressions over the column `data` that they denote. RFC 6901:
 * https://www.rfc-editor.org/rfc/rfc6901
 */
import { LenkwerkError } from './errors.js';

/** Splits a pointer into its unescaped reference tokens. Throws `invalid-input` if malformed. */
export function parsePointer(pointer: string): readonly string[] {
  if (!pointer.startsWith('/')) {
    throw new LenkwerkError('invalid-input', `a JSON pointer begins with "/": ${pointer}`);
  }
  if (/~(?![01])/.test(pointer)) {
    throw new LenkwerkError('invalid-input', `"~" is written "~0" in a JSON pointer: ${pointer}`);
  }
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Why the pointer is malformed; undefined where it is not. */
export function pointerProblem(pointer: string): string | undefined {
  try {
    parsePointer(pointer);
    return undefined;
  } catch (error) {
    if (error instanceof LenkwerkError) return error.message;
    throw error;
  }
}

/** Joins reference tokens into a pointer. */
export function formatPointer(tokens: readonly string[]): string {
  return tokens.map((t) => `/${t.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The pointer form of a recorded dimension name: `foo` is one token and denotes `/foo`. */
export function dimensionPointer(fieldname: string): string {
  return fieldname.startsWith('/') ? fieldname : formatPointer([fieldname]);
}

/**
 * Compiles `/foo/bar` to `(data->'foo')->'bar'`; with a cast type, `((...)->'bar')::"type"`.
 * Type names that PostgreSQL would not quote stay bare.
 */
export function compilePointer(pointer: string, type?: string): string {
  const [first = '', ...rest] = parsePointer(pointer);
  const path = rest.reduce(
    (inner, token) => `(${inner})->${quoteLiteral(token)}`,
    `data->${quoteLiteral(first)}`,
  );
  return type === undefined ? path : `(${path})::${quoteType(type)}`;
}

export interface PointerForm {
  readonly pointer: string;
  readonly type: string | undefined;
}

/** A longer expression is shown as it is: the patterns would run out of stack. */
const MAX_RECOGNISED = 65_536;

/** The pointer (and cast) that compiles to exactly this expression, if there is one. */
export function recognisePointer(expression: string): PointerForm | undefined {
  if (expression.length > MAX_RECOGNISED) return undefined;
  const cast = /^\((.*)\)::("(?:[^"]|"")+"|[a-z_][a-z0-9_$ ]*)$/s.exec(expression);
  const path = cast?.[1] ?? expression;
  const type = cast?.[2] === undefined ? undefined : unquoteIdentifier(cast[2]);
  const tokens = pathTokens(path);
  if (tokens === undefined) return undefined;
  const pointer = formatPointer(tokens);
  return compilePointer(pointer, type) === expression ? { pointer, type } : undefined;
}

/** The tokens of `((data->'a')->'b')->'c'`; the caller checks the parentheses. */
function pathTokens(path: string): readonly string[] | undefined {
  const start = /^\(*data/.exec(path)?.[0].length;
  if (start === undefined) return undefined;
  const steps = path.slice(start);
  if (!/^(?:->'(?:[^']|'')*'\)?)+$/.test(steps)) return undefined;
  return [...steps.matchAll(/->'((?:[^']|'')*)'/g)].map(([, t = '']) => t.replaceAll("''", "'"));
}

function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The SQL standard's type names of several words, which PostgreSQL writes without quotes. */
const TYPES_OF_SEVERAL_WORDS = new Set([
  'bit varying',
  'character varying',
  'double precision',
  'time with time zone',
  'time without time zone',
  'timestamp with time zone',
  'timestamp without time zone',
]);

function quoteType(name: string): string {
  const bare = /^[a-z_][a-z0-9_$]*$/.test(name) || TYPES_OF_SEVERAL_WORDS.has(name);
  return bare ? name : `"${name.replaceAll('"', '""')}"`;
}

function unquoteIdentifier(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
