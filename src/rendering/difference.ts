/** Shows the difference of two long values on one line of bounded length. */
import { printable } from '../model/text.js';

/** Characters of equal text that are shown on either side of a change. */
const CONTEXT_LENGTH = 24;
/** Longer differing parts are not compared word by word. */
const MAX_COMPARED_LENGTH = 4_000;

/** The text, or its beginning and its length. */
export function shortened(text: string, maxLength: number): string {
  if (text.length <= maxLength) return printable(text);
  const characters = [...text.slice(0, maxLength + 1)];
  if (characters.length <= maxLength) return printable(text);
  const head = characters.slice(0, maxLength).join('');
  return `${printable(head)}… (${text.length} characters)`;
}

/** `…"value":[-"events"-]{+"evnets"+}…`: expected in `[- -]`, found in `{+ +}`. */
export function insideDifference(expected: string, found: string, maxLength: number): string {
  const start = commonStart(expected, found);
  const end = commonEnd(expected.slice(start), found.slice(start));
  const head = wordBegin(expected, start);
  const tail = wordEnd(expected, expected.length - end);
  const middle = [
    expected.slice(head, tail),
    found.slice(head, found.length - (expected.length - tail)),
  ] as const;
  const longest = Math.floor(maxLength / 3);
  const before = expected.slice(Math.max(0, head - CONTEXT_LENGTH), head);
  const after = expected.slice(tail, tail + CONTEXT_LENGTH);
  const left = head > CONTEXT_LENGTH ? '…' : '';
  const right = expected.length - tail > CONTEXT_LENGTH ? '…' : '';
  const inside = byWords(...middle, maxLength) ?? whole(...middle, longest);
  return `${left}${printable(before)}${inside}${printable(after)}${right}`;
}

function byWords(expected: string, found: string, maxLength: number): string | undefined {
  if (expected.length + found.length > MAX_COMPARED_LENGTH) return undefined;
  const runs = wordDifference(expected, found);
  if (runs === undefined) return undefined;
  const text = runs
    .map(({ kind, text: run }) => {
      if (kind === 'removed') return `[-${printable(run)}-]`;
      if (kind === 'added') return `{+${printable(run)}+}`;
      return elided(run);
    })
    .join('');
  return text.length > maxLength ? undefined : text;
}

function elided(run: string): string {
  if (run.length <= 3 * CONTEXT_LENGTH) return printable(run);
  return `${printable(run.slice(0, CONTEXT_LENGTH))}…${printable(run.slice(-CONTEXT_LENGTH))}`;
}

function whole(expected: string, found: string, maxLength: number): string {
  return `[-${shortened(expected, maxLength)}-]{+${shortened(found, maxLength)}+}`;
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

function commonEnd(a: string, b: string): number {
  let length = 0;
  const most = Math.min(a.length, b.length);
  while (length < most && a.at(-1 - length) === b.at(-1 - length)) length += 1;
  return length;
}

const WORD = /[\p{L}\p{N}_.+-]/u;

/** Returns the start of the word at `offset`, so that `1.1` is not split. */
function wordBegin(text: string, offset: number): number {
  let begin = offset;
  while (begin > 0 && offset - begin < CONTEXT_LENGTH && WORD.test(text[begin - 1] ?? '')) {
    begin -= 1;
  }
  return begin;
}

function wordEnd(text: string, offset: number): number {
  let end = offset;
  while (end < text.length && end - offset < CONTEXT_LENGTH && WORD.test(text[end] ?? '')) {
    end += 1;
  }
  return end;
}

/** The changed words of a text. */
// Only one file of the library, since it is loaded at every start.
import { diffWordsWithSpace } from 'diff/lib/diff/word.js';

export interface WordRun {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** With more changed words the two texts are shown whole. */
const MAX_CHANGED_WORDS = 200;

/** The runs of equal, removed and added words; undefined when the texts differ too much. */
export function wordDifference(before: string, after: string): readonly WordRun[] | undefined {
  const parts = diffWordsWithSpace(before, after, { maxEditLength: MAX_CHANGED_WORDS });
  return parts?.map(({ value, added, removed }) => ({
    kind: added ? 'added' : removed ? 'removed' : 'same',
    text: value,
  }));
}
