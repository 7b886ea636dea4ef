/**
 * The first check: the characters and tokens of an expression. Text whose meaning depends on a
 * setting or version of PostgreSQL (backslashes, E'' and U&'' strings, comments, dollar quotes,
 * `!`-operators, unusual white space) is refused before the grammar, so the tree that is checked
 * here is the tree of every storage node.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
import { printable } from '../../model/text.js';
import { refuse } from './tree.js';

/** In UTF-16 code units. */
export const MAX_EXPRESSION_LENGTH = 4096;
/** Also bounds how deep a tree can be: the parser and the tree's readers are recursive. */
export const MAX_TOKENS = 512;

const TOKEN =
  /[ \t\r\n]+|(?<string>'(?:[^']|'')*')|(?<name>[A-Za-z_][A-Za-z0-9_]*|"[A-Za-z_][A-Za-z0-9_ ]*(?:[-.@][A-Za-z0-9]+)*")|(?<number>\d{1,30}(?:\.\d{1,30})?(?![\w.]))|(?<mark>::|[()[\],.])|(?<operator>[-+*/<>=!~@#%&|?^]+)/y;

/** The limits that hold for pointers too. Throws Refusal. */
export function checkCharacters(expression: string): void {
  if (expression.length > MAX_EXPRESSION_LENGTH) {
    refuse(`it is longer than ${MAX_EXPRESSION_LENGTH} characters`);
  }
  const backslash = expression.indexOf('\\');
  if (backslash >= 0) {
    refuse('what a backslash means depends on a setting of the server', backslash);
  }
  const blanks = expression.replaceAll(/[\t\r\n]/g, ' ');
  if (printable(blanks) !== blanks) refuse('it holds characters that are not printable');
}

/** Throws Refusal unless the text consists of allowed tokens with balanced brackets. */
export function checkTokens(expression: string): void {
  const open: string[] = [];
  let tokens = 0;
  let previous: Groups = {};
  for (let offset = 0; offset < expression.length; ) {
    TOKEN.lastIndex = offset;
    const match = TOKEN.exec(expression);
    if (match === null) refuse(unreadable(expression, offset), offset);
    const groups: Groups = match.groups ?? {};
    checkNeighbours(previous, groups, offset);
    if (groups.mark !== undefined) trackBracket(open, groups.mark, offset);
    if (groups.operator !== undefined && /--|\/\*/.test(groups.operator)) {
      refuse('comments are not allowed', offset);
    }
    tokens += /\S/.test(match[0]) ? 1 : 0;
    if (tokens > MAX_TOKENS) refuse(`it has more than ${MAX_TOKENS} words and symbols`, offset);
    previous = groups;
    offset += match[0].length;
  }
  if (tokens === 0) refuse('it is empty');
  if (open.length > 0) refuse(`"${open.at(-1)}" is never closed`);
}

interface Groups {
  readonly string?: string;
  readonly name?: string;
  readonly number?: string;
  readonly mark?: string;
  readonly operator?: string;
}

/** A letter or `&` before a quote starts another kind of string; adjacent words are refused. */
function checkNeighbours(previous: Groups, now: Groups, offset: number): void {
  const quote = now.string !== undefined || now.name?.startsWith('"');
  if (quote && (previous.name !== undefined || previous.operator?.endsWith('&'))) {
    refuse('only plain strings in single quotes are allowed', offset);
  }
  if (isWord(previous) && isWord(now)) refuse('two words touch', offset);
}

function isWord({ string, name, number }: Groups): boolean {
  return string !== undefined || name !== undefined || number !== undefined;
}

function trackBracket(open: string[], mark: string, offset: number): void {
  if (mark === '(' || mark === '[') open.push(mark);
  const opening = mark === ')' ? '(' : mark === ']' ? '[' : undefined;
  if (opening !== undefined && open.pop() !== opening) {
    refuse(`"${mark}" closes nothing`, offset);
  }
}

function unreadable(expression: string, offset: number): string {
  const character = String.fromCodePoint(expression.codePointAt(offset) ?? 0);
  if (character === "'" || character === '"') return 'a quote is never closed, or odd inside';
  if (/\d/.test(character)) return 'a number is too long or oddly written';
  return `"${character}" is not allowed here`;
}
