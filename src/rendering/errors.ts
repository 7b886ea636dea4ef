/** A failure as a person and as a program read it. */
import { LenkwerkError } from '../model/errors.js';
import { printable } from '../model/printable.js';
import { escapeJson } from './json.js';

/** What is told of a failure: unknown exceptions are `internal`, with their first line only. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof LenkwerkError) {
    const { code, message, hint } = error;
    return hint === undefined ? { code, message } : { code, message, hint };
  }
  const message = error instanceof Error ? error.message : String(error);
  const [firstLine = ''] = message.split('\n');
  return { code: 'internal', message: firstLine === '' ? 'unknown failure' : firstLine };
}

/** `error: message` and `hint: ...` lines; lines of the message are kept, newline at the end. */
export function failureText({ message, hint }: Failure): string {
  const lines = [`error: ${printableLines(message)}`];
  if (hint !== undefined) lines.push(`hint: ${printableLines(hint)}`);
  return `${lines.join('\n')}\n`;
}

/** `{"error": {code, message, hint}}`, newline at the end. */
export function failureJson({ code, message, hint }: Failure): string {
  const error = hint === undefined ? { code, message } : { code, message, hint };
  return `${escapeJson(JSON.stringify({ error }, null, 2))}\n`;
}

/** Messages of several lines are ours (a list of problems); the rest of the controls is not. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
