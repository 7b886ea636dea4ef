/** What the declarations of verbs share. */
import { InvalidArgumentError } from 'commander';
import type { CommandBody } from './command.js';

/** Told what to run for the verb that was given. */
export type Choose = (body: CommandBody) => void;

export const PATHS = 'files or folders of manifests, - for standard input (default: this folder)';

/** `60` or `60s`. */
export function seconds(text: string): number {
  if (/^[1-9]\d{0,4}s?$/.test(text)) return Number(text.replace('s', ''));
  throw new InvalidArgumentError('It is a number of seconds, at least 1.');
}

export function examples(...commands: readonly string[]): string {
  return `\nExamples:\n${commands.map((command) => `  ${command}`).join('\n')}`;
}
