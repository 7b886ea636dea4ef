/** The syntax tree of a source file, and what the file uses of modules and of the runtime. */
import { type ESTree, parseSync } from 'rolldown/utils';

export type Node = ESTree.Node;

/** A node, and the place of the node around it. */
export interface Place {
  readonly node: Node;
  readonly around: Place | undefined;
}

/** A comment without its marks; offsets count UTF-16 units of the file. */
export interface Comment {
  readonly type: 'Line' | 'Block';
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export interface Syntax {
  readonly comments: readonly Comment[];
  /** The statements of the module. */
  readonly statements: readonly ESTree.Program['body'][number][];
  /** Every node, each before those in it. */
  readonly places: readonly Place[];
}

/** Parses TypeScript or JavaScript; what it cannot parse gives an empty tree. */
export function syntaxOf(path: string, text: string): Syntax {
  const { program, comments } = parseSync(path, text, { preserveParens: false });
  return { comments, statements: program.body, places: placesIn(program) };
}

function placesIn(program: ESTree.Program): readonly Place[] {
  const places: Place[] = [];
  const visit = (node: Node, around: Place | undefined): void => {
    const place = { node, around };
    places.push(place);
    for (const value of Object.values(node)) {
      for (const child of [value].flat()) if (isNode(child)) visit(child, place);
    }
  };
  visit(program, undefined);
  return places;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** The name of a member, a property or an exported binding; undefined: it is computed. */
export function nameOf(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** The names of `{ a, b: c }`; undefined for what is no such pattern, or holds `...rest`. */
export function namesOfPattern(node: Node): readonly string[] | undefined {
  if (node.type !== 'ObjectPattern') return undefined;
  const names = node.properties.map((one) =>
    one.type === 'Property' && !one.computed ? nameOf(one.key) : undefined,
  );
  return names.every((name) => name !== undefined) ? names : undefined;
}

/** A use of a name. */
export interface Use {
  /**
   * The name with what is done with it: `process.env.HOME`, `new Date()`, `setTimeout(done, …)`,
   * `expect(…).rejects.toThrow()`, `node:timers/promises#setTimeout`.
   */
  readonly what: string;
  readonly node: Node;
}

/** The uses of names in code, and of what is imported, in the order of the file. */
export function usesIn({ places }: Syntax): readonly Use[] {
  return places.flatMap((place) => {
    const { node } = place;
    if (node.type === 'ImportDeclaration') return importedNames(node);
    return node.type === 'Identifier' && isReference(place) ? chainsFrom(place, node.name) : [];
  });
}

function importedNames(node: ESTree.ImportDeclaration): readonly Use[] {
  if (node.importKind === 'type') return [];
  const from = node.source.value;
  return node.specifiers.flatMap((one): readonly Use[] => {
    if (one.type !== 'ImportSpecifier') return [{ what: `${from}#*`, node: one }];
    return one.importKind === 'type'
      ? []
      : [{ what: `${from}#${nameOf(one.imported)}`, node: one }];
  });
}

/** False for the names of declarations, members, properties and types. */
export function isReference({ node, around }: Place): boolean {
  const parent = around?.node;
  switch (parent?.type) {
    case undefined:
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
    case 'ExportSpecifier':
    case 'TSQualifiedName':
    case 'TSTypeReference':
    case 'TSPropertySignature':
    case 'TSMethodSignature':
    case 'LabeledStatement':
    case 'ArrayPattern':
    case 'RestElement':
      return false;
    case 'MemberExpression':
      return parent.object === node || parent.computed;
    case 'Property':
      return around?.around?.node.type !== 'ObjectPattern' && parent.value === node;
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent.value === node || parent.computed;
    case 'VariableDeclarator':
      return parent.init === node;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ClassDeclaration':
    case 'ClassExpression':
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return 'body' in parent && parent.body === node;
    default:
      return true;
  }
}

/** One text, or one for each name that is taken out of it by a pattern. */
function chainsFrom(reference: Place, name: string): readonly Use[] {
  let what = name === 'globalThis' ? '' : name;
  let place = reference;
  for (;;) {
    const { node, around } = place;
    const parent = around?.node;
    const longer = parent === undefined ? undefined : extended(what, node, parent);
    if (longer === undefined || around === undefined) break;
    what = longer;
    place = around;
  }
  const { node, around } = place;
  const parent = around?.node;
  const names =
    parent?.type === 'VariableDeclarator' && parent.init === node
      ? namesOfPattern(parent.id)
      : undefined;
  const prefix = what === '' ? '' : `${what}.`;
  if (names === undefined) return [{ what: what === '' ? name : what, node }];
  return names.map((one) => ({ what: `${prefix}${one}`, node }));
}

/** What a text becomes by the node around it; undefined: that does not continue it. */
function extended(what: string, node: Node, parent: Node): string | undefined {
  switch (parent.type) {
    case 'MemberExpression': {
      if (parent.object !== node) return undefined;
      const computed = parent.computed && parent.property.type !== 'Literal';
      const member = (computed ? undefined : nameOf(parent.property)) ?? '…';
      return what === '' ? member : `${what}.${member}`;
    }
    case 'CallExpression':
      return parent.callee === node ? `${what}${argumentsText(parent.arguments)}` : undefined;
    case 'NewExpression':
      return parent.callee === node ? `new ${what}${argumentsText(parent.arguments)}` : undefined;
    case 'ChainExpression':
    case 'TSNonNullExpression':
    case 'TSAsExpression':
      return what;
    default:
      return undefined;
  }
}

function argumentsText(given: readonly ESTree.Argument[]): string {
  const texts = given.map((one) => {
    if (one.type === 'Identifier') return one.name;
    if (one.type !== 'Literal') return '…';
    return typeof one.value === 'string' ? JSON.stringify(one.value) : (one.raw ?? '…');
  });
  return `(${texts.join(', ')})`;
}
