import type { SourcePlace } from './resources.js';

/** A range of a text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Characters that could move the cursor, hide text or reverse it on a terminal or in a review:
 * control characters, bidirectional marks, line separators, lone surrogates, and all that a reader
 * may not see, such as the byte order mark, fillers, variation selectors and tag characters
 * (https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point). schema/cluster.schema.json
 * refuses the same ones in names.
 */
export const HIDDEN = String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]`;
const UNPRINTABLE = new RegExp(HIDDEN, 'gu');
const HAS_HIDDEN = new RegExp(HIDDEN, 'u');

/** True for a text with a character that `printable` replaces. */
export function hasHidden(text: string): boolean {
  return HAS_HIDDEN.test(text);
}

const SHORT_ESCAPES = new Map([
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);

/**
 * What the runners of pipelines take for a command wherever it stands in a line of a log:
 * `##[add-mask]`, `##vso[task.setvariable]`, `##teamcity[...]`.
 * https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands
 */
const COMMAND_MARK = /##(?=[\w-]*\[)/g;

/**
 * The text with every such character as an escape (`\n`, `\x1b`, `\u202e`, `\u{e0041}`), on one
 * line, and without what a pipeline would take for a command: `##[` is `#\x23[`.
 */
export function printable(text: string): string {
  return breakCommandMarks(replaceHidden(text, escapeCharacter));
}

/** The text with `#\x23[` for `##[`, and the like. */
export function breakCommandMarks(text: string): string {
  return text.replace(COMMAND_MARK, '#\\x23');
}

/** True for what a pipeline could take for a command, also where the text is folded at spaces. */
export function holdsCommand(text: string): boolean {
  return /(?:^|\s)::/.test(text) || breakCommandMarks(text) !== text;
}

/** The text with something else for each hidden character. */
export function replaceHidden(text: string, replace: (character: string) => string): string {
  return text.replace(UNPRINTABLE, replace);
}

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xffff) return `\\u{${code.toString(16)}}`;
  return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** Most texts are, and this test is much faster than the search for the other characters. */
const PRINTABLE_ASCII = /^[\n -~]*$/;

/**
 * JSON leaves hidden characters beyond ASCII as they are; `\uXXXX` is equal for a parser and
 * visible to a reader. `##` before a word in brackets is escaped too (see `printable`). The line
 * breaks of indented JSON stay.
 */
export function escapeJson(json: string): string {
  const text = json.replace(COMMAND_MARK, '#\\u0023');
  if (PRINTABLE_ASCII.test(text)) return text;
  return replaceHidden(text, (character) => (character === '\n' ? character : unitsOf(character)));
}

/** `\uXXXX` for each UTF-16 unit. */
function unitsOf(character: string): string {
  return Array.from({ length: character.length }, (_, i) => {
    return `\\u${hex(character.charCodeAt(i), 4)}`;
  }).join('');
}

/**
 * A character as YAML writes it in double quotes.
 * https://yaml.org/spec/1.2.2/#57-escaped-characters
 */
export function yamlEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

/** Order by UTF-16 code units: the same everywhere, whatever the locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// The nearest known name, for hints about misspelled names.

/**
 * The known name with the fewest edits; undefined when none is similar enough: a third of the
 * letters may differ, and no more than `maxEdits`.
 */
export function nearestName(
  name: string,
  known: readonly string[],
  maxEdits = LONGEST_NAME,
): string | undefined {
  const limit = Math.min(maxEdits, Math.max(1, Math.floor(name.length / 3)));
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name;
}

const LONGEST_NAME = 64;

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  if (a.length > LONGEST_NAME || b.length > LONGEST_NAME) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** `1 key`, `2 keys`. `many`: where that is not `one` with an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `12 B`, `1.5 KiB`, `3.0 MiB`. */
export function sizeText(sizeBytes: bigint | number): string {
  const size = Number(sizeBytes);
  if (size < 1024) return `${size} B`;
  const mib = size / 1024 ** 2;
  return mib < 1 ? `${(size / 1024).toFixed(1)} KiB` : `${mib.toFixed(1)} MiB`;
}

/** `file:line:column`, and what is overridden there; not safe to print yet. */
export function placeText({ file, line, column, was }: SourcePlace): string {
  const place = `${file}:${line}:${column}`;
  return was === undefined ? place : `${place}, was ${placeText(was)}`;
}

// Patterns with stars. They come from plan files, flags and repositories, so none costs more than
// the product of two lengths: of several stars only the last one is tried again.

/** Whether the text has the form of the pattern: `*` is any text, `?` any character. */
export function matchesPattern(text: string, pattern: string): boolean {
  const fits = (part: string, character: string) => part === '?' || part === character;
  return matchesInOrder(text, pattern, { star: '*', fits });
}

/** The same for the names of a path: `**` is any number of names, another one a pattern of one. */
export function matchesPath(names: readonly string[], patterns: readonly string[]): boolean {
  const fits = (pattern: string, name: string) => matchesPattern(name, pattern);
  return matchesInOrder(names, patterns, { star: '**', fits });
}

interface Matching {
  /** The part that stands for any number of items. */
  readonly star: string;
  readonly fits: (part: string, item: string) => boolean;
}

function matchesInOrder(
  items: ArrayLike<string>,
  parts: ArrayLike<string>,
  { star, fits }: Matching,
): boolean {
  let at = 0;
  let next = 0;
  let afterStar = -1;
  let resume = 0;
  while (at < items.length) {
    const part = parts[next];
    if (part === star) {
      afterStar = ++next;
      resume = at;
    } else if (part !== undefined && fits(part, items[at] ?? '')) {
      next++;
      at++;
    } else if (afterStar !== -1) {
      next = afterStar;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (parts[next] === star) next++;
  return next === parts.length;
}
