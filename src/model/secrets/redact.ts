/** Secrets in text: URLs, connection strings, fields of JSON. */
import { HIDDEN, isSecret, isSecretName, mayNameSecret } from './names.js';

/**
 * `scheme://user:password@`: up to the last @ of the word, since an unescaped / may be in it. The
 * bounds keep the cost linear in the text.
 */
const URL_PASSWORD =
  /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@"]{0,200}):(?:\\.|[^\s"\\]){0,500}@/gi;
/** Spaces around the sign are common in connection strings only. JSON may hold them. */
const ASSIGNMENT =
  /(?<![\w.-])([\w.-]{1,64} {0,9}= {0,9})('(?:[^'\\]|\\.)*'?|(?:[^\s&"]|"(?![,}\]\s:]|$))+)/g;
/** PostgreSQL shows a whole row of the table of the configuration: its id, key and value. */
const FAILING_ROW = /(Failing row contains \([^,\n]{1,40}, ([\w.-]{1,200}), ).*/g;

/** Hides passwords in URLs, connection strings and JSON; other text is returned as it is. */
export function redact(text: string): string {
  const visible = text.includes('://') ? text.replace(URL_PASSWORD, `$1:${HIDDEN}@`) : text;
  if (!mayNameSecret(visible)) return visible;
  return hideFields(visible)
    .replace(ASSIGNMENT, hideAssignment)
    .replace(FAILING_ROW, (row, start: string, key: string) => {
      return isSecretName(key) ? `${start}${HIDDEN}` : row;
    });
}

function hideAssignment(whole: string, start: string): string {
  const name = start.replace(/ *= *$/, '');
  if (!isSecretName(name) || (start !== `${name}=` && !/pass/i.test(name))) return whole;
  return start + HIDDEN;
}

/** The name of a field of JSON, also within a string of JSON, where quotes are escaped. */
const FIELD = /(\\{0,7})"([^"\\]{1,200})\1"\s{0,9}:\s{0,9}/g;

function hideFields(text: string): string {
  let shown = '';
  let at = 0;
  let recordKey = '';
  FIELD.lastIndex = 0;
  for (let field = FIELD.exec(text); field !== null; field = FIELD.exec(text)) {
    const [whole, escapes = '', name = ''] = field;
    const start = field.index + whole.length;
    // A record of the configuration has its key beside its value.
    if (name === 'key') recordKey = scalarAt(text, start);
    if (!isSecretAt(text, start, name === 'value' ? recordKey : name)) continue;
    const end = endOfValue(text, start, escapes.length);
    shown += `${text.slice(at, start)}${escapes}"${HIDDEN}${escapes}"`;
    at = end;
    FIELD.lastIndex = end;
  }
  return shown + text.slice(at);
}

function isSecretAt(text: string, start: number, name: string): boolean {
  if (/^(?:null|\[\]|\{\})/.test(text.slice(start, start + 4))) return false;
  return isSecret(name, /[[{]/.test(text.charAt(start)) ? [] : scalarAt(text, start));
}

/** The beginning of a scalar of JSON, without quotes. */
function scalarAt(text: string, start: number): string {
  return /^\\*"?([^"\\,}\]\s]*)/.exec(text.slice(start, start + 200))?.[1] ?? '';
}

/**
 * The end of the JSON value that begins at `start`; of the text where it is not closed, since
 * excerpts of servers may end within it. `escapes`: how many backslashes stand before its quotes.
 */
function endOfValue(text: string, start: number, escapes: number): number {
  if (!/["[{\\]/.test(text.charAt(start))) {
    const length = text.slice(start).search(/[\s,}\]]/);
    return length === -1 ? text.length : start + length;
  }
  let depth = 0;
  let isInString = false;
  MARK.lastIndex = start;
  for (let mark = MARK.exec(text); mark !== null; mark = MARK.exec(text)) {
    const [, before = '', character = ''] = mark;
    // With each level of escaping their number doubles, and one more.
    const isEnd = before.length % (2 * escapes + 2) === escapes;
    if (character === '"') isInString = isInString !== isEnd;
    else if (!isInString) depth += character === '[' || character === '{' ? 1 : -1;
    if (!isInString && depth <= 0) return MARK.lastIndex;
  }
  return text.length;
}

const MARK = /(\\*)(["[\]{}])/g;
