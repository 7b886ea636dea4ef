/** The tree of an expression as the grammar gives it. */
import { parseSync } from 'libpg-query';
import { readFields, readList } from '../../../src/planning/expressions/tree.js';

/** A new copy of the tree. The grammar has to be loaded. */
export function treeOf(expression: string): unknown {
  const [statement] = readList(readFields(parseSync(`SELECT (${expression}\n)`)).get('stmts'));
  const select = readFields(readFields(readFields(statement).get('stmt')).get('SelectStmt'));
  const [target] = readList(select.get('targetList'));
  return structuredClone(readFields(readFields(target).get('ResTarget')).get('val'));
}
