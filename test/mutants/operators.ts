/**
 * The small changes that mutants consist of, over TypeScript's syntax tree. There is none where it
 * would show nothing: in types, imports, prose (a text with a blank), assertions, and where a
 * condition is a comparison, which has a change of its own.
 */
import { ts } from '@ts-morph/common';

/** What to put in place of a node. */
interface Edit {
  readonly node: ts.Node;
  readonly text: string;
}

type Operator = (node: ts.Node) => Edit | undefined;

/** Each by the name that reports and the list of equivalent mutants use. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  condition: (node) => {
    const condition = conditionOf(node);
    if (condition === undefined || hasOwnChange(condition)) return undefined;
    if (isNegation(condition)) return { node: condition, text: condition.operand.getText() };
    return { node: condition, text: `!(${condition.getText()})` };
  },
  logic: (node) => otherOperator(node, LOGIC),
  comparison: (node) => otherOperator(node, COMPARISONS),
  arithmetic: (node) => otherOperator(node, ARITHMETIC) ?? otherStep(node),
  boolean: (node) => {
    if (node.kind === ts.SyntaxKind.TrueKeyword) return { node, text: 'false' };
    return node.kind === ts.SyntaxKind.FalseKeyword ? { node, text: 'true' } : undefined;
  },
  text: (node) => {
    const isWord = ts.isStringLiteralLike(node) && node.text !== '' && !/\s/.test(node.text);
    return isWord && !isName(node) ? { node, text: "''" } : undefined;
  },
  list: (node) => {
    if (!ts.isArrayLiteralExpression(node) || node.elements.length === 0) return undefined;
    return isTarget(node) ? undefined : { node, text: '[]' };
  },
  return: (node) => {
    const isEarly = ts.isReturnStatement(node) && !isLast(node);
    return isEarly ? { node, text: ';' } : undefined;
  },
  throw: (node) => (ts.isThrowStatement(node) ? { node, text: ';' } : undefined),
  jump: (node) => {
    const isJump = ts.isBreakStatement(node) || ts.isContinueStatement(node);
    return isJump ? { node, text: ';' } : undefined;
  },
  call: (node) => {
    if (!ts.isExpressionStatement(node)) return undefined;
    const called = ts.isAwaitExpression(node.expression)
      ? node.expression.expression
      : node.expression;
    const isCall =
      ts.isCallExpression(called) && called.expression.kind !== ts.SyntaxKind.SuperKeyword;
    return isCall ? { node, text: ';' } : undefined;
  },
  assignment: (node) => {
    const assigns =
      ts.isExpressionStatement(node) &&
      ts.isBinaryExpression(node.expression) &&
      isAssignment(node.expression.operatorToken.kind);
    return assigns ? { node, text: ';' } : undefined;
  },
  loop: (node) => {
    const isLoop = ts.isForOfStatement(node) || ts.isForStatement(node);
    return isLoop ? { node: node.statement, text: '{}' } : undefined;
  },
  optional: (node) => {
    if (isBinary(node, ts.SyntaxKind.QuestionQuestionToken)) {
      return { node, text: `(${node.left.getText()})` };
    }
    if (!ts.isOptionalChain(node) || ts.isNonNullChain(node)) return undefined;
    if (node.questionDotToken === undefined) return undefined;
    return { node: node.questionDotToken, text: ts.isPropertyAccessExpression(node) ? '.' : '' };
  },
  method: (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) {
      return undefined;
    }
    const { name, expression } = node.expression;
    const other = METHODS.get(name.text);
    if (other !== undefined) return { node: name, text: other };
    return LEFT_OUT.has(name.text) ? { node, text: expression.getText() } : undefined;
  },
};

const LOGIC = both([[ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken]]);
const COMPARISONS = both([
  [ts.SyntaxKind.LessThanToken, ts.SyntaxKind.LessThanEqualsToken],
  [ts.SyntaxKind.GreaterThanToken, ts.SyntaxKind.GreaterThanEqualsToken],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken],
]);
/** `!(a === b)` is `a !== b`, which is the change of the comparison. */
const EQUALITIES = [
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
];
const ARITHMETIC = both([
  [ts.SyntaxKind.PlusToken, ts.SyntaxKind.MinusToken],
  [ts.SyntaxKind.AsteriskToken, ts.SyntaxKind.SlashToken],
  [ts.SyntaxKind.PlusEqualsToken, ts.SyntaxKind.MinusEqualsToken],
]);
const STEPS = both([[ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken]]);

const METHODS: ReadonlyMap<string, string> = both([
  ['some', 'every'],
  ['min', 'max'],
  ['startsWith', 'endsWith'],
]);
/** Calls of these give back what they are called on. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...['filter', 'sort', 'toSorted', 'reverse', 'toReversed', 'slice', 'trim', 'toLowerCase'],
]);

/** Each of a pair stands for the other one. */
function both<Item>(pairs: readonly (readonly [Item, Item])[]): ReadonlyMap<Item, Item> {
  return new Map(pairs.flatMap(([one, other]) => [[one, other] as const, [other, one] as const]));
}

/** In brackets, so that no neighbour binds closer. */
function otherOperator(
  node: ts.Node,
  others: ReadonlyMap<ts.SyntaxKind, ts.SyntaxKind>,
): Edit | undefined {
  if (!ts.isBinaryExpression(node) || joinsText(node)) return undefined;
  const { left, right, operatorToken } = node;
  const other = others.get(operatorToken.kind);
  if (other === undefined) return undefined;
  const sides = [left, right].map((side) =>
    ts.isBinaryExpression(side) ? `(${side.getText()})` : side.getText(),
  );
  const text = sides.join(` ${ts.tokenToString(other)} `);
  return { node, text: ts.isExpressionStatement(node.parent) ? text : `(${text})` };
}

function otherStep(node: ts.Node): Edit | undefined {
  if (!ts.isPrefixUnaryExpression(node) && !ts.isPostfixUnaryExpression(node)) return undefined;
  const other = STEPS.get(node.operator);
  if (other === undefined) return undefined;
  return { node, text: `${node.operand.getText()}${ts.tokenToString(other)}` };
}

/** `+` between texts; a `-` is no slip of a person. */
function joinsText(node: ts.BinaryExpression): boolean {
  const isText = (side: ts.Expression): boolean =>
    ts.isStringLiteralLike(side) ||
    ts.isTemplateExpression(side) ||
    (isBinary(side, ts.SyntaxKind.PlusToken) && (isText(side.left) || isText(side.right)));
  return isText(node);
}

function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) {
    return node.expression;
  }
  return ts.isConditionalExpression(node) || ts.isForStatement(node) ? node.condition : undefined;
}

function hasOwnChange(node: ts.Expression): boolean {
  const isLiteral =
    node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword;
  return isLiteral || isBinary(node, ...EQUALITIES);
}

function isNegation(node: ts.Expression): node is ts.PrefixUnaryExpression {
  return ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken;
}

function isBinary(node: ts.Node, ...kinds: readonly ts.SyntaxKind[]): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && kinds.includes(node.operatorToken.kind);
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

/** The name of a member, as `'a-b'` in `{ 'a-b': 1 }`, or of a module. */
function isName(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isCallExpression(parent)) return parent.expression.kind === ts.SyntaxKind.ImportKeyword;
  return ts.isPropertyAssignment(parent) && parent.name === node;
}

/** `[a, b] = pair`. */
function isTarget({ parent }: ts.Node): boolean {
  return isBinary(parent, ts.SyntaxKind.EqualsToken) || ts.isForOfStatement(parent);
}

/** The last statement of a function: without it nothing is returned, which any test would see. */
function isLast(node: ts.Statement): boolean {
  const { parent } = node;
  return (
    ts.isBlock(parent) && ts.isFunctionLike(parent.parent) && parent.statements.at(-1) === node
  );
}
