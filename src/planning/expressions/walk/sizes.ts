/**
 * How large the values within an expression may be. Calls and operators take linear time, so the
 * cost of the whole is linear as well when no value on the way is many times the message. Some
 * functions lengthen a text by a factor; nested, the factors multiply.
 */
import {
  builtinName,
  type Fields,
  readConstant,
  readFields,
  readList,
  readNames,
  readNode,
  refuse,
  textsIn,
} from '../tree.js';
import { MAX_INTEGER } from './constants.js';

/** How many times as long as the message, as PostgreSQL writes it, a value may be. */
const MAX_GROWTH = 64;

/** Bytes in UTF-8 of U+0390 in capitals, by ICU, to those of itself; no character grows more. */
const CASE_GROWTH = 3;
const CASE_FUNCTIONS: ReadonlySet<string> = new Set(['lower', 'upper', 'initcap']);

/**
 * A number such as 1e131071 has few digits when it is read and all of them when it is written. A
 * message may hold such numbers; so may a text in it that is read as JSON. What matters of the
 * factor is that two such readings, one after the other, are too many.
 */
const JSON_GROWTH = 16;

/** In a constant, as a whole or as an item of JSON. */
const LONG_NUMBER = /(?:^|[\s,:[])[-+]?[\d.]+e\+?\d{3,}\s*(?:[,\]}]|$)/i;

/** Throws Refusal when a value may be far longer than the message. */
export function requireBoundedSizes(tree: unknown): void {
  if (textsIn(tree).some((text) => LONG_NUMBER.test(text))) {
    refuse('a number such as 1e1000 is written with all its digits');
  }
  if (growthOf(tree) <= MAX_GROWTH) return;
  refuse(
    `nested calls of lower, upper, initcap and translate, JSON in JSON in a text, and many texts joined may make a value more than ${MAX_GROWTH} times as long as the message`,
  );
}

/**
 * How many times as long as the message a value may be: the largest of those that it is made of, or
 * the sum of both sides of `||`, times the factor of what is called.
 */
function growthOf(value: unknown): number {
  if (Array.isArray(value)) return Math.max(0, ...value.map(growthOf));
  const growths = [...readFields(value)].map(([name, inner]) => {
    return name === 'ColumnRef' ? 1 : factorOf(name, inner) * growthOf(inner);
  });
  const names = readFields(value).get('name');
  const concatenated = Array.isArray(names) && readNames(names).includes('||');
  return concatenated ? growths.reduce((sum, one) => sum + one, 0) : Math.max(0, ...growths);
}

function factorOf(kind: string, content: unknown): number {
  const fields = readFields(content);
  if (kind === 'TypeCast') {
    return builtinName(readFields(fields.get('typeName')).get('names')) === 'jsonb'
      ? JSON_GROWTH
      : 1;
  }
  if (kind !== 'FuncCall') return 1;
  const name = builtinName(fields.get('funcname')) ?? '';
  if (CASE_FUNCTIONS.has(name)) return CASE_GROWTH;
  return name === 'translate' ? widening(readList(fields.get('args'))) : 1;
}

/** By how much the bytes of a character may grow that translate() replaces by another. */
function widening(args: readonly unknown[]): number {
  const [from = [], to = []] = args.slice(1).map((arg) => {
    const constant = readConstant(readNode(arg));
    return constant?.type === 'text' ? [...constant.text] : [];
  });
  const factors = to.map((character, at) => {
    return Buffer.byteLength(character) / Buffer.byteLength(from[at] ?? character);
  });
  return Math.max(1, ...factors);
}

/**
 * The most characters that a text may have; Infinity when it is not known. The tree is one that
 * vetting accepts.
 */
export function longestText(value: unknown): number {
  const { kind, fields } = readNode(value);
  switch (kind) {
    case 'A_Const': {
      const constant = readConstant(readNode(value));
      return constant?.type === 'text' ? constant.text.length : 0;
    }
    case 'A_Expr':
      if (!readNames(fields.get('name')).includes('||')) return Number.POSITIVE_INFINITY;
      return longestText(fields.get('lexpr')) + longestText(fields.get('rexpr'));
    case 'CoalesceExpr':
      return Math.max(...readList(fields.get('args')).map(longestText));
    case 'CollateClause':
      return longestText(fields.get('arg'));
    case 'FuncCall':
      return longestResult(fields);
    default:
      return Number.POSITIVE_INFINITY;
  }
}

/** The argument that is the largest length of the result, in characters. */
const CUTTERS: ReadonlyMap<string, number> = new Map<string, number>([
  ['left', 1],
  ['right', 1],
  ['lpad', 1],
  ['rpad', 1],
  ['substring', 2],
  ['substr', 2],
]);
/** Their result has no more characters than the text, but letters and marks that belong to them. */
const KEEPERS: ReadonlySet<string> = new Set([
  ...[...CASE_FUNCTIONS, 'btrim', 'ltrim', 'rtrim', 'reverse', 'translate'],
]);

function longestResult(fields: Fields): number {
  const name = builtinName(fields.get('funcname')) ?? '';
  const args = readList(fields.get('args'));
  const limit = args[CUTTERS.get(name) ?? args.length];
  const constant = limit === undefined ? undefined : readConstant(readNode(limit));
  if (constant?.type === 'number' && constant.value > 0) return constant.value;
  return KEEPERS.has(name) ? longestText(args[0]) : Number.POSITIVE_INFINITY;
}

/** Whether a call has a result of bounded size since a constant number of characters is left. */
export function isCut(call: Fields): boolean {
  return longestResult(call) <= MAX_INTEGER;
}
