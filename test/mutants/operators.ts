/**
 * The small changes that mutants consist of, over the syntax tree. There is none where it would
 * show nothing: in prose (a text with a blank), and where a condition is a comparison, which has a
 * change of its own.
 */
import type { Node, Place } from '../support/house/syntax.js';

/** What to put in place of a part of the text. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** `code`: the text of the file. */
type Operator = (place: Place, code: string) => Edit | undefined;

/** Each by the name that reports and the list of equivalent mutants use. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  condition: ({ node }, code) => {
    const condition = conditionOf(node);
    if (condition === undefined || hasOwnChange(condition)) return undefined;
    const isNegated = condition.type === 'UnaryExpression' && condition.operator === '!';
    const text = isNegated ? closed(condition.argument, code) : `!(${textOf(condition, code)})`;
    return edit(condition, text);
  },
  logic: ({ node }, code) => otherOperator(node, LOGIC, code),
  comparison: ({ node }, code) => otherOperator(node, COMPARISONS, code),
  arithmetic: ({ node }, code) => otherOperator(node, ARITHMETIC, code) ?? otherStep(node, code),
  boolean: ({ node }) => {
    if (node.type !== 'Literal' || typeof node.value !== 'boolean') return undefined;
    return edit(node, String(!node.value));
  },
  text: (place) => {
    const text = wordIn(place.node);
    return text === undefined || isName(place) ? undefined : edit(place.node, "''");
  },
  list: ({ node }) => {
    const isFilled = node.type === 'ArrayExpression' && node.elements.length > 0;
    return isFilled ? edit(node, '[]') : undefined;
  },
  return: (place) => {
    const isEarly = place.node.type === 'ReturnStatement' && !isLast(place);
    return isEarly ? edit(place.node, ';') : undefined;
  },
  throw: ({ node }) => (node.type === 'ThrowStatement' ? edit(node, ';') : undefined),
  jump: ({ node }) => {
    const isJump = node.type === 'BreakStatement' || node.type === 'ContinueStatement';
    return isJump ? edit(node, ';') : undefined;
  },
  call: ({ node }) => {
    const called = statedBy(node);
    const isCall = called?.type === 'CallExpression' && called.callee.type !== 'Super';
    return isCall ? edit(node, ';') : undefined;
  },
  assignment: ({ node }) =>
    statedBy(node)?.type === 'AssignmentExpression' ? edit(node, ';') : undefined,
  loop: ({ node }) => {
    const isLoop = node.type === 'ForOfStatement' || node.type === 'ForStatement';
    return isLoop ? edit(node.body, '{}') : undefined;
  },
  optional: ({ node }, code) => {
    if (node.type === 'LogicalExpression' && node.operator === '??') {
      return edit(node, `(${textOf(node.left, code)})`);
    }
    return withoutChain(node, code);
  },
  method: ({ node }, code) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
    const { object, property } = node.callee;
    if (property.type !== 'Identifier') return undefined;
    const other = METHODS.get(property.name);
    if (other !== undefined) return edit(property, other);
    return LEFT_OUT.has(property.name) ? edit(node, closed(object, code)) : undefined;
  },
};

const LOGIC = both([['&&', '||']]);
const COMPARISONS = both([
  ['<', '<='],
  ['>', '>='],
  ['===', '!=='],
]);
/** `!(a === b)` is `a !== b`, which is the change of the comparison. */
const EQUALITIES: readonly string[] = ['===', '!=='];
const ARITHMETIC = both([
  ['+', '-'],
  ['*', '/'],
  ['+=', '-='],
]);
const STEPS = both([['++', '--']]);

const METHODS = both([
  ['some', 'every'],
  ['min', 'max'],
  ['startsWith', 'endsWith'],
]);
/** Calls of these give back what they are called on. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...['filter', 'sort', 'toSorted', 'reverse', 'toReversed', 'slice', 'trim', 'toLowerCase'],
]);

/** Each of a pair stands for the other one. */
function both(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map(pairs.flatMap(([one, other]) => [[one, other] as const, [other, one] as const]));
}

function edit({ start, end }: Node, text: string): Edit {
  return { start, end, text };
}

function textOf({ start, end }: Node, code: string): string {
  return code.slice(start, end);
}

/** The tree has no brackets: what they may have stood around gets them. */
const OPEN: ReadonlySet<string> = new Set([
  ...['BinaryExpression', 'LogicalExpression', 'ConditionalExpression', 'AssignmentExpression'],
  ...['ArrowFunctionExpression', 'AwaitExpression', 'UnaryExpression'],
]);

function closed(node: Node, code: string): string {
  const text = textOf(node, code);
  return OPEN.has(node.type) ? `(${text})` : text;
}

/** In brackets, so that no neighbour binds closer. */
function otherOperator(
  node: Node,
  others: ReadonlyMap<string, string>,
  code: string,
): Edit | undefined {
  const isPair = node.type === 'BinaryExpression' || node.type === 'LogicalExpression';
  if (!isPair && node.type !== 'AssignmentExpression') return undefined;
  const other = others.get(node.operator);
  if (other === undefined || joinsText(node)) return undefined;
  const text = `${closed(node.left, code)} ${other} ${closed(node.right, code)}`;
  return edit(node, isPair ? `(${text})` : text);
}

function otherStep(node: Node, code: string): Edit | undefined {
  if (node.type !== 'UpdateExpression') return undefined;
  const other = STEPS.get(node.operator);
  return other === undefined ? undefined : edit(node, `${textOf(node.argument, code)}${other}`);
}

/** `+` between texts; a `-` is no slip of a person. */
function joinsText(node: Node): boolean {
  if (node.type === 'TemplateLiteral') return true;
  if (node.type === 'Literal') return typeof node.value === 'string';
  if (node.type !== 'BinaryExpression' || node.operator !== '+') return false;
  return joinsText(node.left) || joinsText(node.right);
}

function conditionOf(node: Node): Node | undefined {
  switch (node.type) {
    case 'IfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ConditionalExpression':
      return node.test;
    case 'ForStatement':
      return node.test ?? undefined;
    default:
      return undefined;
  }
}

function hasOwnChange(node: Node): boolean {
  if (node.type === 'Literal') return typeof node.value === 'boolean';
  return node.type === 'BinaryExpression' && EQUALITIES.includes(node.operator);
}

/** A text that is one word, and not empty. */
function wordIn(node: Node): string | undefined {
  const text =
    node.type === 'TemplateLiteral' && node.expressions.length === 0
      ? node.quasis[0]?.value.cooked
      : node.type === 'Literal'
        ? node.value
        : undefined;
  return typeof text === 'string' && /^\S+$/.test(text) ? text : undefined;
}

/** The name of a member, as `'a-b'` in `{ 'a-b': 1 }`, or of a module. */
function isName({ node, around }: Place): boolean {
  const parent = around?.node;
  if (parent?.type === 'ImportExpression') return true;
  return parent?.type === 'Property' && parent.key === node && !parent.computed;
}

/** The expression that a statement consists of, without `await` and `?.`. */
function statedBy(statement: Node): Node | undefined {
  if (statement.type !== 'ExpressionStatement') return undefined;
  const { expression } = statement;
  const node = expression.type === 'AwaitExpression' ? expression.argument : expression;
  return node.type === 'ChainExpression' ? node.expression : node;
}

/** `a?.b` as `a.b`. */
function withoutChain(node: Node, code: string): Edit | undefined {
  const isMember = node.type === 'MemberExpression';
  if (!isMember && node.type !== 'CallExpression') return undefined;
  if (!node.optional) return undefined;
  const start = code.indexOf('?.', isMember ? node.object.end : node.callee.end);
  const text = isMember && !node.computed ? '.' : '';
  return { start, end: start + 2, text };
}

const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'],
]);

/** The last statement of a function: without it nothing is returned, which any test would see. */
function isLast({ node, around }: Place): boolean {
  const parent = around?.node;
  if (parent?.type !== 'BlockStatement' || parent.body.at(-1) !== node) return false;
  return FUNCTIONS.has(around?.around?.node.type ?? '');
}
