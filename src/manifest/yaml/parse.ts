/** Text -> documents of nodes. Ambiguous YAML (https://yaml.org/spec/1.2.2/) is refused. */
import { Composer, type CST, type Document, Lexer, Parser, type YAMLError } from 'yaml';
import type { Span } from '../../model/text.js';
import { type Allowance, MAX_DEPTH } from '../allowance.js';
import type { FoundProblems } from '../problems/diagnostic.js';
import { ProblemList } from '../problems/problem-list.js';
import type { SourceFile, SourceNode } from '../source.js';
import { convertDocument } from './convert.js';

/** Of one file; behind them nothing is read. The library keeps a kilobyte for each. */
export const MAX_SYNTAX_PROBLEMS = 20;

export interface ParsedFile {
  /** The documents that are not empty. */
  readonly documents: readonly SourceNode[];
  readonly problems: FoundProblems;
}

/** What is left of the allowance of a run, and where plain reading of a file ended. */
interface Limits {
  readonly allowance: Allowance;
  /** An offset: the place that is named when the file is too much for the library. */
  readonly plainUntil: number;
}

/**
 * Parses one file, and subtracts what it holds from the allowance. With problems the documents are
 * incomplete.
 */
export function parseManifest(file: SourceFile, limits: Limits): ParsedFile {
  const problems = new ProblemList();
  const documents: SourceNode[] = [];
  for (const document of compose(file, tokenise(file, limits, problems), problems)) {
    const node = convertDocument(document, file, problems);
    if (node !== undefined) documents.push(node);
  }
  return { documents, problems: problems.found() };
}

/** The documents before the last syntax problem that is added. */
function* compose(
  file: SourceFile,
  tokens: readonly CST.Token[],
  problems: ProblemList,
): Generator<Document.Parsed> {
  const composer = new Composer(COMPOSE_OPTIONS);
  const errors: YAMLError[] = [];
  try {
    for (const token of tokens) {
      checkDirective(file, token, problems);
      if (!INSIGNIFICANT.has(token.type)) redirectErrors(composer, errors);
      yield* composer.next(token);
    }
    yield* composer.end();
  } catch (error) {
    if (!(error instanceof TooManyErrors)) throw error;
  }
  for (const error of errors) addSyntaxProblem(file, error, problems);
  const last = errors.at(-1);
  if (errors.length < MAX_SYNTAX_PROBLEMS || last === undefined) return;
  problems.add(file, spanOf(last), () => MORE_ERRORS);
}

/** Tokens at which the library finds no errors. */
const INSIGNIFICANT: ReadonlySet<string> = new Set(['comment', 'newline', 'space']);

/**
 * The library composes a whole document before it shows an error, and a text may have one in every
 * second character. So the lists that it fills add to `found` instead, and end it.
 */
function redirectErrors(composer: Composer, found: YAMLError[]): void {
  const { errors, warnings } = composer.streamInfo();
  const push = (...added: readonly YAMLError[]): number => {
    // It makes an error of the exception at each level of nesting that this one passes.
    if (found.length < MAX_SYNTAX_PROBLEMS) found.push(...added);
    if (found.length >= MAX_SYNTAX_PROBLEMS) throw new TooManyErrors();
    return found.length;
  };
  errors.push = push;
  warnings.push = push;
}

/** Ends the composing of a document. */
class TooManyErrors extends Error {}

const MORE_ERRORS = {
  message: `more than ${MAX_SYNTAX_PROBLEMS - 1} places are no YAML: the rest was not read`,
};

const COMPOSE_OPTIONS = {
  version: '1.2',
  // Scalars stay text here: scalar.ts resolves them without losing digits.
  schema: 'failsafe',
  strict: true,
  // Checked in the conversion below: the library compares each key with all keys before it.
  uniqueKeys: false,
} as const;

/**
 * The concrete syntax as far as it is composed; empty, and a problem, where it nests too deeply or
 * is more than the allowance.
 */
function tokenise(
  file: SourceFile,
  { allowance, plainUntil }: Limits,
  problems: ProblemList,
): readonly CST.Token[] {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let wrong = 0;
  const accept = (token: CST.Token): void => {
    tokens.push(token);
    if (token.type === 'document') allowance.documents -= 1;
    if (token.type === 'error' || token.type === 'directive') wrong += 1;
  };
  allowance.characters -= file.text.length;
  for (const lexeme of isSpent(allowance) ? [] : new Lexer().lex(file.text)) {
    for (const token of parser.next(lexeme)) accept(token);
    allowance.lexemes -= 1;
    if (depthOf(parser.stack) > MAX_DEPTH) {
      const start = Math.max(0, Math.min(parser.offset, file.text.length) - 1);
      problems.add(file, { start, end: start + 1 }, () => TOO_DEEP);
      return [];
    }
    if (isSpent(allowance) || wrong > MAX_SYNTAX_PROBLEMS) break;
  }
  if (!isSpent(allowance)) for (const token of parser.end()) accept(token);
  if (!isSpent(allowance)) return tokens;
  problems.add(file, { start: plainUntil, end: plainUntil + 1 }, () => TOO_MUCH);
  return [];
}

function isSpent({ documents, lexemes, characters }: Allowance): boolean {
  return documents < 0 || lexemes < 0 || characters < 0;
}

/** The stack holds the document, the open collections and perhaps a scalar. */
function depthOf(stack: readonly CST.Token[]): number {
  if (stack.length <= MAX_DEPTH) return 0;
  return stack.filter(({ type }) => COLLECTIONS.has(type)).length;
}

const COLLECTIONS: ReadonlySet<string> = new Set(['block-map', 'block-seq', 'flow-collection']);

const TOO_DEEP = { message: `nested deeper than ${MAX_DEPTH} levels` };
const TOO_MUCH = {
  message: 'more than the manifests of one run may hold together',
  hint: 'README.md has the bounds, before "How it works"; plain lines may hold most',
};

function checkDirective(file: SourceFile, token: CST.Token, problems: ProblemList): void {
  if (token.type !== 'directive' || /^%YAML\s+1\.2\s*$/.test(token.source)) return;
  const span = { start: token.offset, end: token.offset + token.source.length };
  const hint = 'manifests are YAML 1.2 and need no directive: delete the line';
  problems.add(file, span, () => {
    return { message: `the directive ${token.source} is not supported`, hint };
  });
}

function addSyntaxProblem(file: SourceFile, error: YAMLError, problems: ProblemList): void {
  const hint = UNCLOSED.test(error.message) ? CLOSE_IT : SYNTAX_HINTS.get(error.code);
  problems.add(file, spanOf(error), () => ({ message: syntaxMessage(error), hint }));
}

function spanOf({ pos: [start, end] }: YAMLError): Span {
  return { start, end };
}

/** Of the library, about a list or mapping in brackets that goes on where another line begins. */
const UNCLOSED = /^Flow (?:map|sequence) in block collection/;
const CLOSE_IT = 'close the bracket that was opened before';

const SYNTAX_HINTS = new Map<string, string>([
  ['TAB_AS_INDENT', 'indent with spaces'],
  ['TAG_RESOLVE_FAILED', 'write the value without a tag'],
  ['BAD_ALIAS', 'anchors and aliases are not supported: write the value out'],
  ['BAD_INDENT', 'items of one list, and keys of one mapping, begin in the same column'],
]);

/** Without the quoted source, which may be long or a secret: the excerpt shows it. */
function syntaxMessage({ message }: YAMLError): string {
  const [plain = ''] = message.split(/: "/, 1);
  return plain.charAt(0).toLowerCase() + plain.slice(1);
}
