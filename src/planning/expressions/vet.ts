/**
 * Index expressions run inside the storage nodes at every insert, so the author of one may run code
 * there. Vetting accepts expressions that need no trust: over the column `data`, of PostgreSQL's
 * own immutable parts, read with PostgreSQL's own grammar.
 */
import { addressOf } from '../../model/address.js';
import { assert } from '../../model/errors.js';
import { type PointerForm, recognisePointer } from '../../model/json-pointer.js';
import type { DesiredState, SourcePlace } from '../../model/resources.js';
import { TYPE_ALIASES, VALUE_TYPES } from './allowed.js';
import { checkCharacters, checkTokens, MAX_EXPRESSION_LENGTH } from './lexis.js';
import { Refusal, readFields, readList, readNode, refuse } from './tree.js';
import { usesData, vetNode } from './vet-tree.js';

type ExpressionVerdict =
  | { readonly ok: true }
  /** `offset`: the place in the expression, in UTF-16 code units, if there is a single one. */
  | { readonly ok: false; readonly reason: string; readonly offset?: number };

interface ExpressionProblem {
  readonly address: string;
  readonly message: string;
  readonly hint: string;
  readonly source: SourcePlace;
}

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
export function vetExpression(expression: string): ExpressionVerdict {
  try {
    checkCharacters(expression);
    const pointer = recognisePointer(expression);
    if (pointer === undefined) vetSql(expression);
    else vetPointer(pointer);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { message: reason, offset } = error;
    return offset === undefined ? { ok: false, reason } : { ok: false, reason, offset };
  }
}

/** The problems for `validate`: every refused expression, at its place in a manifest. */
export function expressionProblems(desired: DesiredState): readonly ExpressionProblem[] {
  return (desired.indexes ?? []).flatMap((index) =>
    index.fields.flatMap((field) => {
      const verdict = vetExpression(field.expression);
      if (verdict.ok) return [];
      const place = verdict.offset === undefined ? '' : ` (at character ${verdict.offset + 1})`;
      return {
        // The place of the field in the table is not known here: the source shows which one it is.
        address: addressOf('index', index),
        message: `the expression is refused: ${verdict.reason}${place}`,
        hint: 'write a pointer, or allow expression:unvetted when you trust it on every node',
        source: field.source,
      };
    }),
  );
}

/** Steps into the document are harmless; a cast is as harmless as its type. */
function vetPointer({ type }: PointerForm): void {
  if (type === undefined) return;
  if (!VALUE_TYPES.has(TYPE_ALIASES.get(type) ?? type)) refuse(`the type ${type} is not allowed`);
}

const PREFIX = 'SELECT (';

function vetSql(expression: string): void {
  checkTokens(expression);
  const sql = `${PREFIX}${expression}\n)`;
  try {
    const tree = singleExpression(parse(sql));
    vetNode(tree);
    if (!usesData(tree)) refuse('it does not use the column data');
  } catch (error) {
    if (!(error instanceof Refusal) || error.offset === undefined) throw error;
    throw new Refusal(error.message, offsetWithin(expression, error.offset));
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
    return refuse(reason, typeof cursor === 'number' ? cursor : undefined);
  }
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
  return alone ? target.fields.get('val') : refuse('it is not exactly one expression');
}
