import { LenkwerkError } from '../model/errors.js';
import type { SourcePlace } from '../model/resources.js';

/** A desired state that cannot be reached in this way, and what to do instead. */
export interface PlanProblem {
  readonly address: string;
  readonly message: string;
  readonly hint: string;
  /** null: the cause lies in the database, not in a manifest. */
  readonly source: SourcePlace | null;
}

/** Thrown by `makePlan` with every problem that it found. */
export class PlanProblemsError extends LenkwerkError {
  readonly problems: readonly PlanProblem[];

  constructor(problems: readonly PlanProblem[]) {
    const [first] = problems;
    const others = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super('invalid-input', `${first?.address}: ${first?.message}${others}`, {
      hint: first?.hint ?? '',
    });
    this.problems = problems;
  }
}
