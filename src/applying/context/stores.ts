/** The key-value stores of the configured targets. */
import type { Client } from 'pg';
import { readConfigValues, readIdentity } from '../../database/state.js';
import {
  isNamedByUrl,
  namedStoreType,
  resolveStore,
  type StoreSources,
} from '../../kvstore/resolve-settings.js';
import type { StoreSettings } from '../../kvstore/settings.js';
import type { KeyValueStore } from '../../kvstore/store.js';
import { assert, LenkwerkError } from '../../model/errors.js';
import { DEFAULT_TARGET, isClusterId, namesCluster } from '../../model/installation.js';
import type { JsonValue } from '../../model/json.js';
import { STORE_CONFIG_KEYS } from '../../model/secrets/values.js';
import { decodeCheckpoint } from '../../publishing/records/checkpoint.js';
import { clusterOf } from '../../publishing/records/condition.js';
import { KeySpace } from '../../publishing/records/key-space.js';
import { resolveTargets, type Target } from '../../publishing/targets/targets.js';
import { withReadsWithin } from './bounded-store.js';
import type { ApplyContext } from './context.js';
import { withDatabase } from './database.js';

/** The targets of these names; none: all of them. Throws `usage` and what the database throws. */
export async function readTargets(
  context: ApplyContext,
  client: Client,
  names: readonly string[] = [],
): Promise<readonly Target[]> {
  return targetsOf(context, await readConfigValues(client, STORE_CONFIG_KEYS), names);
}

/** The targets by the recorded values of the config keys; without any the rest. Throws `usage`. */
export function targetsOf(
  context: ApplyContext,
  recorded?: ReadonlyMap<string, JsonValue>,
  names: readonly string[] = [],
): readonly Target[] {
  return resolveTargets({ ...sourcesOf(context), recorded, names }).map((target) => {
    if ('problem' in target) return target;
    for (const file of target.settings.files) context.inputs.add(file);
    return { ...target, settings: bounded(context, target.settings) };
  });
}

/** The sources that may name a store or hold its login, the database apart. */
export function sourcesOf(context: ApplyContext): Omit<StoreSources, 'recorded'> {
  const { kv, environment, secretsDir, projectEnvironment } = context;
  return { url: kv, project: projectEnvironment?.store, variables: environment, secretsDir };
}

/** The type of the default target's store; undefined: no URL names it. */
export function typeOfNamedStore(context: ApplyContext): string | undefined {
  return namedStoreType(sourcesOf(context));
}

function bounded({ connection }: ApplyContext, settings: StoreSettings): StoreSettings {
  return withReadsWithin(settings, connection.answerTimeoutMs);
}

/** The settings of one target. Throws its problem, `usage`, and what the database throws. */
async function targetSettings(
  context: ApplyContext,
  client: Client,
  name: string,
): Promise<StoreSettings> {
  const [found] = await readTargets(context, client, [name]);
  assert(found !== undefined, 'a target that was asked for is in the answer');
  if ('problem' in found) throw found.problem;
  return found.settings;
}

/** The place of a target's store. Where a URL names it the database is not read. */
async function storeSettings(context: ApplyContext, target: string): Promise<StoreSettings> {
  const sources = sourcesOf(context);
  if (sources.url !== undefined || (target === DEFAULT_TARGET && isNamedByUrl(sources))) {
    return bounded(context, resolveStore({ ...sources, recorded: undefined }).settings);
  }
  return await withDatabase(context, 'settings', (client) =>
    targetSettings(context, client, target),
  );
}

/**
 * Runs `work` with the store of a target and closes the store after it. Throws `usage`,
 * `wrong-cluster` for records of another cluster than that of the environment, what the database
 * throws, what the store throws, and what `work` throws.
 */
export async function withStore<Result>(
  context: ApplyContext,
  target: string,
  work: (store: KeyValueStore) => Promise<Result>,
): Promise<Result> {
  const settings = await storeSettings(context, target);
  const store = await settings.connect();
  try {
    await requireStoreOfCluster(context, store, target);
    return await work(store);
  } finally {
    await store.close();
  }
}

/**
 * Throws `wrong-cluster` where the records of the target are of another cluster than that of the
 * environment, by their checkpoint. For a uuid the store suffices, so that it can be read while its
 * database is away; for the name of a database that one is asked for its uuid, and so it is where
 * no agent has published yet: then the database alone can be compared. Throws as well what the
 * database and the store throw.
 */
async function requireStoreOfCluster(
  context: ApplyContext,
  store: KeyValueStore,
  target: string,
): Promise<void> {
  const { cluster, origin } = context.projectEnvironment ?? {};
  if (cluster === undefined) return;
  const found = await store.read(new KeySpace(store.prefix).checkpointKey(target));
  const published = clusterOf(found && decodeCheckpoint(found.value));
  const isKnown = published !== undefined;
  if (isKnown && namesCluster(cluster, { database: '', clusterId: published })) return;
  if (!isKnown || !isClusterId(cluster)) {
    const { clusterId } = await withDatabase(context, 'settings', readIdentity);
    if (!isKnown || clusterId === published) return;
  }
  const what = `the records of target ${target} in ${store.description} are of cluster ${published}`;
  throw new LenkwerkError('wrong-cluster', `${origin} is for cluster ${cluster}, and ${what}`, {
    hint: '`lenkwerk env` shows where the store comes from',
  });
}
