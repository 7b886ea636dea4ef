/**
 * Walks a parsed expression. Only nodes that are allowed by name are accepted. Each node yields the
 * kind of its value: times are kept apart, because a constant beside a time (`< 'now'`) would be
 * read as a time, and most operations on times depend on settings; what has a bounded size is, too,
 * because two such may meet where two texts of a document would take quadratic time.
 */
import { joinKinds, type Kind } from '../allowed/kinds.js';
import { COLLATIONS } from '../allowed/others.js';
import {
  builtinName,
  onlyFields,
  readConstant,
  readList,
  readNode,
  refuseNode,
  type TreeNode,
} from '../tree.js';
import { vetCall } from './calls.js';
import { vetCast } from './casts.js';
import { requirePlain, vetGuarded, vetOperation, vetPlain } from './operations.js';

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
  ['TypeCast', (node: TreeNode) => vetCast(node, vetNode)],
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
  if (isData && others.length === 0) return 'json';
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
  return joinKinds(kinds.map((kind, at) => requirePlain(values[at], kind)));
}

function listOf(member: string, others: readonly string[]): Reader {
  return (node) => {
    onlyFields(node, [member, ...others]);
    const kinds = readList(node.fields.get(member)).map((item) => vetPlain(item, vetNode));
    return joinKinds(['list', ...kinds]);
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
  const whole = vetPlain(node.fields.get('arg'), vetNode);
  return whole === 'list' ? 'value' : whole;
}
