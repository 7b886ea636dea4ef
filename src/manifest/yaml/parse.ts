/** Text -> documents of nodes. Ambiguous YAML (https://yaml.org/spec/1.2.2/) is refused. */
import { Composer, type CST, Lexer, Parser, type YAMLError } from 'yaml';
import type { FoundProblems } from '../diagnostic.js';
import { ProblemList } from '../problem-list.js';
import type { SourceFile, SourceNode } from '../source.js';
import { convertDocument } from './convert.js';

/** Collections within collections; a manifest needs eight. */
export const MAX_DEPTH = 32;
/**
 * Keys, values, indicators, spaces and line ends that the library reads of one file: it needs a
 * kilobyte for each. Some 300,000 keys.
 */
const MAX_LEXEMES = 2_000_000;

export interface ParsedFile {
  /** The documents that are not empty. */
  readonly documents: readonly SourceNode[];
  readonly problems: FoundProblems;
}

/** Parses one file. With problems the documents are incomplete. */
export function parseManifest(file: SourceFile): ParsedFile {
  const problems = new ProblemList();
  const documents: SourceNode[] = [];
  const tokens = tokenise(file, problems);
  for (const token of tokens) checkDirective(file, token, problems);
  for (const document of new Composer(COMPOSE_OPTIONS).compose(tokens)) {
    for (const error of document.errors) addSyntaxProblem(file, error, problems);
    for (const warning of document.warnings) addSyntaxProblem(file, warning, problems);
    const node = convertDocument(document, file, problems);
    if (node !== undefined) documents.push(node);
  }
  return { documents, problems: problems.found() };
}

const COMPOSE_OPTIONS = {
  version: '1.2',
  // Scalars stay text here: scalar.ts resolves them without losing digits.
  schema: 'failsafe',
  strict: true,
  // Checked in the conversion below: the library compares each key with all keys before it.
  uniqueKeys: false,
} as const;

/** The concrete syntax; empty, and a problem, where it nests too deeply or is too much. */
function tokenise(file: SourceFile, problems: ProblemList): readonly CST.Token[] {
  const lexer = new Lexer();
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  for (const lexeme of lexer.lex(file.text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    lexemes += 1;
    const isDeep = depthOf(parser.stack) > MAX_DEPTH;
    if (!isDeep && lexemes <= MAX_LEXEMES) continue;
    const start = Math.max(0, Math.min(parser.offset, file.text.length) - 1);
    problems.add(file, { start, end: start + 1 }, () => (isDeep ? TOO_DEEP : TOO_MUCH));
    return [];
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

/** The stack holds the document, the open collections and perhaps a scalar. */
function depthOf(stack: readonly CST.Token[]): number {
  if (stack.length <= MAX_DEPTH) return 0;
  return stack.filter(({ type }) => COLLECTIONS.has(type)).length;
}

const COLLECTIONS: ReadonlySet<string> = new Set(['block-map', 'block-seq', 'flow-collection']);

const TOO_DEEP = { message: `nested deeper than ${MAX_DEPTH} levels` };
const TOO_MUCH = {
  message: 'more than one file may hold',
  hint: 'split the file, or write it plainly: a key and its value on each line',
};

function checkDirective(file: SourceFile, token: CST.Token, problems: ProblemList): void {
  if (token.type !== 'directive' || /^%YAML\s+1\.2\s*$/.test(token.source)) return;
  const span = { start: token.offset, end: token.offset + token.source.length };
  const hint = 'manifests are YAML 1.2 and need no directive: delete the line';
  const message = `the directive ${token.source} is not supported`;
  problems.add(file, span, () => ({ message, hint }));
}

function addSyntaxProblem(file: SourceFile, error: YAMLError, problems: ProblemList): void {
  const [start, end] = error.pos;
  const hint = SYNTAX_HINTS.get(error.code);
  problems.add(file, { start, end }, () => ({ message: syntaxMessage(error), hint }));
}

const SYNTAX_HINTS = new Map<string, string>([
  ['TAB_AS_INDENT', 'indent with spaces'],
  ['TAG_RESOLVE_FAILED', 'write the value without a tag'],
  ['BAD_ALIAS', 'anchors and aliases are not supported: write the value out'],
  ['BAD_INDENT', 'items of one list, and keys of one mapping, begin in the same column'],
]);

function syntaxMessage({ message }: YAMLError): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
