/**
 * JSON documents as JavaScript values, where numbers need not be exact. `JSON.parse` passes over a
 * name that an object has twice, which other readers may take differently, and any depth, at which
 * code that walks the value would run out of stack.
 */
import { LenkwerkError } from '../../model/errors.js';
import { endOfString } from '../../model/json.js';

const [QUOTE, COLON] = ['"', ':'].map((mark) => mark.charCodeAt(0));
const [OBJECT, OBJECT_END, ARRAY, ARRAY_END] = ['{', '}', '[', ']'].map((mark) =>
  mark.charCodeAt(0),
);

/**
 * Throws `invalid-input`, with the place, for a text that is not JSON, nests deeper than `maxDepth`
 * collections, or has an object with a name twice.
 */
export function parseDocument(text: string, maxDepth: number): unknown {
  const document = parse(text);
  requireUnambiguous(text, maxDepth);
  return document;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LenkwerkError('invalid-input', 'it is not JSON; was it cut short?', { cause });
  }
}

/** Takes JSON. */
function requireUnambiguous(text: string, maxDepth: number): void {
  /** The names so far of each open object; undefined: an array. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case OBJECT:
      case ARRAY:
        open.push(text.charCodeAt(at) === OBJECT ? new Set() : undefined);
        if (open.length > maxDepth) refuse(text, at, `it nests deeper than ${maxDepth} levels`);
        break;
      case OBJECT_END:
      case ARRAY_END:
        open.pop();
        break;
      case QUOTE: {
        const end = endOfString(text, at) ?? text.length;
        const names = open.at(-1);
        if (names !== undefined && isName(text, end)) addName(names, text, [at, end]);
        at = end - 1;
      }
    }
  }
}

function isName(text: string, end: number): boolean {
  let at = end;
  while (/\s/.test(text.charAt(at))) at += 1;
  return text.charCodeAt(at) === COLON;
}

function addName(names: Set<string>, text: string, [start, end]: readonly [number, number]): void {
  const written = text.slice(start, end);
  const name = written.includes('\\') ? String(JSON.parse(written)) : written.slice(1, -1);
  if (names.has(name)) refuse(text, start, `the name ${JSON.stringify(name)} is given twice`);
  names.add(name);
}

function refuse(text: string, offset: number, reason: string): never {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  throw new LenkwerkError('invalid-input', `${reason} (line ${line}, column ${column})`);
}
