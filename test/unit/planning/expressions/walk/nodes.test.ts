/** A later grammar may have clauses that are not known here: no member may be passed over. */
import { loadModule } from 'libpg-query';
import { beforeAll, expect, test } from 'vitest';
import { vetNode } from '../../../../../src/planning/expressions/walk/nodes.js';
import { goodExpressions, treeOf } from '../../../../support/expressions/expression-corpus.js';

beforeAll(() => loadModule());

/** These hold a name or a number, and nothing that has a meaning beside it. */
const PLAIN: readonly string[] = ['String', 'Integer'];

/** The content of every other node: the only member of an object, named after the kind. */
function contentsOf(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  const members = Object.entries(value);
  const [first, ...others] = members;
  const isNode = first !== undefined && others.length === 0 && /^[A-Z]/.test(first[0]);
  const content: unknown = isNode && !PLAIN.includes(first[0]) ? first[1] : undefined;
  const inside = members.flatMap(([, member]) => contentsOf(member));
  return typeof content === 'object' && content !== null ? [content, ...inside] : inside;
}

test.each(goodExpressions())('a further member is refused: $expression', ({ expression }) => {
  vetNode(treeOf(expression));
  const count = contentsOf(treeOf(expression)).length;
  expect(count).toBeGreaterThan(0);
  for (let at = 0; at < count; at += 1) {
    const tree = treeOf(expression);
    Object.assign(contentsOf(tree)[at] ?? {}, { later: {} });
    expect(() => vetNode(tree)).toThrow(/with later is not allowed/);
  }
});
