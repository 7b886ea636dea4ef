/** The danger of expressions that vetting does not let through. */
import type { Change } from './change.js';

/**
 * The same changes, with `expression:unvetted` on each field that a manifest wants and whose
 * expression `isVetted` refuses. Fields that go, or make room, run nothing new.
 */
export function withUnvetted(
  changes: readonly Change[],
  isVetted: (expression: string) => boolean,
): readonly Change[] {
  return changes.map((change) => {
    if (change.kind !== 'index-field' || change.after === null) return change;
    const begins = change.action === 'create' || change.action === 'revive';
    const wanted = begins || (change.action === 'update' && change.source !== null);
    if (!wanted || isVetted(change.after.expression)) return change;
    return { ...change, dangers: [...change.dangers, 'expression:unvetted'] };
  });
}
