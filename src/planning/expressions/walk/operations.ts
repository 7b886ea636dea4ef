/** Operators between expressions, LIKE, IN and the like. */
import { asPlain, isSmall, joinKinds, type Kind, type PlainKind } from '../allowed/kinds.js';
import {
  BINARY_OPERATORS,
  COMPARISONS,
  type OperatorRule,
  PREFIX_OPERATORS,
} from '../allowed/others.js';
import { operatorReason } from '../allowed/refused.js';
import { SETTINGS } from '../allowed/settings.js';
import {
  isNull,
  onlyFields,
  readConstant,
  readList,
  readNames,
  readNode,
  refuseNode,
  type TreeNode,
  usesData,
} from '../tree.js';

const MAX_LIKE_LENGTH = 256;
const MAX_LIKE_WILDCARDS = 2;

/** The kind of the value that a tree yields. Throws Refusal. */
export type VetNode = (value: unknown) => Kind;

/** Checks an A_Expr node and returns the kind of its value. Throws Refusal. */
export function vetOperation(node: TreeNode, vetNode: VetNode): Kind {
  onlyFields(node, ['kind', 'name', 'lexpr', 'rexpr', 'rexpr_list_start', 'rexpr_list_end']);
  const [operator = '', ...qualified] = readNames(node.fields.get('name'));
  if (qualified.length > 0) refuseNode(node, 'operators of other schemas are not allowed');
  switch (node.fields.get('kind')) {
    case 'AEXPR_OP':
      return node.fields.has('lexpr')
        ? binary(node, operator, vetNode)
        : prefix(node, operator, vetNode);
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return like(node, vetNode);
    case 'AEXPR_OP_ANY':
    case 'AEXPR_IN':
      if (operator !== '=' && operator !== '<>') refuseNode(node, `${operator} ANY is not allowed`);
      compared(node, vetNode);
      return 'small';
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
      compared(node, vetNode);
      return 'small';
    case 'AEXPR_NULLIF':
      return compared(node, vetNode);
    case 'AEXPR_SIMILAR':
      return refuseNode(node, `SIMILAR TO is not allowed: ${operatorReason('~')}`);
    default:
      return refuseNode(node, `${node.fields.get('kind')} is not allowed`);
  }
}

function prefix(node: TreeNode, operator: string, vetNode: VetNode): Kind {
  if (!PREFIX_OPERATORS.has(operator)) refuseOperator(node, operator);
  return vetPlain(node.fields.get('rexpr'), vetNode);
}

function refuseOperator(node: TreeNode, operator: string): never {
  return refuseNode(node, `the operator ${operator} is not allowed: ${operatorReason(operator)}`);
}

function binary(node: TreeNode, operator: string, vetNode: VetNode): Kind {
  const row = BINARY_OPERATORS.get(operator);
  if (row === undefined) return refuseOperator(node, operator);
  if (COMPARISONS.has(operator)) {
    if (operator === '=') refuseNull(node);
    compared(node, vetNode);
    return 'small';
  }
  const left = vetPlain(node.fields.get('lexpr'), vetNode);
  const right = vetPlain(node.fields.get('rexpr'), vetNode);
  requireRule(node, row.rule, { operator, small: isSmall(left) && isSmall(right), right });
  if (operator === '||') return joint(node, left, right);
  return row.gives === 'same' ? joinKinds([left, right]) : row.gives;
}

/** The kind of `left || right`: lists, JSON, or the texts of both sides. Throws Refusal. */
function joint(node: TreeNode, left: PlainKind, right: PlainKind): PlainKind {
  const kinds = [left, right];
  const listed = kinds.every((kind) => kind === 'list' || kind === 'float');
  if (kinds.includes('float') && !listed) refuseNode(node, SETTINGS.floatText);
  const joined = joinKinds(kinds);
  if (joined === 'list' || joined === 'float' || joined === 'small') return joined;
  const sides = [node.fields.get('lexpr'), node.fields.get('rexpr')];
  const json = sides.every((side, at) => {
    return kinds[at] === 'json' || readConstant(readNode(side)) !== undefined;
  });
  return json ? 'json' : 'value';
}

/** The parser turns `= NULL` into IS NULL when the setting is on. */
function refuseNull(node: TreeNode): void {
  const sides = [node.fields.get('lexpr'), node.fields.get('rexpr')].map(readNode);
  if (sides.some(isNull)) refuseNode(node, SETTINGS.equalsNull);
}

interface Sides {
  readonly operator: string;
  /** Both are of bounded size. */
  readonly small: boolean;
  readonly right: Kind;
}

/** Throws Refusal unless the sides are what the operator's rule needs. */
function requireRule(node: TreeNode, rule: OperatorRule, { operator, small, right }: Sides): void {
  const sides = [node.fields.get('lexpr'), node.fields.get('rexpr')];
  const [factor, divisor] = sides.map((side) => readConstant(readNode(side)));
  switch (rule) {
    case 'any':
      return;
    case 'fixed':
      if (small || !sides.every(usesData)) return;
      refuseNode(node, `${operator} needs a constant on one side: ${LISTS}`);
      break;
    case 'difference':
      if (right !== 'list' || !usesData(sides[1])) return;
      refuseNode(node, `${operator} needs a constant list on its right: ${LISTS}`);
      break;
    case 'product':
      if (small || factor?.type === 'number' || divisor?.type === 'number') return;
      refuseNode(node, `${operator} needs a constant number on one side, or ${BOUNDED}`);
      break;
    case 'quotient': {
      if (divisor?.type === 'number' && divisor.value !== 0) return;
      const guarded = isGuard(readNode(sides[1]));
      if (small && guarded) return;
      if (guarded) refuseNode(node, `${operator} needs ${BOUNDED}`);
      refuseNode(
        node,
        `${operator} needs a constant other than zero, or nullif(.., 0), on its right`,
      );
    }
  }
}

const LISTS = 'two lists of a document are compared item by item, which takes quadratic time';
const BOUNDED =
  'two numbers of bounded size, as after casts to bigint or float8: numeric may have 131,072 digits';

/** Requires `nullif(x, 0)` with x of bounded size. Throws Refusal. */
export function vetGuarded(node: TreeNode, vetNode: VetNode): void {
  if (isGuard(node) && vetOperation(node, vetNode) === 'small') return;
  refuseNode(node, `a divisor is a constant other than zero, or nullif(.., 0) of ${BOUNDED}`);
}

function isGuard(node: TreeNode): boolean {
  if (node.kind !== 'A_Expr' || node.fields.get('kind') !== 'AEXPR_NULLIF') return false;
  const zero = readConstant(readNode(node.fields.get('rexpr')));
  return zero?.type === 'number' && zero.value === 0;
}

/** The kind of the left side; all are times of one kind, or none is a time. Throws Refusal. */
function compared(node: TreeNode, vetNode: VetNode): Kind {
  const right = readNode(node.fields.get('rexpr'));
  // BETWEEN and IN have lists, and ANY and the operators one side.
  const others = right.kind === 'List' ? right.fields.get('items') : [node.fields.get('rexpr')];
  if (right.kind === 'List') onlyFields(right, ['items']);
  const values = [node.fields.get('lexpr'), ...readList(others)];
  const kinds = values.map(vetNode);
  const [left = 'value'] = kinds;
  if (left === 'civil' || left === 'moment') {
    const same = kinds.every((kind) => kind === left);
    return same ? left : refuseNode(node, 'a time is compared with a time of its kind only');
  }
  for (const [at, kind] of kinds.entries()) requirePlain(values[at], kind);
  return left;
}

/** The kind of a value that is no time and no bytes. Throws Refusal. */
export function vetPlain(value: unknown, vetNode: VetNode): PlainKind {
  return requirePlain(value, vetNode(value));
}

/** The same where the kind of the value is known. */
export function requirePlain(value: unknown, kind: Kind): PlainKind {
  const plain = asPlain(kind);
  if (plain !== undefined) return plain;
  const reason =
    kind === 'bytes' || kind === 'digest'
      ? `bytea is only allowed in a function of bytea: ${SETTINGS.bytesText}`
      : 'a time is only allowed whole, beside another time, or in a function of times';
  return refuseNode(readNode(value), reason);
}

function like(node: TreeNode, vetNode: VetNode): Kind {
  const pattern = readConstant(readNode(node.fields.get('rexpr')));
  if (pattern?.type !== 'text') return refuseNode(node, 'LIKE needs a constant pattern');
  const wildcards = pattern.text.split('%').length - 1;
  if (wildcards > MAX_LIKE_WILDCARDS || pattern.text.length > MAX_LIKE_LENGTH) {
    refuseNode(
      node,
      `only patterns of LIKE with at most ${MAX_LIKE_WILDCARDS} wildcards % and ${MAX_LIKE_LENGTH} characters are vetted`,
    );
  }
  vetPlain(node.fields.get('lexpr'), vetNode);
  return 'small';
}
