/**
 * Every mutant of a file, each with an identity that survives changes elsewhere in the file; and
 * those that change nothing a test could notice, with the reason (equivalent.json).
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ts } from '@ts-morph/common';
import { ROOT } from '../support/house/source-files.js';
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
    for (const [operator, change] of Object.entries(OPERATORS)) {
      const edit = change(node);
      if (edit === undefined) continue;
      const [start, end] = [edit.node.getStart(source), edit.node.getEnd()];
      const before = shortened(text.slice(start, end));
      const code = operator === 'condition' ? edit.node : node;
      const name = `${place}: ${operator}: ${shortened(code.getText(source))}`;
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      found.push({
        path,
        id: count === 1 ? name : `${name} (${count})`,
        line: source.getLineAndCharacterOfPosition(start).line + 1,
        text: text.slice(0, start) + edit.text + text.slice(end),
        change: `${before} -> ${shortened(edit.text)}`,
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

/** By the file, then by the identity of the mutant: why it changes nothing. */
const EQUIVALENT: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(new URL('equivalent.json', import.meta.url), 'utf8'),
);

/** Why a mutant changes nothing; undefined where that is not known. */
export function reasonOf({ path, id }: Mutant): string | undefined {
  return EQUIVALENT[path]?.[id];
}

/** `path: identity`, for each entry that is no mutant of the file any more. */
export function staleEntries(entries = EQUIVALENT): readonly string[] {
  return Object.entries(entries).flatMap(([path, reasons]) => {
    const text = existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), 'utf8') : '';
    const ids = new Set(mutantsOf(path, text).map(({ id }) => id));
    return Object.keys(reasons)
      .filter((id) => !ids.has(id))
      .map((id) => `${path}: ${id}`);
  });
}
