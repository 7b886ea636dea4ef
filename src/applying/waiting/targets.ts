/** The stores that an apply waits for. */
import type { Client } from 'pg';
import { readConfigValues, readIdentity } from '../../database/state.js';
import type { StoreSettings } from '../../kvstore/settings.js';
import { LenkwerkError } from '../../model/errors.js';
import type { JsonValue } from '../../model/json.js';
import { holdsHidden, STORE_CONFIG_KEYS } from '../../model/secrets/values.js';
import { isSelected } from '../../planning/selection.js';
import type { ApplyContext } from '../context/context.js';
import { withDatabase } from '../context/database.js';
import { targetsOf } from '../context/stores.js';
import type { DesiredSource } from '../desired.js';

export interface WaitTarget {
  readonly name: string;
  readonly settings: StoreSettings;
  /** The uuid of the database's cluster. */
  readonly cluster: string | undefined;
}

/**
 * Every target that is configured once the source is applied: an agent follows the config, so it no
 * longer publishes to removed ones. Throws `usage` when no store is configured, and for a target
 * that an agent could not use either.
 */
export async function targetsAfter(
  context: ApplyContext,
  source: DesiredSource,
): Promise<readonly WaitTarget[]> {
  const { config, cluster } = await withDatabase(context, 'settings', async (client) => {
    const { clusterId } = await readIdentity(client);
    return { config: await configAfter(client, source), cluster: clusterId };
  });
  return targetsOf(context, config).map((target) => {
    if ('problem' in target) throw unusable(target.problem);
    return { ...target, cluster };
  });
}

/** The config keys with the places of stores, as they are after the apply. */
async function configAfter(
  client: Client,
  { desired, selection }: DesiredSource,
): Promise<ReadonlyMap<string, JsonValue>> {
  const values = new Map(await readConfigValues(client, STORE_CONFIG_KEYS));
  if (desired.config === undefined) return values;
  for (const key of STORE_CONFIG_KEYS) {
    if (selection !== undefined && !isSelected(`config/${key}`, selection)) continue;
    const wanted = desired.config.find((entry) => entry.key === key);
    if (wanted === undefined) values.delete(key);
    else if (!holdsHidden(wanted.value)) values.set(key, wanted.value);
  }
  return values;
}

function unusable(problem: LenkwerkError): LenkwerkError {
  const message = `nothing was changed, since there is no store to wait for: ${problem.message}`;
  const { code, hint } = problem;
  return new LenkwerkError(code, message, {
    cause: problem,
    ...(hint === undefined ? {} : { hint }),
  });
}
