/**
 * Where a manifest may hold secrets in unusual writing: names with escapes, anchors, on lines of
 * their own. Which value belongs to them only a parser knows, so the section counts as one secret.
 */
import { isSecretName, mayNameSecret } from '../../model/secrets/names.js';
import { urlPasswords } from '../../model/secrets/urls.js';
import type { Span } from '../../model/text.js';

/** Sections, and comments that may speak of secrets, in the order of the text. Linear in it. */
export function doubtfulSpans(text: string): readonly Span[] {
  const spans: Span[] = [];
  let commentEnd = -1;
  let section = newSection(0);
  const close = (end: number) => {
    const { start, isDoubtful, hasAlias, namesSecret } = section;
    if (isDoubtful || (hasAlias && namesSecret)) spans.push({ start, end });
  };
  for (let start = 0, end = 0; start <= text.length; start = end + 1) {
    end = endOfLine(text, start);
    const line = text.slice(start, end);
    if (SECTION.test(line)) {
      close(start - 1);
      section = newSection(start);
    }
    // The value behind an alias is elsewhere.
    section.hasAlias ||= ALIAS.test(line);
    section.namesSecret ||= mayNameSecret(line);
    section.isDoubtful ||= isDoubtful(line) || isFolded(line, () => lineAt(text, end + 1));
    // A comment may go on in the lines below.
    const isBelowComment = commentEnd === start - 1 && /^\s*#/.test(line);
    const comment = isBelowComment ? 0 : commentIn(line);
    if (comment === undefined) continue;
    commentEnd = end;
    spans.push({ start: start + comment, end });
  }
  close(text.length);
  return spans;
}

const SECTION = /^[A-Za-z]\w*:/;
const ALIAS = /(?<=[\s:,[{?-])\*[^\s,[\]{}]/;

const newSection = (start: number) => {
  return { start, isDoubtful: false, hasAlias: false, namesSecret: false };
};

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}

function lineAt(text: string, start: number): string {
  return text.slice(start, endOfLine(text, start));
}

/** The name of a variable, or of a record: the secret is beside it. */
const NAME_AS_VALUE = /(?<![\w.-])(?:name|key)["']?[ \t]*[:=][ \t]*["']?([\w.\u0080-\uffff-]+)/gi;
/** A name without its value: an item, or a key whose colon is elsewhere. */
const BARE_NAME =
  /(?<=^\s{0,999}|[?,[{-][ \t]{0,99})["']?([\w.\u0080-\uffff-]+)["']?[ \t]*(?=$|[,\]}#])/g;
/** An anchor or an alias; also before a name. */
const ANCHOR = /[&*]([\w.\u0080-\uffff-]+)(?:[ \t]+["']?([\w.\u0080-\uffff-]+))?/g;

function isDoubtful(line: string): boolean {
  if (line.includes('\\') || line.includes("''")) {
    const read = decoded(line);
    if (mayNameSecret(read) || urlPasswords(read).length > 0) return true;
  }
  if (!mayNameSecret(line)) return false;
  if (/^%/.test(line) || hasOpenQuote(line)) return true;
  return [NAME_AS_VALUE, BARE_NAME, ANCHOR].some((pattern) =>
    [...line.matchAll(pattern)].some(([, ...names]) =>
      names.some((name) => name && isSecretName(name)),
    ),
  );
}

/** About as a reader of YAML decodes it: https://yaml.org/spec/1.2.2/#57-escaped-characters */
function decoded(line: string): string {
  return line
    .replaceAll("''", "'")
    .replace(ESCAPED_CODE, (code) => characterOf(Number.parseInt(code.slice(2), 16)))
    .replace(/\\(.?)/g, '$1');
}

const ESCAPED_CODE = /\\x[\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\U[\da-fA-F]{8}/g;

function characterOf(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

/** True where a name or a URL may go on in the next line. */
function isFolded(line: string, next: () => string): boolean {
  if (line.endsWith('\\') && isDoubtful(line.slice(0, -1) + next().trimStart())) return true;
  const url = line.lastIndexOf('://');
  return url !== -1 && /^[^\s@]*\s*$/.test(line.slice(url + 3)) && /^\s*\S*@/.test(next());
}

/** A quote that the line opens and does not close, before what may be the name of a secret. */
function hasOpenQuote(line: string): boolean {
  let open: string | undefined;
  let openedAt = 0;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (open === '"' && character === '\\') {
      at += 1;
    } else if (open === undefined) {
      if (character !== '"' && !(character === "'" && !isApostrophe(line, at))) continue;
      [open, openedAt] = [character, at];
    } else if (character === open) {
      open = undefined;
    }
  }
  return open !== undefined && mayNameSecret(line.slice(openedAt));
}

function isApostrophe(line: string, at: number): boolean {
  return /[\w)]/.test(line.charAt(at - 1));
}

/** Where a comment begins that may speak of a secret. */
function commentIn(line: string): number | undefined {
  const start = line.search(/(?<=^|\s)#/);
  return start !== -1 && mayNameSecret(line.slice(start)) ? start : undefined;
}
