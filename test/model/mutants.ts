/**
 * Each part of the rule taken away, or put as a shorter wording has it. `caughtBy`: the family that
 * shows what it is for; `superfluous`: why the model does not notice.
 */
import type { FamilyName } from './families.js';
import type { Rule } from './rule.js';

export interface Mutant {
  readonly name: string;
  readonly change: Partial<Rule>;
  readonly caughtBy: FamilyName | undefined;
  readonly superfluous: string | undefined;
}

