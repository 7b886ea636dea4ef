/** Text -> documents of nodes with places. Everything in YAML that can surprise is refused. */
import { Composer, type CST, Lexer, Parser, type YAMLError } from 'yaml';
import { convertDocument } from '../convert.js';
import type { Diagnostic } from '../diagnostic.js';
import type { SourceNode } from '../source.js';
import type { SourceFile } from '../source-file.js';

/** Collections within collections; a manifest needs eight. */
export const MAX_DEPTH = 32;

export interface ParsedFile {
  /** The documents that are not empty. */
  readonly documents: readonly SourceNode[];
  readonly problems: readonly Diagnostic[];
}

/** Parses one file. With problems the documents are incomplete and of no use. */
export function parseManifest(file: SourceFile): ParsedFile {
  const tokens = tokenise(file);
  if (!Array.isArray(tokens)) return { documents: [], problems: [tokens] };
  const problems: Diagnostic[] = tokens.flatMap((token) => directiveProblem(file, token));
  const documents: SourceNode[] = [];
  for (const document of new Composer(COMPOSE_OPTIONS).compose(tokens)) {
    problems.push(...[...document.errors, ...document.warnings].map((e) => syntaxProblem(file, e)));
    const node = convertDocument(document, file, problems);
    if (node !== undefined) documents.push(node);
  }
  return { documents, problems };
}

const COMPOSE_OPTIONS = {
  version: '1.2',
  // Scalars stay text here: convert.ts gives them their meaning without losing digits.
  schema: 'failsafe',
  strict: true,
  // Checked in convert.ts: the library compares each key with all keys before it.
  uniqueKeys: false,
} as const;

/** The concrete syntax, or the problem that it nests too deep to be walked. */
function tokenise(file: SourceFile): CST.Token[] | Diagnostic {
  const lexer = new Lexer();
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of lexer.lex(file.text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (depthOf(parser.stack) > MAX_DEPTH) return depthProblem(file, parser.offset);
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

/** On the stack are the document, the open collections and perhaps a scalar. */
function depthOf(stack: readonly CST.Token[]): number {
  if (stack.length <= MAX_DEPTH) return 0;
  return stack.filter(({ type }) => COLLECTIONS.has(type)).length;
}

const COLLECTIONS: ReadonlySet<string> = new Set(['block-map', 'block-seq', 'flow-collection']);

function depthProblem(file: SourceFile, offset: number): Diagnostic {
  const start = Math.max(0, Math.min(offset, file.text.length) - 1);
  const message = `nested deeper than ${MAX_DEPTH} levels`;
  return file.problem({ start, end: start + 1 }, { message });
}

function directiveProblem(file: SourceFile, token: CST.Token): readonly Diagnostic[] {
  if (token.type !== 'directive' || /^%YAML\s+1\.2\s*$/.test(token.source)) return [];
  const span = { start: token.offset, end: token.offset + token.source.length };
  const hint = 'manifests are YAML 1.2 and need no directive: delete the line';
  return [file.problem(span, { message: `the directive ${token.source} is not supported`, hint })];
}

function syntaxProblem(file: SourceFile, error: YAMLError): Diagnostic {
  const [start, end] = error.pos;
  const hint = SYNTAX_HINTS.get(error.code);
  return file.problem({ start, end }, { message: syntaxMessage(error), hint });
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
