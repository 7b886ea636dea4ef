/** Bytes -> text: UTF-8, without characters that are hidden or misleading. */
import { HIDDEN, yamlEscape } from '../model/text.js';
import type { Diagnostic } from './problems/diagnostic.js';
import { SourceFile } from './source.js';

/**
 * Decodes and checks one file; returns the text, or all problems of it. Line ends are single line
 * feeds in it, as YAML reads them (https://yaml.org/spec/1.2.2/#54-line-break-characters).
 */
export function decodeManifest(
  name: string,
  bytes: Uint8Array,
): SourceFile | readonly Diagnostic[] {
  const decoded = new SourceFile(name, new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  const undecodable = encodingProblems(decoded, bytes);
  // A byte order mark may begin a stream: https://yaml.org/spec/1.2.2/#52-character-encodings
  const text = decoded.text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  const file = new SourceFile(name, text);
  const problems = [...undecodable, ...characterProblems(file)];
  if (problems.length > 0) return problems;
  const conflict = conflictProblem(file);
  return conflict === undefined ? file : [conflict];
}

/** The first place at which decoding inserted a replacement character. */
function encodingProblems(file: SourceFile, bytes: Uint8Array): readonly Diagnostic[] {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return [];
  } catch {
    const start = firstInvalid(file.text, bytes);
    const hint = 'save the file as UTF-8';
    return [file.problem({ start, end: start + 1 }, { message: 'not UTF-8', hint })];
  }
}

/** The decoded text and the bytes are equal up to the first invalid byte. */
function firstInvalid(text: string, bytes: Uint8Array): number {
  let offset = 0;
  let position = 0;
  for (const character of text) {
    const encoded = Buffer.from(character);
    if (!encoded.equals(bytes.subarray(position, position + encoded.length))) return offset;
    position += encoded.length;
    offset += character.length;
  }
  return offset;
}

const EMOJI = String.raw`\p{Extended_Pictographic}\ufe0f?`;
/** No emoji is made of more; a pattern without a bound would run out of stack. */
const MAX_JOINED = 16;
/**
 * Hidden characters in the group. Tab and line breaks are none, nor is what joins emoji and selects
 * their form.
 */
const FORBIDDEN = new RegExp(
  `${EMOJI}(?:\\u200d${EMOJI}){0,${MAX_JOINED}}|(?![\\t\\n])(${HIDDEN})`,
  'gu',
);
const TAME = /^[\t\n -~]*$/;

const MAX_CHARACTER_PROBLEMS = 20;

const NAMES = new Map([
  ['\u0000', 'a NUL character'],
  ['\u001b', 'an escape character'],
  ['\r', 'a carriage return without a line feed'],
  ['\ufeff', 'a byte order mark'],
]);

function characterProblems(file: SourceFile): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  if (TAME.test(file.text)) return [];
  for (const { 1: character, index } of file.text.matchAll(FORBIDDEN)) {
    if (character === undefined) continue;
    const code = (character.codePointAt(0) ?? 0).toString(16);
    const kind = NAMES.get(character) ?? (/\p{Cc}/u.test(character) ? CONTROL : INVISIBLE);
    const message = `${kind} (U+${code.toUpperCase().padStart(4, '0')}) is not allowed`;
    const hint = `delete it; where it is meant, write "${yamlEscape(character)}" in double quotes`;
    problems.push(file.problem({ start: index, end: index + 1 }, { message, hint }));
    if (problems.length === MAX_CHARACTER_PROBLEMS) break;
  }
  return problems;
}

const CONTROL = 'a control character';
const INVISIBLE = 'a character that is not visible';

function conflictProblem(file: SourceFile): Diagnostic | undefined {
  const marker = /^(?:<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)(?=\s|$).*/m.exec(file.text);
  if (marker === null) return undefined;
  const span = { start: marker.index, end: marker.index + marker[0].trimEnd().length };
  const hint = 'finish the merge: keep one side and delete the marker lines';
  return file.problem(span, { message: 'a git conflict marker', hint });
}
