/** Which index expressions are let through; the grammar is loaded only when one needs it. */
import type { DesiredIndex, DesiredState } from '../../model/resources.js';
import { PlanProblemsError } from '../../planning/problems.js';

/** Whether an index expression is let through. */
export type Vetting = (expression: string) => boolean;

/** Knows these expressions. Loads PostgreSQL's grammar only if one of them needs it. */
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
 * What `ask` makes of a vetting. Most plans change no expression, and to load what vets them takes
 * longer than to plan: so it is asked first what it would have vetted.
 */
export async function withVetting<Answer>(ask: (isVetted: Vetting) => Answer): Promise<Answer> {
  const asked = new Set<string>();
  const answer = ask((expression) => {
    asked.add(expression);
    return true;
  });
  return asked.size === 0 ? answer : ask(await vettingOf(asked));
}
