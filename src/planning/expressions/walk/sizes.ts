/**
 * How large the values within an expression may be. Calls and operators take linear time, so the
 * cost of the whole is linear as well when no value on the way is many times the message. What is
 * made of several values is as long as they are together; some functions lengthen a text by a
 * factor, and nested, the factors multiply.
 */
import { FUNCTIONS } from '../allowed/functions.js';
import { BINARY_OPERATORS, CIVIL_TYPES, SMALL_TYPES } from '../allowed/others.js';
import {
  builtinName,
  type Fields,
  readConstant,
  readFields,
  readList,
  readNames,
  readNode,
  refuse,
  refuseNode,
  type TreeNode,
  textsIn,
} from '../tree.js';
import { MAX_INTEGER } from './constants.js';

/** How many times as long as the message, as PostgreSQL writes it, a value may be. */
const MAX_GROWTH = 64;

/** Bytes in UTF-8 of U+0390 in capitals, by ICU, to those of itself; no character grows more. */
const CASE_GROWTH = 3;
const CASE_FUNCTIONS = ['lower', 'upper', 'initcap'];

/** What an item of a list takes in memory that is one character and a comma in a text. */
const LIST_GROWTH = 4;

/** By how much a function may lengthen what it is given. */
const FACTORS: ReadonlyMap<string, number> = new Map([
  ...CASE_FUNCTIONS.map((name): [string, number] => [name, CASE_GROWTH]),
  ['string_to_array', LIST_GROWTH],
]);

/**
 * A number such as 1e131071 has few digits when it is read and all of them when it is written. A
 * message may hold such numbers; so may a text in it that is read as JSON. What matters of the
 * factor is that two such readings, one after the other, are too many.
 */
const JSON_GROWTH = 16;

/** In a constant, as a whole or as an item of JSON. */
const LONG_NUMBER = /(?:^|[\s,:[])[-+]?[\d.]+e\+?\d{3,}\s*(?:[,\]}]|$)/i;

/** Throws Refusal when a value may be far longer than the message. The tree is one that passes. */
export function requireBoundedSizes(tree: unknown): void {
  if (textsIn(tree).some((text) => LONG_NUMBER.test(text))) {
    refuse('a number such as 1e1000 is written with all its digits');
  }
  growthOf(tree);
}

/**
 * How many times as long as the message the value of a tree may be that vetting accepts. Throws
 * Refusal, with its place, for a value that may be too long, also where it is only a step.
 */
export function growthOf(value: unknown): number {
  const node = readNode(value);
  const growth = growthOfNode(node);
  return growth <= MAX_GROWTH ? growth : refuseNode(node, TOO_LONG);
}

const TOO_LONG = `its value may be more than ${MAX_GROWTH} times as long as the message: what joins, lists or sets several values adds their lengths, and nested calls of lower, upper, initcap and translate, and JSON in a text, multiply them`;

function growthOfNode({ kind, fields }: TreeNode): number {
  switch (kind) {
    case 'ColumnRef':
      return 1;
    case 'A_Const':
      return 0;
    case 'A_Expr':
      return growthOfOperation(fields);
    case 'TypeCast':
      return growthOfCast(fields);
    case 'FuncCall':
      return growthOfCall(fields);
    case 'CoalesceExpr':
    case 'MinMaxExpr':
      return largest(readList(fields.get('args')));
    case 'CaseExpr':
      return growthOfCase(fields);
    case 'A_Indirection':
    case 'CollateClause':
      return growthOf(fields.get('arg'));
    case 'BoolExpr':
    case 'NullTest':
    case 'BooleanTest':
      sum(partsOf(fields));
      return 0;
    default:
      return sum(partsOf(fields));
  }
}

function sum(values: readonly unknown[]): number {
  return values.map(growthOf).reduce((total, growth) => total + growth, 0);
}

function largest(values: readonly unknown[]): number {
  return Math.max(0, ...values.map(growthOf));
}

/** The nodes within a node, and within its lists. */
function partsOf(fields: Fields): readonly unknown[] {
  return [...fields.values()].flat().filter((part) => readFields(part).size === 1);
}

/** A test has a value of bounded size, and a step into a value is a part of it. */
function growthOfOperation(fields: Fields): number {
  const right = readFields(fields.get('rexpr')).get('List');
  const others = right === undefined ? [fields.get('rexpr')] : readFields(right).get('items');
  const sides = [fields.get('lexpr'), ...readList(others)].filter((side) => side !== undefined);
  const growths = sides.map(growthOf);
  const [first = 0] = growths;
  if (fields.get('kind') === 'AEXPR_NULLIF') return first;
  if (fields.get('kind') !== 'AEXPR_OP') return 0;
  const gives = BINARY_OPERATORS.get(readNames(fields.get('name')).join())?.gives ?? 'same';
  if (gives === 'small') return 0;
  return gives === 'same' ? growths.reduce((total, growth) => total + growth, 0) : first;
}

function growthOfCase(fields: Fields): number {
  const branches = readList(fields.get('args')).map((branch) => readNode(branch).fields);
  const tested = [fields.get('arg'), ...branches.map((branch) => branch.get('expr'))];
  const results = [fields.get('defresult'), ...branches.map((branch) => branch.get('result'))];
  largest(tested.filter((one) => one !== undefined));
  return largest(results.filter((one) => one !== undefined));
}

function growthOfCast(fields: Fields): number {
  const growth = growthOf(fields.get('arg'));
  const name = builtinName(readFields(fields.get('typeName')).get('names')) ?? '';
  if (SMALL_TYPES.has(name) || CIVIL_TYPES.has(name)) return 0;
  return name === 'jsonb' ? JSON_GROWTH * growth : growth;
}

/** What is made of several values has their length together, times the factor of the function. */
function growthOfCall(fields: Fields): number {
  const args = readList(fields.get('args'));
  const name = builtinName(fields.get('funcname')) ?? '';
  const growth = sum(args);
  if (FUNCTIONS.get(name)?.every(({ gives }) => BOUNDED_KINDS.has(gives))) return 0;
  if (name === 'translate') return growth * widening(args);
  return growth * (FACTORS.get(name) ?? 1);
}

const BOUNDED_KINDS: ReadonlySet<string> = new Set([
  ...['small', 'float', 'civil', 'moment', 'span', 'digest'],
]);

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
