/** Every mutant of a file, each with an identity that survives changes elsewhere in the file. */
import { ts } from '@ts-morph/common';
import { OPERATORS } from './operators.js';

export interface Mutant {
  /** From the root of the repository. */
  readonly path: string;
  /**
   * `function: operator: code`, numbered where that occurs again: no other mutant of the file has
   * it. It holds no line, so that it stays the same while other parts of the file change.
   */
  readonly id: string;
  /** Counts from 1. */
  readonly line: number;
  /** The text of the file with the change. */
  readonly text: string;
  /** What stands there now, and what stood there, for reports. */
  readonly change: string;
}

/** A caller that breaks one of these has a defect, which no test may show. */
const ASSERTIONS: ReadonlySet<string> = new Set(['assert', 'unreachable']);
const LONGEST_CODE = 70;

/** The mutants of a file in the order of their places. */
export function mutantsOf(path: string, text: string): readonly Mutant[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const seen = new Map<string, number>();
  const found: Mutant[] = [];
  const visit = (node: ts.Node, place: string): void => {
    if (isPassedOver(node)) return;
    for (const [operator, edit] of Object.entries(OPERATORS)) {
      const made = edit(node);
      if (made === undefined) continue;
      const [start, end] = [made.node.getStart(source), made.node.getEnd()];
      const before = shortened(text.slice(start, end));
      const code = operator === 'condition' ? made.node : node;
      const name = `${place}: ${operator}: ${shortened(code.getText(source))}`;
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      found.push({
        path,
        id: count === 1 ? name : `${name} (${count})`,
        line: source.getLineAndCharacterOfPosition(start).line + 1,
        text: text.slice(0, start) + made.text + text.slice(end),
        change: `${before} -> ${shortened(made.text)}`,
      });
    }
    const inner = nameOf(node) ?? place;
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(source, 'file');
  return found;
}

function isPassedOver(node: ts.Node): boolean {
  if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return true;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return true;
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  if (isDefaultOfItem(node)) return true;
  const call = ts.isExpressionStatement(node) ? node.expression : node;
  return (
    ts.isCallExpression(call) &&
    ts.isIdentifier(call.expression) &&
    ASSERTIONS.has(call.expression.text)
  );
}

/** `''` in `const [, a = ''] = match`: the types cannot know that the item is always there. */
function isDefaultOfItem(node: ts.Node): boolean {
  const { parent } = node;
  // The root of a file has none.
  if (parent === undefined || !ts.isBindingElement(parent)) return false;
  return ts.isArrayBindingPattern(parent.parent) && parent.initializer === node;
}

/** The name of a function, a method, a class, or of a constant of the file. */
function nameOf(node: ts.Node): string | undefined {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isAccessor(node)) {
    return node.name?.getText();
  }
  if (ts.isClassDeclaration(node)) return node.name?.text;
  const isOfFile = ts.isVariableDeclaration(node) && ts.isSourceFile(node.parent.parent.parent);
  return isOfFile ? node.name.getText() : undefined;
}

function shortened(code: string): string {
  const line = code.replace(/\s+/g, ' ');
  return line.length > LONGEST_CODE ? `${line.slice(0, LONGEST_CODE - 3)}...` : line;
}
