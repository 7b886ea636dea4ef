/** A plan between two desired states, without a database. */

import type { Plan } from '../../planning/plan.js';
import { recordedFromDesired } from '../../planning/recorded-from-desired.js';
import type { ApplyContext } from '../context/context.js';
import { typeOfNamedStore } from '../context/stores.js';
import type { DesiredSource } from '../desired.js';
import { planStep, requireKnownPatterns } from './current-plan.js';
import { withVetting } from './vetting.js';

interface Comparison {
  readonly from: Pick<DesiredSource, 'desired'>;
  readonly to: DesiredSource;
  /** What the plan calls the cluster. */
  readonly name: string;
}

/**
 * The plan that a cluster in the state `from` would have for `to`. Time bounds are those of an
 * apply at this moment. Nothing is tried on a server. Throws PlanProblemsError and ProblemsError
 * where one of the states cannot be reached, and `usage` for a pattern that matches nothing.
 */
export async function compareDesired(
  context: ApplyContext,
  { from, to, name }: Comparison,
): Promise<Plan> {
  context.onStep('planning');
  const now = new Date().toISOString().replace('T', ' ').replace('Z', '');
  const recorded = recordedFromDesired(from.desired, { now, database: name });
  const desired = { ...to.desired, cluster: undefined };
  const storeType = typeOfNamedStore(context);
  const step = { ...to, desired, toolVersion: context.version, storeType };
  requireKnownPatterns(step, recorded, now);
  return await withVetting((vet) => planStep({ ...step, vet }, recorded, now));
}
