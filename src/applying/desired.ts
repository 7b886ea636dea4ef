/** Manifests for the commands that start from them. */
import type { CommandContext } from '../commands/command.js';
import { type Diagnostic, formatDiagnostics } from '../manifest/diagnostic.js';
import { loadManifests } from '../manifest/load.js';
import { LenkwerkError } from '../model/errors.js';
import type { DesiredState } from '../model/resources.js';
import type { Problem } from '../rendering/failures.js';

/** Everything that is wrong with the manifests as one error. */
export function problemsError(diagnostics: readonly Diagnostic[]): ProblemsError {
  const count = diagnostics.length === 1 ? '1 problem' : `${diagnostics.length} problems`;
  const problems = diagnostics.map(({ file, line, column, path, message, hint }) => ({
    file,
    line,
    column,
    path,
    message,
    ...(hint === undefined ? {} : { hint }),
  }));
  const details = formatDiagnostics(diagnostics);
  return new ProblemsError(`${count} in the manifests`, { problems, details });
}

export interface LoadedManifests {
  readonly desired: DesiredState;
  readonly files: readonly string[];
}

/**
 * No paths stand for the current folder, `-` for standard input. Throws ProblemsError
 * with all problems.
 */
export async function requireManifests(
  context: CommandContext,
  paths: readonly string[],
): Promise<LoadedManifests> {
  context.progress.step('reading the manifests');
  const options = paths.includes('-') ? { stdin: context.stdin() } : {};
  const result = await loadManifests(paths.length === 0 ? ['.'] : paths, options);
  if (result.kind === 'problems') throw problemsError(result.problems);
  return { desired: result.desired, files: result.files };
}

export interface ProblemsDetails {
  readonly problems: readonly Problem[];
  /** The same for people, safe to print. */
  readonly details: string;
}

/** Invalid input with every problem that was found. */
export class ProblemsError extends LenkwerkError {
  readonly problems: readonly Problem[];
  readonly details: string;

  constructor(message: string, { problems, details }: ProblemsDetails) {
    super('invalid-input', message);
    this.problems = problems;
    this.details = details;
  }
}
