/** Which index expressions are accepted; the grammar is loaded only when one needs it. */
import type { DesiredIndex, DesiredState } from '../../model/resources.js';
import { PlanProblemsError } from '../../planning/problems.js';

/** Whether an index expression is accepted. */
export type Vetting = (expression: string) => boolean;

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
  return (expression) => vetExpression(expression).ok;
}

/** The expressions of all fields of these indexes; none for a section that is not managed. */
export function expressionsOf(indexes: readonly DesiredIndex[] | undefined): readonly string[] {
  return (indexes ?? []).flatMap(({ fields }) => fields.map(({ expression }) => expression));
}

/** Throws PlanProblemsError with every expression that vetting refuses, at its place. */
export async function requireVettedExpressions(desired: DesiredState): Promise<void> {
  const { expressionProblems } = await import('../../planning/expressions/vet.js');
  await vettingOf(expressionsOf(desired.indexes));
  const problems = expressionProblems(desired);
  if (problems.length > 0) throw new PlanProblemsError(problems);
}

/**
 * The result of `ask` with a vetting. Most plans change no expression, and loading the grammar
 * takes longer than planning: so `ask` is first called to collect the expressions that it vets.
 */
export async function withVetting<Answer>(ask: (isVetted: Vetting) => Answer): Promise<Answer> {
  const asked = new Set<string>();
  const answer = ask((expression) => {
    asked.add(expression);
    return true;
  });
  return asked.size === 0 ? answer : ask(await vettingOf(asked));
}
