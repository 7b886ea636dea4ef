/** Reads test/cases/expressions/*.txt: `#` comments, `json:` for what does not fit on a line. */
import { readFileSync } from 'node:fs';

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
