/** Passwords in URLs, in any text. */

import type { Span } from '../text.js';

/** Slashes may be escaped, as in JSON. A scheme may be missing. */
const START = /(?:(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*):|(?<![\w:/\\]))(?:\\*\/){2}/gi;
/** The user, or the host where no user is named. */
const FIRST_PART = /\[[\da-f:.%]*\]|[^\s/:@"]*/iy;
/** Where a URL has ended in any case: at white space, or at a quote that is not escaped. */
const WORD_END = /\s|(?<=(?<!\\)(?:\\\\)*)"/;
/** The end of a string of JSON, or of a line. */
const TEXT_END = /\n|"(?=\s{0,9}[,}\]:])/;
const WEB = /^(?:.*\+)?(?:http|ws)s?$/i;
const PORT = /\d{0,5}(?![^\s/?#,;'"()\\[\]{}<>.])/y;

/**
 * What is between `user:` and the last @ that may end the password. In a URL of the web a port may
 * follow the host, and a path with an @ that: `http://h:8080/users/@me` holds no password, since no
 * client would send one there. Other URLs are those of connections: what looks like a port before
 * an @ is the beginning of a password with a slash in it. Without an @ in the word the password may
 * hold spaces or quotes, and ends at the next one of the line. Linear in the text.
 */
export function urlPasswords(text: string): readonly Span[] {
  const spans: Span[] = [];
  const wordEnd = seeker(text, WORD_END);
  const textEnd = seeker(text, TEXT_END);
  const nextAt = seeker(text, /@/);
  let word = { end: -1, lastAt: -1 };
  START.lastIndex = 0;
  for (let match = START.exec(text); match !== null; match = START.exec(text)) {
    const first = START.lastIndex;
    FIRST_PART.lastIndex = first;
    const user = FIRST_PART.exec(text)?.[0] ?? '';
    const start = first + user.length + 1;
    if (text[start - 1] !== ':' || (match[1] === undefined && user === '')) continue;
    const end = wordEnd(start);
    if (end !== word.end) word = { end, lastAt: text.slice(start, end).lastIndexOf('@') + start };
    const isWeb = match[1] !== undefined && WEB.test(match[1]);
    const found =
      word.lastAt >= start
        ? endInWord(text, { start, end: word.lastAt }, isWeb)
        : match[1] === undefined || isPort(text, start) || nextAt(start) > textEnd(start)
          ? undefined
          : nextAt(start);
    if (found === undefined) continue;
    spans.push({ start, end: found });
    START.lastIndex = found;
  }
  return spans;
}

/** Where the password ends that begins a word with an @ at the end of `span`. */
function endInWord(text: string, { start, end }: Span, isWeb: boolean): number | undefined {
  if (!isWeb) return end;
  AUTHORITY.lastIndex = start;
  const authority = AUTHORITY.exec(text)?.[0] ?? '';
  const at = authority.lastIndexOf('@');
  if (at !== -1) return Math.min(start + at, end);
  return isPort(text, start) ? undefined : end;
}

const AUTHORITY = /[^\s/?#"]*/y;

function isPort(text: string, start: number): boolean {
  PORT.lastIndex = start;
  return PORT.test(text);
}

/**
 * Finds the first match at or behind a place, or the end of the text. Places must not decrease, so
 * that the text is searched once, however often it is called.
 */
function seeker(text: string, pattern: RegExp): (from: number) => number {
  const own = new RegExp(pattern, 'g');
  let found = -1;
  return (from) => {
    if (found >= from) return found;
    own.lastIndex = from;
    found = own.exec(text)?.index ?? text.length;
    return found;
  };
}
