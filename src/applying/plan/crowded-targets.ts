/** No plan records targets that cannot be served beside one another. */

import { type JsonValue, tryParseJson } from '../../model/json.js';
import type { RecordedState, SourcePlace } from '../../model/resources.js';
import { isStoreConfigKey } from '../../model/secrets/values.js';
import type { Plan } from '../../planning/plan.js';
import { PlanProblemsError } from '../../planning/problems.js';
import { crowdedTargets } from '../../publishing/targets/targets.js';

/**
 * Throws PlanProblemsError where a change of the plan leads to targets that share a store and keys,
 * so that one would delete the records of the other, or to too many.
 * What is recorded already is for the agent and doctor to name.
 */
export function refuseCrowdedTargets(
  { changes }: Pick<Plan, 'changes'>,
  { config }: RecordedState,
): void {
  const values = new Map<string, JsonValue>();
  const note = (key: string, text: string) => {
    const value = isStoreConfigKey(key) ? tryParseJson(text) : undefined;
    if (value !== undefined) values.set(key, value);
  };
  for (const { key, value } of config) note(key, value);
  let changed: { readonly address: string; readonly source: SourcePlace | null } | undefined;
  for (const change of changes) {
    if (change.kind !== 'config') continue;
    const { key = '' } = change.before ?? change.after ?? {};
    if (!isStoreConfigKey(key)) continue;
    values.delete(key);
    if (change.after !== null) note(key, change.after.value);
    changed = change;
  }
  if (changed === undefined) return;
  const { address, source } = changed;
  const problems = crowdedTargets(values).map(({ message, hint = '' }) => {
    return { address, message, hint, source };
  });
  if (problems.length > 0) throw new PlanProblemsError(problems);
}
