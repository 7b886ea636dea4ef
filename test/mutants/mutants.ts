/**
 * Every mutant of a file, each with an identity that survives changes elsewhere in the file; and
 * those that change nothing a test could notice, with the reason (equivalent.json).
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/house/source-files.js';
import { type Node, type Place, syntaxOf } from '../support/house/syntax.js';
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

const LONGEST_CODE = 70;

/** The mutants of a file in the order of their places. */
export function mutantsOf(path: string, text: string): readonly Mutant[] {
  const passedOver = new Set<Node>();
  const seen = new Map<string, number>();
  return syntaxOf(path, text).places.flatMap((place) => {
    const { node, around } = place;
    if (isPassedOver(place) || (around !== undefined && passedOver.has(around.node))) {
      passedOver.add(node);
      return [];
    }
    return Object.entries(OPERATORS).flatMap(([operator, change]) => {
      const edit = change(place, text);
      if (edit === undefined) return [];
      const before = text.slice(edit.start, edit.end);
      const code = operator === 'condition' ? before : text.slice(node.start, node.end);
      const name = `${nameOfPlace(place, text)}: ${operator}: ${shortened(code)}`;
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      const head = text.slice(0, edit.start);
      return {
        path,
        id: count === 1 ? name : `${name} (${count})`,
        line: head.split('\n').length,
        text: head + edit.text + text.slice(edit.end),
        change: `${shortened(before)} -> ${shortened(edit.text)}`,
      };
    });
  });
}

/** These have a type in place of a value, or none. */
const TYPED_VALUES = ['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression'];
/** A caller that breaks one of these has a defect, which no test may show. */
const ASSERTIONS: ReadonlySet<string> = new Set(['assert', 'unreachable']);

function isPassedOver({ node, around }: Place): boolean {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      return true;
    case 'ExportNamedDeclaration':
      return node.declaration === null;
    case 'ExpressionStatement':
      return isAssertion(node.expression);
    case 'CallExpression':
      return isAssertion(node);
    default:
      if (node.type.startsWith('TS')) return !TYPED_VALUES.includes(node.type);
      return isDefaultOfItem(node, around);
  }
}

function isAssertion(node: Node): boolean {
  return (
    node.type === 'CallExpression' &&
    node.callee.type === 'Identifier' &&
    ASSERTIONS.has(node.callee.name)
  );
}

/** `''` in `const [, a = ''] = match`: the types cannot know that the item is always there. */
function isDefaultOfItem(node: Node, around: Place | undefined): boolean {
  const parent = around?.node;
  if (parent?.type !== 'AssignmentPattern' || parent.right !== node) return false;
  return around?.around?.node.type === 'ArrayPattern';
}

/** The name of the nearest function, method, class, or constant of the file. */
function nameOfPlace(place: Place, text: string): string {
  for (let at = place.around; at !== undefined; at = at.around) {
    const name = nameAt(at);
    // The range of an identifier holds its type as well.
    if (name?.type === 'Identifier') return name.name;
    if (name !== undefined) return text.slice(name.start, name.end);
  }
  return 'file';
}

function nameAt({ node, around }: Place): Node | undefined {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return node.id ?? undefined;
    case 'MethodDefinition':
      return node.key;
    case 'VariableDeclarator': {
      const outside = around?.around?.node.type;
      const isOfFile = outside === 'Program' || outside === 'ExportNamedDeclaration';
      return isOfFile ? node.id : undefined;
    }
    default:
      return undefined;
  }
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
