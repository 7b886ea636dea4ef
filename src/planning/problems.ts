import { LenkwerkError } from '../model/errors.js';
import type { SourcePlace } from '../model/resources.js';

/** A reason why the desired state cannot be reached, with a remedy. */
export interface PlanProblem {
  readonly address: string;
  readonly message: string;
  readonly hint: string;
  /** null: the cause lies in the database, not in a manifest. */
  readonly source: SourcePlace | null;
}

/** Thrown by `makePlan` with all problems of the desired state. */
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
