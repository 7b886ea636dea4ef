import type { Plan } from '../../planning/plan.js';
import type { ApplyContext } from '../context/context.js';
import { withDatabase } from '../context/database.js';
import { typeOfNamedStore } from '../context/stores.js';
import type { DesiredSource } from '../desired.js';

export interface PlanOptions {
  /**
   * Whether `desired` of the plan holds the desired state as a manifest, which a plan that is
   * written to a file needs; otherwise it is empty. Default: true.
   */
  readonly withDesired?: boolean;
}

/**
 * Returns the plan of what an apply would change now. Writes nothing. Throws LenkwerkError:
 * PlanProblemsError or ProblemsError (`invalid-input`) when the desired state cannot be reached,
 * `wrong-cluster` when the manifests name another database, `usage` for a pattern that matches no
 * address, `database-unavailable`, and the database's errors.
 */
export async function planDesired(
  context: ApplyContext,
  source: DesiredSource,
  { withDesired = true }: PlanOptions = {},
): Promise<Plan> {
  // Loaded while the server answers.
  const loading = import('./current-plan.js');
  try {
    return await withDatabase(context, 'plan', async (client) => {
      const { currentPlan, manifestWriter } = await loading;
      const storeType = typeOfNamedStore(context);
      const step = { ...source, toolVersion: context.version, storeType };
      if (!withDesired) return await currentPlan(context, client, step);
      const desiredText = await manifestWriter();
      return await currentPlan(context, client, { ...step, desiredText });
    });
  } finally {
    await loading;
  }
}
