/** The judgement of index expressions; the grammar is loaded only when one needs it. */
import type { DesiredIndex, DesiredState } from '../../model/resources.js';
import type { Vetting } from '../../planning/expressions/vet.js';
import { PlanProblemsError } from '../../planning/problems.js';

/**
 * Returns a vetting of these expressions. Loads PostgreSQL's grammar only if one of them needs it.
 */
export async function vettingOf(expressions: Iterable<string>): Promise<Vetting> {
  const { loadExpressionGrammar, needsGrammar, vetExpression } = await import(
    '../../planning/expressions/vet.js'
  );
  if (needsGrammar(expressions)) {
    const { compileWasmBaselineOnly } = await import('../../runtime/wasm-tiers.js');
    compileWasmBaselineOnly();
    await loadExpressionGrammar();
  }
  return vetExpression;
}

/** The expressions of all fields of these indexes; none for a section that is not managed. */
export function expressionsOf(indexes: readonly DesiredIndex[] | undefined): readonly string[] {
  return (indexes ?? []).flatMap(({ fields }) => fields.map(({ expression }) => expression));
}

/**
 * The judgement without a database: returns a notice for all that a plan would mark with
 * `expression:unvetted`. Throws PlanProblemsError with every expression that is not valid.
 */
export async function judgeManifests(desired: DesiredState): Promise<readonly string[]> {
  const { judgeDesired } = await import('../../planning/expressions/judge.js');
  const vet = await vettingOf(expressionsOf(desired.indexes));
  const { problems, notices } = judgeDesired(desired, vet);
  if (problems.length > 0) throw new PlanProblemsError(problems);
  return notices;
}

/**
 * The result of `ask` with a vetting. Most plans change no expression, and loading the grammar
 * takes longer than planning: so `ask` is first called to collect the expressions that it vets.
 */
export async function withVetting<Answer>(ask: (vet: Vetting) => Answer): Promise<Answer> {
  const asked = new Set<string>();
  const answer = ask((expression) => {
    asked.add(expression);
    return { kind: 'vetted' };
  });
  return asked.size === 0 ? answer : ask(await vettingOf(asked));
}
