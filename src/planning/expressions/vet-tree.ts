/**
 * Walks a parsed expression. Only nodes that are allowed by name are accepted. Each node yields the
 * kind of its value: times are kept apart, because a constant beside a time (`< 'now'`) would be
 * read as a time, and most operations on times depend on settings.
 */
import {
  BINARY_OPERATORS,
  CIVIL_TYPES,
  COLLATIONS,
  type Kind,
  PREFIX_OPERATORS,
  VALUE_TYPES,
} from './allowed.js';
import {
  builtinName,
  type Fields,
  onlyFields,
  readConstant,
  readFields,
  readList,
  readNames,
  readNode,
  refuseNode,
  type TreeNode,
} from './tree.js';
import { vetCall } from './vet-calls.js';

/** The longest `char(n)`, which is padded, and the like. */
const MAX_TYPE_LENGTH = 4096;
const MAX_LIKE_LENGTH = 256;
/** Each wildcard multiplies the work of a mismatch. */
const MAX_LIKE_WILDCARDS = 2;

/** The kind of the value that the tree yields. Throws Refusal. */
export function vetNode(value: unknown): Kind {
  const node = readNode(value);
  const reader = READERS.get(node.kind);
  if (reader === undefined) return refuseNode(node, `${node.kind} is not allowed`);
  return reader(node);
}

/** The same, refusing times. */
function vetValue(value: unknown): 'value' {
  const node = readNode(value);
  if (vetNode(value) === 'value') return 'value';
  return refuseNode(node, 'a time is only allowed whole, or in a function of times');
}

/** Whether the column `data` occurs in a tree that passed. */
export function usesData(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(usesData);
  const fields = readFields(value);
  return fields.has('ColumnRef') || [...fields.values()].some(usesData);
}

const READERS: ReadonlyMap<string, (node: TreeNode) => Kind> = new Map([
  ['ColumnRef', columnReference],
  ['A_Const', constant],
  ['A_Expr', operation],
  ['TypeCast', cast],
  ['FuncCall', (node: TreeNode) => vetCall(node, vetNode)],
  ['CoalesceExpr', listOf('args')],
  ['MinMaxExpr', listOf('args', ['op'])],
  ['A_ArrayExpr', listOf('elements', ['list_start', 'list_end'])],
  ['BoolExpr', listOf('args', ['boolop'])],
  ['NullTest', oneOf('arg', ['nulltesttype'])],
  ['BooleanTest', oneOf('arg', ['booltesttype'])],
  ['CaseExpr', caseOf],
  ['CollateClause', collation],
  ['A_Indirection', subscript],
]);

function columnReference(node: TreeNode): Kind {
  onlyFields(node, ['fields']);
  const [first, ...others] = readList(node.fields.get('fields'));
  const column = readNode(first);
  const isData = column.kind === 'String' && column.fields.get('sval') === 'data';
  if (isData && others.length === 0) return 'value';
  return refuseNode(node, 'the only column is data');
}

function constant(node: TreeNode): Kind {
  return readConstant(node) === undefined ? refuseNode(node, 'not a constant') : 'value';
}

function listOf(member: string, others: readonly string[] = []): (node: TreeNode) => Kind {
  return (node) => {
    onlyFields(node, [member, ...others]);
    for (const item of readList(node.fields.get(member))) vetValue(item);
    return 'value';
  };
}

function oneOf(member: string, others: readonly string[]): (node: TreeNode) => Kind {
  return (node) => {
    onlyFields(node, [member, ...others]);
    return vetValue(node.fields.get(member));
  };
}

function caseOf(node: TreeNode): Kind {
  onlyFields(node, ['arg', 'args', 'defresult']);
  for (const branch of readList(node.fields.get('args'))) {
    const when = readNode(branch);
    if (when.kind !== 'CaseWhen') refuseNode(when, `${when.kind} is not allowed in CASE`);
    onlyFields(when, ['expr', 'result']);
    vetValue(when.fields.get('expr'));
    vetValue(when.fields.get('result'));
  }
  for (const member of ['arg', 'defresult']) {
    if (node.fields.has(member)) vetValue(node.fields.get(member));
  }
  return 'value';
}

function collation(node: TreeNode): Kind {
  onlyFields(node, ['arg', 'collname']);
  if (!COLLATIONS.has(builtinName(node.fields.get('collname')) ?? '')) {
    refuseNode(node, 'the collations that are the same everywhere are "C" and "POSIX"');
  }
  return vetValue(node.fields.get('arg'));
}

/** `data['a'][0]` and `(array)[1]`; no slices, no fields of records. */
function subscript(node: TreeNode): Kind {
  onlyFields(node, ['arg', 'indirection']);
  for (const item of readList(node.fields.get('indirection'))) {
    const index = readNode(item);
    if (index.kind !== 'A_Indices') refuseNode(node, 'only subscripts are allowed here');
    onlyFields(index, ['uidx']);
    const place = readConstant(readNode(index.fields.get('uidx')));
    const plain = place?.type === 'text' || (place?.type === 'number' && place.integer);
    if (!plain) refuseNode(node, 'a subscript has to be a constant');
  }
  return vetValue(node.fields.get('arg'));
}

function operation(node: TreeNode): Kind {
  onlyFields(node, ['kind', 'name', 'lexpr', 'rexpr', 'rexpr_list_start', 'rexpr_list_end']);
  const [operator = '', ...qualified] = readNames(node.fields.get('name'));
  if (qualified.length > 0) refuseNode(node, 'operators of other schemas are not allowed');
  switch (node.fields.get('kind')) {
    case 'AEXPR_OP':
      return plainOperation(node, operator);
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return like(node);
    case 'AEXPR_OP_ANY':
    case 'AEXPR_IN':
      if (operator !== '=' && operator !== '<>') refuseNode(node, `${operator} ANY is not allowed`);
      return bothSides(node);
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
    case 'AEXPR_NULLIF':
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
      return bothSides(node);
    default:
      return refuseNode(node, `${node.fields.get('kind')} is not allowed`);
  }
}

function plainOperation(node: TreeNode, operator: string): Kind {
  const prefix = !node.fields.has('lexpr');
  const allowed = prefix ? PREFIX_OPERATORS : BINARY_OPERATORS;
  if (!allowed.has(operator)) refuseNode(node, `the operator ${operator} is not allowed`);
  if (prefix) return vetValue(node.fields.get('rexpr'));
  const left = readConstant(readNode(node.fields.get('lexpr')));
  const right = readConstant(readNode(node.fields.get('rexpr')));
  if (operator === '/' || operator === '%') {
    if (right?.type !== 'number' || right.value === 0) {
      refuseNode(node, `${operator} needs a constant other than zero on its right`);
    }
  }
  // Two numbers of a document, up to 131,072 digits each, would take seconds.
  if (operator === '*' && left?.type !== 'number' && right?.type !== 'number') {
    refuseNode(node, '* needs a constant number on one side');
  }
  return bothSides(node);
}

function bothSides(node: TreeNode): Kind {
  vetValue(node.fields.get('lexpr'));
  const right = readNode(node.fields.get('rexpr'));
  if (right.kind !== 'List') return vetValue(node.fields.get('rexpr'));
  onlyFields(right, ['items']);
  for (const item of readList(right.fields.get('items'))) vetValue(item);
  return 'value';
}

function like(node: TreeNode): Kind {
  const pattern = readConstant(readNode(node.fields.get('rexpr')));
  if (pattern?.type !== 'text') return refuseNode(node, 'LIKE needs a constant pattern');
  const wildcards = pattern.text.split('%').length - 1;
  if (wildcards > MAX_LIKE_WILDCARDS || pattern.text.length > MAX_LIKE_LENGTH) {
    refuseNode(node, `a pattern of LIKE has at most ${MAX_LIKE_WILDCARDS} wildcards %`);
  }
  return vetValue(node.fields.get('lexpr'));
}

function cast(node: TreeNode): Kind {
  onlyFields(node, ['arg', 'typeName']);
  const type = readFields(node.fields.get('typeName'));
  const name = typeName(node, type);
  const argument = node.fields.get('arg');
  if (type.has('arrayBounds')) return castToArray(node, type, name);
  if (VALUE_TYPES.has(name)) return vetValue(argument);
  if (!CIVIL_TYPES.has(name)) return refuseNode(node, `the type ${name} is not allowed`);
  if (vetNode(argument) === 'civil') return 'civil';
  return refuseNode(node, `a cast to ${name} depends on settings; use to_timestamp() AT TIME ZONE`);
}

/** From a document it would depend on settings, so the server refuses it. */
function castToArray(node: TreeNode, type: Fields, name: string): Kind {
  const argument = readNode(node.fields.get('arg'));
  const literal = argument.kind === 'A_ArrayExpr' || readConstant(argument)?.type === 'text';
  const flat = readList(type.get('arrayBounds')).length === 1;
  if (!literal || !flat || !VALUE_TYPES.has(name)) {
    refuseNode(node, 'only constants may be cast to an array');
  }
  return vetValue(node.fields.get('arg'));
}

const TYPE_FIELDS = ['names', 'typmods', 'typemod', 'arrayBounds', 'location'];

function typeName(node: TreeNode, type: Fields): string {
  const unknown = [...type.keys()].find((name) => !TYPE_FIELDS.includes(name));
  if (unknown !== undefined) refuseNode(node, `a type with ${unknown} is not allowed`);
  for (const item of readList(type.get('typmods'))) {
    const length = readConstant(readNode(item));
    const bounded = length?.type === 'number' && length.integer && length.value <= MAX_TYPE_LENGTH;
    if (!bounded) refuseNode(node, `a length of a type is a number up to ${MAX_TYPE_LENGTH}`);
  }
  return (
    builtinName(type.get('names')) ?? refuseNode(node, 'types of other schemas are not allowed')
  );
}
