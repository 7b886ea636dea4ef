/** `lenkwerk instance set-status`: the status of instances that no manifest manages. */
import { assert } from '../../model/errors.js';
import { INSTANCE_STATUSES, type InstanceStatus } from '../../model/resources.js';
import type { CommandContext, VerbSpec } from '../command.js';
import type { Exit } from '../exit-codes.js';
import { APPROVAL } from './apply.js';
import { applyOrPlan, PLAN_OUT, type PlanOrApplyFlags } from './revert.js';

/** As the database has them. */
const NUMBERS: readonly string[] = INSTANCE_STATUSES.map((_, number) => String(number));

export const spec: VerbSpec = {
  description: 'set the status of instances, as an apply of this one field',
  arguments: [
    { name: '<action>', description: 'what to do', choices: ['set-status'] },
    {
      name: '<status>',
      description: 'by its name or number',
      choices: [...INSTANCE_STATUSES, ...NUMBERS],
    },
    { name: '<hosts...>', description: 'HOST:PORT, or HOST for every instance on it' },
  ],
  options: [
    {
      flags: '--override',
      description: 'also where manifests manage the status, until they are applied again',
      default: false,
    },
    ...PLAN_OUT,
    ...APPROVAL,
  ],
  examples: [
    'lenkwerk instance set-status offline db1.example.com --dry-run',
    'lenkwerk instance set-status read-only db1.example.com:5433 --auto-approve --wait',
    'lenkwerk instance set-status online db1.example.com db2.example.com --json --auto-approve',
  ],
};

type InstanceFlags = PlanOrApplyFlags & { readonly override: boolean };

export async function run(
  context: CommandContext,
  ...[, status, instances, flags]: readonly [string, string, readonly string[], InstanceFlags]
): Promise<Exit> {
  const { override } = flags;
  return await applyOrPlan(context, flags, async () => {
    const { sourceOfStatus } = await import('../../applying/desired.js');
    return sourceOfStatus({ status: statusOf(status), instances, override });
  });
}

/** The number of a status is its place among the names. */
function statusOf(text: string): InstanceStatus {
  const found = INSTANCE_STATUSES.find((name, at) => name === text || String(at) === text);
  assert(found !== undefined, 'only these are accepted');
  return found;
}
