/** Problems as GitHub Actions shows them at the lines of a pull request. */
import { printable } from '../model/text.js';
import type { Problem } from './failures.js';

/** GitHub keeps ten errors of a step; the rest stands in the log. */
const MAX_ANNOTATIONS = 10;

/** One workflow command per problem that has a place, each on a line of its own. */
export function annotations(problems: readonly Problem[]): string {
  return problems
    .filter(({ file }) => file !== undefined)
    .slice(0, MAX_ANNOTATIONS)
    .map(annotation)
    .join('');
}

function annotation({ file = '', line = 1, column = 1, path, message, hint }: Problem): string {
  const subject = path === undefined || path === '' ? '' : `${printable(path)}: `;
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
