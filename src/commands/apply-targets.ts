/** Which stores `apply --wait` waits for. */
import type { Client } from 'pg';
import type { StoreSettings } from '../kvstore/settings.js';
import { readConfigValues } from '../lenkwerk/read-config.js';
import { LenkwerkError } from '../model/errors.js';
import type { JsonValue } from '../model/json.js';
import { isSelected } from '../planning/selection.js';
import { openConnection } from '../postgres/connection.js';
import { connectionSettings } from '../postgres/connection-settings.js';
import { STORE_CONFIG_KEYS } from '../publishing/targets/targets.js';
import type { CommandContext } from './command.js';
import type { PlanStep } from './plan-step.js';
import { targetsOf } from './targets-step.js';

export interface WaitTarget {
  readonly name: string;
  readonly settings: StoreSettings;
}

/**
 * Every target that is configured once the step is applied: an agent follows the config, so it does
 * not publish any more to those that are taken out. Throws `usage` when nobody said where any store
 * is, and for a target that no agent could use either.
 */
export async function targetsAfter(
  context: CommandContext,
  step: PlanStep,
): Promise<readonly WaitTarget[]> {
  context.progress.step('connecting to the database');
  const settings = connectionSettings(context.flags.connection, context.environment);
  const client = await openConnection(settings, 'settings');
  const config = await configAfter(client, step).finally(() => client.end());
  return targetsOf(context, config).map((target) => {
    if ('problem' in target) throw unusable(target.problem);
    return target;
  });
}

/** The config keys that say where stores are, as the step leaves them. */
async function configAfter(
  client: Client,
  { desired, selection }: PlanStep,
): Promise<ReadonlyMap<string, JsonValue>> {
  const values = new Map(await readConfigValues(client, STORE_CONFIG_KEYS));
  if (desired.config === undefined) return values;
  for (const key of STORE_CONFIG_KEYS) {
    if (selection !== undefined && !isSelected(`config/${key}`, selection)) continue;
    const wanted = desired.config.find((entry) => entry.key === key);
    if (wanted === undefined) values.delete(key);
    else values.set(key, wanted.value);
  }
  return values;
}

function unusable(problem: LenkwerkError): LenkwerkError {
  const message = `nothing was changed, since --wait has no store to look at: ${problem.message}`;
  const { code, hint } = problem;
  return new LenkwerkError(code, message, {
    cause: problem,
    ...(hint === undefined ? {} : { hint }),
  });
}
