/** Problems of manifests, each with its place, and how they are shown. */

import { LenkwerkError } from '../../model/errors.js';
import type { SourcePlace } from '../../model/resources.js';
import { counted, placeText, printable } from '../../model/text.js';
import type { Excerpt } from './excerpt.js';

export interface Diagnostic extends SourcePlace {
  /** Where in the document, like `indexes[2].method`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
  /** Absent when the problem concerns a file as a whole. */
  readonly excerpt?: Excerpt;
  /** The other place, when two places contradict each other. */
  readonly related?: SourcePlace;
}

/** More problems than these are only counted. */
export const MAX_SHOWN_PROBLEMS = 50;

/** Problems in any number. */
export interface FoundProblems {
  /** Sorted by place; at most MAX_SHOWN_PROBLEMS. */
  readonly first: readonly Diagnostic[];
  /** Of all of them. */
  readonly count: number;
}

/** Manifests that cannot be used, with the first of the problems that were found; at least one. */
export class ProblemsError extends LenkwerkError {
  /** At most MAX_SHOWN_PROBLEMS. */
  readonly problems: readonly Diagnostic[];
  /** Of all problems. */
  readonly count: number;

  /** `count`: of all problems, where `problems` are only the first. */
  constructor(problems: readonly Diagnostic[], count = problems.length) {
    const shown = count > MAX_SHOWN_PROBLEMS ? `; the first ${MAX_SHOWN_PROBLEMS} are shown` : '';
    super('invalid-input', `${counted(count, 'problem')} in the manifests${shown}`);
    this.problems = problems.slice(0, MAX_SHOWN_PROBLEMS);
    this.count = count;
  }
}

/** `file:line:column: path: message`, the source line with a caret, the other place, the hint. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { path, message, hint, excerpt, related } = diagnostic;
  const subject = path === '' ? '' : `${printable(path)}: `;
  const lines = [`${printable(placeText(diagnostic))}: ${subject}${printable(message)}`];
  if (excerpt !== undefined) lines.push(...formatExcerpt(excerpt));
  if (related !== undefined) lines.push(`  the other place: ${printable(placeText(related))}`);
  if (hint !== undefined) lines.push(`  hint: ${printable(hint)}`);
  return lines.join('\n');
}

/** The texts of all problems, with an empty line between them and no newline at the end. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(formatDiagnostic).join('\n\n');
}

function formatExcerpt({ text, start, length }: Excerpt): readonly string[] {
  const before = printable(text.slice(0, start));
  const marked = printable(text.slice(start, start + length));
  const after = printable(text.slice(start + length));
  const carets = '^'.repeat(Math.max(1, marked.length));
  return [`  | ${before}${marked}${after}`, `  | ${' '.repeat(before.length)}${carets}`];
}

/** By file, then by place. */
export function compareDiagnostics(a: SourcePlace, b: SourcePlace): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
