/** A failure as text and as JSON. */
import { type ErrorCode, LenkwerkError } from '../model/errors.js';
import type { SourcePlace } from '../model/resources.js';
import { escapeJson, placeText, printable } from '../model/text.js';

/** One of several problems. */
export interface Problem {
  /** null: the cause is not in a file. */
  readonly source: SourcePlace | null;
  /** Where in the document, or the address of a resource; may be empty. */
  readonly path: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** The shown part of a failure: unknown exceptions are `internal`, with their first line only. */
interface Failure {
  readonly code: ErrorCode | 'internal';
  readonly message: string;
  readonly hint?: string;
  readonly problems?: readonly Problem[];
}

/** The description of an error; `problems` where it consists of several. */
export function failureOf(error: unknown, problems?: readonly Problem[]): Failure {
  if (error instanceof LenkwerkError) {
    const { code, message, hint } = error;
    return {
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(problems === undefined ? {} : { problems }),
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  const [firstLine = ''] = message.split('\n');
  return { code: 'internal', message: firstLine === '' ? 'unknown failure' : firstLine };
}

/**
 * An `error: message` line and a `hint: ...` line, with the place before the message where there is
 * one; newline at the end. Line breaks are those of a server or of a file name: none is kept.
 */
export function failureText({ message, hint }: Failure, source: SourcePlace | null = null): string {
  const place = source === null ? '' : `${printable(placeText(source))}: `;
  const lines = [`error: ${place}${printable(message)}`];
  if (hint !== undefined) lines.push(`hint: ${printable(hint)}`);
  return `${lines.join('\n')}\n`;
}

/** `{"error": {code, message, hint, problems}}`, newline at the end. */
export function failureJson({ code, message, hint, problems }: Failure): string {
  const listed = problems?.map(({ source, ...rest }) => ({ ...source, ...rest }));
  const error = { code, message, hint, problems: listed };
  return `${escapeJson(JSON.stringify({ error }, null, 2))}\n`;
}

/** One line per problem, `place: path: message`, its hint below. */
export function problemsText(problems: readonly Problem[]): string {
  return problems.map(problemText).join('\n');
}

function problemText({ source, path, message, hint }: Problem): string {
  const place = source === null ? '' : placeText(source);
  const parts = [place, path, message].filter((part) => part !== '');
  const below = hint === undefined || hint === '' ? '' : `\n  hint: ${printable(hint)}`;
  return `${printable(parts.join(': '))}${below}`;
}

// Problems as GitHub Actions shows them at the lines of a pull request.

/** GitHub shows ten errors of a step; the others are in the log. */
const MAX_ANNOTATIONS = 10;

/**
 * One workflow command per problem with a place, each on a separate line.
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function annotations(problems: readonly Problem[]): string {
  return problems
    .flatMap(({ source, ...problem }) => (source === null ? [] : annotation(source, problem)))
    .slice(0, MAX_ANNOTATIONS)
    .join('');
}

function annotation(
  { file, line, column }: SourcePlace,
  { path, message, hint }: Omit<Problem, 'source'>,
): string {
  const subject = path === '' ? '' : `${printable(path)}: `;
  const advice = hint === undefined || hint === '' ? '' : `\nhint: ${printable(hint)}`;
  const text = data(`${subject}${printable(message)}${advice}`);
  return `::error file=${property(printable(file))},line=${line},col=${column}::${text}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
