/** Reads test/cases/expressions/*.txt: `#` comments, `json:` for what does not fit on a line. */
import { readFileSync } from 'node:fs';
import { parseSync } from 'libpg-query';
import { readFields, readList } from '../../../src/planning/expressions/tree.js';

interface GoodExpression {
  readonly method: string;
  readonly expression: string;
}

export function goodExpressions(): readonly GoodExpression[] {
  return lines('good.txt').map((line) => {
    const [, method = 'btree', rest = line] = /^(gin|gist|hash) \| (.*)$/s.exec(line) ?? [];
    return { method, expression: decode(rest) };
  });
}

export function hostileExpressions(): readonly string[] {
  return lines('hostile.txt').map(decode);
}

interface HonestExpression {
  readonly expression: string;
  /** A part of the reason; undefined: it is vetted. */
  readonly reason: string | undefined;
  readonly method: string;
}

export function honestExpressions(): readonly HonestExpression[] {
  return lines('honest.txt').map((line) => {
    const [, verdict = '', expression = ''] = /^(.*?) \| (.*)$/.exec(line) ?? [];
    const [, method = 'btree'] = /^vetted(?: (.*))?$/.exec(verdict) ?? [];
    return { expression, reason: verdict.startsWith('vetted') ? undefined : verdict, method };
  });
}

function lines(file: string): readonly string[] {
  const place = new URL(`../../cases/expressions/${file}`, import.meta.url);
  const all = readFileSync(place, 'utf8').split('\n');
  return all.filter((line) => line !== '' && !/^#( |$)/.test(line));
}

function decode(line: string): string {
  if (!line.startsWith('json:')) return line;
  const value: unknown = JSON.parse(line.slice('json:'.length));
  return String(value);
}

/** The tree of an expression as the grammar gives it, a new copy. The grammar has to be loaded. */
export function treeOf(expression: string): unknown {
  const [statement] = readList(readFields(parseSync(`SELECT (${expression}\n)`)).get('stmts'));
  const select = readFields(readFields(readFields(statement).get('stmt')).get('SelectStmt'));
  const [target] = readList(select.get('targetList'));
  return structuredClone(readFields(readFields(target).get('ResTarget')).get('val'));
}
