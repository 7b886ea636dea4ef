/** Casts: to types that are known, from values whose reading or writing no setting changes. */
import { isSmall, type Kind } from '../allowed/kinds.js';
import {
  CIVIL_TYPES,
  FLOAT_TYPES,
  isValueType,
  SMALL_TYPES,
  TEXT_TYPES,
} from '../allowed/others.js';
import { typeReason } from '../allowed/refused.js';
import { SETTINGS } from '../allowed/settings.js';
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
import { MAX_INTEGER } from './constants.js';
import { type VetNode, vetPlain } from './operations.js';

/** The longest `char(n)`, which is padded, and the like. */
const MAX_TYPE_LENGTH = 4096;
/** The most digits of a numeric(p, s) that counts as of bounded size. */
const MAX_SMALL_DIGITS = 38;
/** The only form of a time that no setting changes. */
const ISO_TIME = /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?$/;

/** The type of a cast: its node's members, and its name in pg_catalog. */
interface Target {
  readonly type: Fields;
  readonly name: string;
}

/** Checks a TypeCast node and returns the kind of its value. Throws Refusal. */
export function vetCast(node: TreeNode, vetNode: VetNode): Kind {
  onlyFields(node, ['arg', 'typeName']);
  const type = readFields(node.fields.get('typeName'));
  const name = typeName(node, type);
  const argument = node.fields.get('arg');
  if (type.has('arrayBounds')) return castToArray(node, vetNode, { type, name });
  if (name === 'bytea') return castToBytes(node, vetNode);
  if (isValueType(name)) return castToValue(node, vetNode, { type, name });
  if (!CIVIL_TYPES.has(name)) {
    return refuseNode(node, `the type ${name} is not allowed: ${typeReason(name)}`);
  }
  const fixed = readConstant(readNode(argument));
  if (fixed?.type === 'text' && ISO_TIME.test(fixed.text)) return 'civil';
  if (vetNode(argument) === 'civil') return 'civil';
  return refuseNode(node, `a cast to ${name} depends on settings; use to_timestamp() AT TIME ZONE`);
}

function castToValue(node: TreeNode, vetNode: VetNode, { type, name }: Target): Kind {
  const argument = node.fields.get('arg');
  const kind = vetPlain(argument, vetNode);
  // A message is an object, which has no value of such a type.
  if (readNode(argument).kind === 'ColumnRef' && (SMALL_TYPES.has(name) || name === 'numeric')) {
    refuseNode(node, `the cast of a whole message to ${name} fails for every message`);
  }
  const [modifier] = readList(type.get('typmods')).map((item) => readConstant(readNode(item)));
  const within = (limit: number) => modifier?.type === 'number' && modifier.value <= limit;
  if (FLOAT_TYPES.has(name)) return 'float';
  if (SMALL_TYPES.has(name)) return 'small';
  if (TEXT_TYPES.has(name)) {
    if (kind === 'float') refuseNode(node, SETTINGS.floatText);
    if (kind === 'list') refuseNode(node, LIST_TEXT);
    return kind === 'small' || within(MAX_INTEGER) ? 'small' : 'value';
  }
  if (name === 'jsonb') return 'json';
  if (kind !== 'json' && kind !== 'number' && !isSmall(kind)) refuseNode(node, NUMERIC_TEXT);
  return within(MAX_SMALL_DIGITS) ? 'small' : 'number';
}

const LIST_TEXT =
  'the text of a list depends on settings, so PostgreSQL refuses it in an index; take its items';
/** set_var_from_non_decimal_integer_str() in src/backend/utils/adt/numeric.c */
const NUMERIC_TEXT =
  "numeric reads texts such as 0x1F in quadratic time from PostgreSQL 16 on; read the number of the document, as (data->'price')::numeric, or cut the text, as left(.., 1024)::numeric";

/**
 * Only of texts of the document: JSON written as text has backslashes that start no escape, at
 * which bytea would fail.
 */
function castToBytes(node: TreeNode, vetNode: VetNode): Kind {
  const argument = node.fields.get('arg');
  if (writesJson(argument)) {
    refuseNode(node, 'bytea reads backslashes as escapes, and JSON as text holds others');
  }
  if (vetPlain(argument, vetNode) === 'list') refuseNode(node, 'a list is not cast to bytea');
  return 'bytes';
}

/** Whether a cast or `#>> '{}'` in the tree may write JSON as text. */
function writesJson(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(writesJson);
  const fields = readFields(value);
  if (fields.has('TypeCast')) return true;
  const operation = fields.has('A_Expr') ? readNode(value) : undefined;
  if (operation !== undefined && readNames(operation.fields.get('name')).includes('#>>')) {
    const path = readConstant(readNode(operation.fields.get('rexpr')));
    if (path?.type !== 'text' || !/[^\s{}]/.test(path.text)) return true;
  }
  return [...fields.values()].some(writesJson);
}

/** From a document it would depend on settings, so the server refuses it. */
function castToArray(node: TreeNode, vetNode: VetNode, { type, name }: Target): Kind {
  const argument = readNode(node.fields.get('arg'));
  const literal = argument.kind === 'A_ArrayExpr' || readConstant(argument)?.type === 'text';
  const flat = readList(type.get('arrayBounds')).length === 1;
  if (!literal || !flat || !isValueType(name)) {
    refuseNode(node, 'only constants may be cast to an array');
  }
  vetPlain(node.fields.get('arg'), vetNode);
  return FLOAT_TYPES.has(name) ? 'float' : 'list';
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
