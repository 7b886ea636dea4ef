import { LenkwerkError } from '../model/errors.js';
import type { Problem } from '../rendering/failures.js';

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
