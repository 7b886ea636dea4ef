/**
 * Index expressions run inside the storage nodes at every insert, so the author of one may run code
 * there. Vetting accepts expressions that need no trust: over the column `data`, of PostgreSQL's
 * own immutable parts, read with PostgreSQL's own grammar.
 */
import { assert } from '../../model/errors.js';
import { type PointerForm, recognisePointer } from '../../model/json-pointer.js';
import { isValueType, TYPE_ALIASES } from './allowed/others.js';
import { typeReason } from './allowed/refused.js';
import { checkCharacters, checkTokens, MAX_EXPRESSION_LENGTH, MAX_TOKENS } from './lexis.js';
import { Refusal, readFields, readList, readNode, refuse, usesData } from './tree.js';
import { refuseArrayNulls } from './walk/constants.js';
import { vetNode } from './walk/nodes.js';
import { requireBoundedSizes } from './walk/sizes.js';

/**
 * `invalid`: PostgreSQL could not read it. `unvetted`: it could, and the expression is not among
 * those that need no trust; the reason is one clause.
 */
export type Verdict =
  | { readonly kind: 'vetted' }
  | {
      readonly kind: 'invalid' | 'unvetted';
      readonly reason: string;
      /** In UTF-16 code units from the start of the expression; undefined: no single place. */
      readonly offset: number | undefined;
    };

/** The judgement of an expression. */
export type Vetting = (expression: string) => Verdict;

type Parse = (sql: string) => unknown;
let parseSql: Parse | undefined;

/** Loads PostgreSQL's grammar (1.7 MB of WebAssembly, about 30 ms), once. */
export async function loadExpressionGrammar(): Promise<void> {
  if (parseSql !== undefined) return;
  const grammar = await import('libpg-query');
  await grammar.loadModule();
  parseSql = grammar.parseSync;
}

/**
 * False when all expressions are compiled pointers, or too long: no grammar is needed for those.
 */
export function needsGrammar(expressions: Iterable<string>): boolean {
  return [...expressions].some(
    (expression) =>
      expression.length <= MAX_EXPRESSION_LENGTH && recognisePointer(expression) === undefined,
  );
}

/** Requires loadExpressionGrammar() to have been awaited if needsGrammar(); never throws. */
export function vetExpression(expression: string): Verdict {
  try {
    vet(expression);
    return { kind: 'vetted' };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { message: reason, offset } = error;
    return { kind: error.invalid ? 'invalid' : 'unvetted', reason, offset };
  }
}

function vet(expression: string): void {
  const pointer = recognisePointer(expression);
  try {
    checkCharacters(expression);
    if (pointer === undefined) checkTokens(expression);
  } catch (error) {
    // It may be unreadable as well. A text this short is harmless to the parser.
    if (pointer === undefined && expression.length <= MAX_TOKENS) readExpression(expression);
    throw error;
  }
  if (pointer === undefined) vetSql(expression);
  else vetPointer(pointer);
}

/** Steps into the document are harmless; a cast is as harmless as its type. */
function vetPointer({ type }: PointerForm): void {
  if (type === undefined) return;
  const name = TYPE_ALIASES.get(type) ?? type;
  if (!isValueType(name)) refuse(`the type ${type} is not allowed: ${typeReason(name)}`);
}

function vetSql(expression: string): void {
  const tree = readExpression(expression);
  try {
    const kind = vetNode(tree);
    if (kind === 'bytes') refuse('bytea is only allowed in a function of bytea, such as sha256()');
    refuseArrayNulls(tree);
    requireBoundedSizes(tree);
    if (!usesData(tree)) refuse('it does not use the column data');
  } catch (error) {
    throw error instanceof Refusal ? placed(error, expression) : error;
  }
}

const PREFIX = 'SELECT (';

/**
 * The tree of the one expression that the text is. Throws Refusal: invalid unless the text could
 * stand in CREATE INDEX in another way.
 */
function readExpression(expression: string): unknown {
  try {
    return singleExpression(parse(`${PREFIX}${expression}\n)`));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (isIndexElement(expression)) {
      return refuse('operator classes, orders and collations of an index column are not vetted');
    }
    throw placed(error, expression);
  }
}

function parse(sql: string): unknown {
  assert(parseSql !== undefined, 'the grammar is loaded before an expression is vetted');
  try {
    return parseSql(sql);
  } catch (error) {
    const details = readFields(error).get('sqlDetails');
    const cursor = readFields(details).get('cursorPosition');
    const reason = error instanceof Error ? error.message : 'it could not be parsed';
    throw new Refusal(reason, typeof cursor === 'number' ? cursor : undefined, true);
  }
}

/** Whether `CREATE INDEX ... (text)` has this one column and nothing behind it. */
function isIndexElement(text: string): boolean {
  try {
    const statements = readList(readFields(parse(`CREATE INDEX ON t (${text}\n)`)).get('stmts'));
    const index = readNode(readFields(statements[0]).get('stmt'));
    const parts = [...index.fields.keys()].filter((name) => !INDEX_PARTS.includes(name));
    const columns = readList(index.fields.get('indexParams'));
    return statements.length === 1 && parts.length === 0 && columns.length === 1;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

const INDEX_PARTS = ['relation', 'accessMethod', 'indexParams'];

/** The same with its place in the expression, not in the statement. */
function placed({ message, offset, invalid }: Refusal, expression: string): Refusal {
  if (offset === undefined) return new Refusal(message, undefined, invalid);
  return new Refusal(message, offsetWithin(expression, offset), invalid);
}

/** From bytes in the parsed statement to code units in the expression. */
function offsetWithin(expression: string, location: number): number {
  const bytes = Buffer.from(expression).subarray(0, Math.max(0, location - PREFIX.length));
  return bytes.toString().length;
}

/** The tree of the single expression: no part of the text may be another clause. */
function singleExpression(parsed: unknown): unknown {
  const statements = readList(readFields(parsed).get('stmts'));
  const statement = readFields(statements[0]);
  const select = readNode(statement.get('stmt'));
  const clauses = [...select.fields.keys()].sort().join();
  const targets = readList(select.fields.get('targetList'));
  const target = readNode(targets[0]);
  const alone =
    statements.length === 1 &&
    select.kind === 'SelectStmt' &&
    clauses === 'limitOption,op,targetList' &&
    select.fields.get('limitOption') === 'LIMIT_OPTION_DEFAULT' &&
    select.fields.get('op') === 'SETOP_NONE' &&
    targets.length === 1 &&
    target.kind === 'ResTarget' &&
    [...target.fields.keys()].sort().join() === 'location,val';
  if (!alone) throw new Refusal('it is not exactly one expression', undefined, true);
  return target.fields.get('val');
}
