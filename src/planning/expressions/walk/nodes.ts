/**
 * Walks a parsed expression. Only nodes that are allowed by name are accepted. Each node yields the
 * kind of its value: times are kept apart, because a constant beside a time (`< 'now'`) would be
 * read as a time, and most operations on times depend on settings; what has a bounded size is, too,
 * because two such may meet where two texts of a document would take quadratic time.
 */
import type { Kind } from '../allowed/kinds.js';
import { CIVIL_TYPES, COLLATIONS, isValueType, SMALL_TYPES } from '../allowed/others.js';
import { typeReason } from '../allowed/refused.js';
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
} from '../tree.js';
import { vetCall } from './calls.js';
import { requirePlain, vetGuarded, vetOperation, vetPlain } from './operations.js';

/** The longest `char(n)`, which is padded, and the like. */
const MAX_TYPE_LENGTH = 4096;
/** The most digits of a numeric(p, s) that counts as of bounded size. */
const MAX_SMALL_DIGITS = 38;
/** The only form of a time that no setting changes. */
const ISO_TIME = /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?$/;

/** The kind of the value that the tree yields. Throws Refusal. */
export function vetNode(value: unknown): Kind {
  const node = readNode(value);
  const reader = READERS.get(node.kind);
  if (reader === undefined) return refuseNode(node, `${node.kind} is not allowed`);
  return reader(node);
}

const CALLS = { vetNode, vetGuarded: (node: TreeNode) => vetGuarded(node, vetNode) };

const READERS: ReadonlyMap<string, (node: TreeNode) => Kind> = new Map([
  ['ColumnRef', columnReference],
  ['A_Const', constant],
  ['A_Expr', (node: TreeNode) => vetOperation(node, vetNode)],
  ['TypeCast', cast],
  ['FuncCall', (node: TreeNode) => vetCall(node, CALLS)],
  ['CoalesceExpr', choiceOf('args')],
  ['MinMaxExpr', choiceOf('args', ['op'])],
  ['A_ArrayExpr', listOf('elements', ['list_start', 'list_end'])],
  ['BoolExpr', testOf('args', ['boolop'])],
  ['NullTest', testOf('arg', ['nulltesttype'])],
  ['BooleanTest', testOf('arg', ['booltesttype'])],
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
  return readConstant(node) === undefined ? refuseNode(node, 'not a constant') : 'small';
}

type Reader = (node: TreeNode) => Kind;

/** One of several values, which are all times of one kind or none is a time. */
function choiceOf(member: string, others: readonly string[] = []): Reader {
  return (node) => {
    onlyFields(node, [member, ...others]);
    return joined(readList(node.fields.get(member)));
  };
}

function joined(values: readonly unknown[]): Kind {
  const kinds = values.map(vetNode);
  const [first] = kinds;
  if (first === 'civil' || first === 'moment') {
    if (kinds.every((kind) => kind === first)) return first;
  }
  const plain = kinds.map((kind, at) => requirePlain(values[at], kind));
  if (plain.includes('list')) return 'list';
  return plain.includes('value') ? 'value' : 'small';
}

function listOf(member: string, others: readonly string[]): Reader {
  return (node) => {
    onlyFields(node, [member, ...others]);
    for (const item of readList(node.fields.get(member))) vetPlain(item, vetNode);
    return 'list';
  };
}

function testOf(member: string, others: readonly string[]): Reader {
  return (node) => {
    onlyFields(node, [member, ...others]);
    const tested = node.fields.get(member);
    for (const item of Array.isArray(tested) ? tested : [tested]) vetPlain(item, vetNode);
    return 'small';
  };
}

function caseOf(node: TreeNode): Kind {
  onlyFields(node, ['arg', 'args', 'defresult']);
  const branches = readList(node.fields.get('args')).map((branch) => {
    const when = readNode(branch);
    if (when.kind !== 'CaseWhen') refuseNode(when, `${when.kind} is not allowed in CASE`);
    onlyFields(when, ['expr', 'result']);
    vetPlain(when.fields.get('expr'), vetNode);
    return when.fields.get('result');
  });
  if (node.fields.has('arg')) vetPlain(node.fields.get('arg'), vetNode);
  const rest = node.fields.has('defresult') ? [node.fields.get('defresult')] : [];
  return joined([...branches, ...rest]);
}

function collation(node: TreeNode): Kind {
  onlyFields(node, ['arg', 'collname']);
  if (!COLLATIONS.has(builtinName(node.fields.get('collname')) ?? '')) {
    refuseNode(
      node,
      'only "C", "POSIX" and the ICU collations of single languages, such as "de-x-icu", are the same on every node',
    );
  }
  return vetPlain(node.fields.get('arg'), vetNode);
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
  vetPlain(node.fields.get('arg'), vetNode);
  return 'value';
}

function cast(node: TreeNode): Kind {
  onlyFields(node, ['arg', 'typeName']);
  const type = readFields(node.fields.get('typeName'));
  const name = typeName(node, type);
  const argument = node.fields.get('arg');
  if (type.has('arrayBounds')) return castToArray(node, type, name);
  if (name === 'bytea') return castToBytes(node);
  if (isValueType(name)) return castToValue(node, type, name);
  if (!CIVIL_TYPES.has(name)) {
    return refuseNode(node, `the type ${name} is not allowed: ${typeReason(name)}`);
  }
  const fixed = readConstant(readNode(argument));
  if (fixed?.type === 'text' && ISO_TIME.test(fixed.text)) return 'civil';
  if (vetNode(argument) === 'civil') return 'civil';
  return refuseNode(node, `a cast to ${name} depends on settings; use to_timestamp() AT TIME ZONE`);
}

function castToValue(node: TreeNode, type: Fields, name: string): Kind {
  const argument = node.fields.get('arg');
  vetPlain(argument, vetNode);
  if (SMALL_TYPES.has(name)) {
    // A message is an object, which has no value of such a type.
    if (readNode(argument).kind !== 'ColumnRef') return 'small';
    return refuseNode(node, `the cast of a whole message to ${name} fails for every message`);
  }
  const digits = readList(type.get('typmods')).map((item) => readConstant(readNode(item)))[0];
  const bounded = digits?.type === 'number' && digits.value <= MAX_SMALL_DIGITS;
  return name === 'numeric' && bounded ? 'small' : 'value';
}

/** Only as an argument: as a whole it would fail for every backslash that starts no escape. */
function castToBytes(node: TreeNode): Kind {
  const argument = node.fields.get('arg');
  if (readNode(argument).kind === 'TypeCast') {
    refuseNode(node, 'bytea reads backslashes as escapes, and JSON as text holds others');
  }
  if (vetPlain(argument, vetNode) === 'list') refuseNode(node, 'a list is not cast to bytea');
  return 'bytes';
}

/** From a document it would depend on settings, so the server refuses it. */
function castToArray(node: TreeNode, type: Fields, name: string): Kind {
  const argument = readNode(node.fields.get('arg'));
  const literal = argument.kind === 'A_ArrayExpr' || readConstant(argument)?.type === 'text';
  const flat = readList(type.get('arrayBounds')).length === 1;
  if (!literal || !flat || !isValueType(name)) {
    refuseNode(node, 'only constants may be cast to an array');
  }
  vetPlain(node.fields.get('arg'), vetNode);
  return 'list';
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
  const names = type.get('names');
  return (
    builtinName(names) ??
    refuseNode(node, `the type ${readNames(names).join('.')} is not PostgreSQL's own`)
  );
}
