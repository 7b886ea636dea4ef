/** Bytes -> text: UTF-8, without characters that are hidden or misleading. */
import type { Diagnostic } from './diagnostic.js';
import { SourceFile } from './source.js';

/** Decodes and checks one file; returns the text, or all problems of it. */
export function decodeManifest(
  name: string,
  bytes: Uint8Array,
): SourceFile | readonly Diagnostic[] {
  const file = new SourceFile(name, new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  const problems = [...encodingProblems(file, bytes), ...characterProblems(file)];
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

/**
 * Control characters but tab and line breaks, marks that reverse or hide text, a byte order mark.
 */
const FORBIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\r(?!\n)/g;

const MAX_CHARACTER_PROBLEMS = 20;

const NAMES = new Map([
  ['\u0000', 'a NUL character'],
  ['\u001b', 'an escape character'],
  ['\r', 'a carriage return without a line feed'],
  ['\ufeff', 'a byte order mark'],
]);

function characterProblems(file: SourceFile): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  for (const { 0: character, index } of file.text.matchAll(FORBIDDEN)) {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    const kind = NAMES.get(character) ?? (code < '00A0' ? 'a control character' : DIRECTION);
    const message = `${kind} (U+${code}) is not allowed`;
    const hint = `delete it; where it is meant, write "\\u${code.toLowerCase()}" in double quotes`;
    problems.push(file.problem({ start: index, end: index + 1 }, { message, hint }));
    if (problems.length === MAX_CHARACTER_PROBLEMS) break;
  }
  return problems;
}

const DIRECTION = 'a character that changes the direction or the lines of text';

function conflictProblem(file: SourceFile): Diagnostic | undefined {
  const marker = /^(?:<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)(?=\s|$).*/m.exec(file.text);
  if (marker === null) return undefined;
  const span = { start: marker.index, end: marker.index + marker[0].trimEnd().length };
  const hint = 'finish the merge: keep one side and delete the marker lines';
  return file.problem(span, { message: 'a git conflict marker', hint });
}
