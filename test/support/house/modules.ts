/** What a file imports and exports. */
import { dirname, join } from 'node:path';
import {
  isReference,
  type Node,
  nameOf,
  namesOfPattern,
  type Place,
  type Syntax,
} from './syntax.js';

export interface Import {
  /** As written: `pg`, `node:fs`, `../model/json.js`. */
  readonly from: string;
  /** The file that a relative path denotes: `src/model/json.ts`; undefined for packages. */
  readonly path: string | undefined;
  /** Erased by the compiler. */
  readonly typesOnly: boolean;
  /** The exported names that are used; `*` denotes all of them. */
  readonly names: readonly string[];
}

/**
 * Imports, re-exports, dynamic imports, and programs that a file runs by their path. Of a whole
 * module only the members count that the file uses.
 */
export function importsOf(path: string, syntax: Syntax): readonly Import[] {
  return syntax.places.flatMap((place) => {
    const { node } = place;
    switch (node.type) {
      case 'ImportDeclaration':
        return found(path, node.source, {
          typesOnly: node.importKind === 'type',
          names: node.specifiers.flatMap((one) => {
            if (one.type === 'ImportSpecifier') return nameOf(one.imported) ?? [];
            if (one.type === 'ImportDefaultSpecifier') return ['default'];
            return membersOf(syntax, one.local.name);
          }),
        });
      case 'ExportNamedDeclaration':
        return found(path, node.source, {
          typesOnly: node.exportKind === 'type',
          names: node.specifiers.flatMap(({ local }) => nameOf(local) ?? []),
        });
      case 'ExportAllDeclaration':
        return found(path, node.source, { typesOnly: node.exportKind === 'type', names: ['*'] });
      case 'ImportExpression':
        return found(path, node.source, { typesOnly: false, names: awaitedNames(place, syntax) });
      case 'TSImportType':
        return found(path, node.source, { typesOnly: true, names: ['*'] });
      case 'NewExpression':
        return isProgramPath(node) ? found(path, node.arguments[0], { names: [] }) : [];
      default:
        return [];
    }
  });
}

function found(
  path: string,
  source: Node | null | undefined,
  { typesOnly = false, names }: { readonly typesOnly?: boolean; readonly names: readonly string[] },
): readonly Import[] {
  const from = source === null || source === undefined ? undefined : nameOf(source);
  if (from === undefined) return [];
  const denoted = from.startsWith('.') ? join(dirname(path), from) : undefined;
  return [{ from, typesOnly, names, path: denoted?.replace(/\.js$/, '.ts') }];
}

/** `new URL('./program.ts', import.meta.url)`; a `.js` there is what a file of dist runs. */
function isProgramPath({ callee, arguments: given }: Node & { readonly type: 'NewExpression' }) {
  const [first] = given;
  const name = first === undefined ? undefined : nameOf(first);
  return (
    callee.type === 'Identifier' && callee.name === 'URL' && /\.(?:ts|[cm]js)$/.test(name ?? '')
  );
}

/** The members of a module that is bound to a name; `*` where the module is passed on. */
function membersOf(syntax: Syntax, bound: string): readonly string[] {
  return syntax.places.flatMap((place) => {
    const { node, around } = place;
    const parent = around?.node;
    if (node.type !== 'Identifier' || node.name !== bound || parent === undefined) return [];
    if (parent.type === 'TSQualifiedName') return parent.left === node ? [parent.right.name] : [];
    if (!isReference(place)) return [];
    if (parent.type === 'VariableDeclarator') return namesOfPattern(parent.id) ?? ['*'];
    if (parent.type !== 'MemberExpression' || parent.object !== node) return ['*'];
    return parent.computed ? ['*'] : (nameOf(parent.property) ?? []);
  });
}

/** What is taken out of an awaited `import()`, alone or in a list. */
function awaitedNames({ node, around }: Place, syntax: Syntax): readonly string[] {
  const list = around?.node.type === 'ArrayExpression' ? around : undefined;
  const at =
    list?.node.type === 'ArrayExpression'
      ? list.node.elements.findIndex((one) => one?.start === node.start)
      : -1;
  const awaited = list === undefined ? around : list.around?.around;
  const user = awaited?.around?.node;
  if (awaited?.node.type !== 'AwaitExpression' || user === undefined) return ['*'];
  if (user.type === 'MemberExpression') return [nameOf(user.property) ?? '*'];
  if (user.type !== 'VariableDeclarator') return ['*'];
  const taken = user.id.type === 'ArrayPattern' ? user.id.elements[at] : user.id;
  if (taken?.type === 'Identifier') return membersOf(syntax, taken.name);
  return taken === null || taken === undefined ? ['*'] : (namesOfPattern(taken) ?? ['*']);
}

export interface Export {
  readonly name: string;
  /** The statement that declares it; undefined: in another file. */
  readonly declaration: Node | undefined;
  readonly isType: boolean;
}

/** The names that a file exports, each once. */
export function exportsOf({ statements }: Syntax): readonly Export[] {
  const declared = new Map(
    statements.flatMap((statement) => declarations(statement).map((name) => [name, statement])),
  );
  return statements.flatMap((statement) => {
    if (statement.type === 'ExportDefaultDeclaration') {
      return [{ name: 'default', declaration: statement, isType: false }];
    }
    if (statement.type !== 'ExportNamedDeclaration') return [];
    const listed = statement.specifiers.map(({ local, exported }) => ({
      name: nameOf(exported) ?? '',
      declaration: declared.get(nameOf(local) ?? ''),
    }));
    const own = declarations(statement).map((name) => ({ name, declaration: statement }));
    return [...own, ...listed].map((one) => ({ ...one, isType: isType(one.declaration) }));
  });
}

function isType(statement: Node | undefined): boolean {
  const declared = statement?.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  return declared?.type === 'TSInterfaceDeclaration' || declared?.type === 'TSTypeAliasDeclaration';
}

/** The names that a pattern of an object binds, or a plain name. */
function boundNames(pattern: Node): readonly string[] {
  if (pattern.type !== 'ObjectPattern') return [nameOf(pattern) ?? []].flat();
  return pattern.properties.flatMap((one) => {
    return nameOf(one.type === 'Property' ? one.value : one.argument) ?? [];
  });
}

/** The names that a statement declares, behind `export` or not. */
function declarations(statement: Node): readonly string[] {
  const declaration =
    statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  if (declaration === null) return [];
  if (declaration.type === 'VariableDeclaration') {
    return declaration.declarations.flatMap(({ id }) => boundNames(id));
  }
  const id = 'id' in declaration ? declaration.id : undefined;
  return id === null || id === undefined ? [] : [nameOf(id) ?? []].flat();
}
