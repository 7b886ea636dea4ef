/** The config value `kvstores`: targets by their names. */
import type { SecretSources } from '../../kvstore/recorded-login.js';
import { resolveRecorded, type StoreDestination } from '../../kvstore/resolve-settings.js';
import { LenkwerkError } from '../../model/errors.js';
import { DEFAULT_TARGET } from '../../model/installation.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.js';

/** In place of the targets of a config value that cannot be read; no target has such a name. */
export const FURTHER_STORES = 'config kvstores';

/** A slot's name may have 63 bytes, of which `lw_agent_` takes nine. */
const TARGET_NAME = /^[a-z0-9_]{1,40}$/;
/** Throws `usage`: the name becomes a part of slots and keys. */
export function requireTargetName(name: string): string {
  if (TARGET_NAME.test(name)) return name;
  throw new LenkwerkError('usage', `not the name of a target: ${JSON.stringify(name)}`, {
    hint: 'it has 1 to 40 lower-case letters, digits and underscores',
  });
}

/** The targets beside `default`. */
export interface FurtherStores {
  /** Those that can be read. */
  readonly stores: JsonObject;
  /** Why there may be others. */
  readonly problem: LenkwerkError | undefined;
}

/** Takes the value of `kvstores`; undefined: it is not recorded. */
export function furtherStores(value: JsonValue | undefined): FurtherStores {
  if (value === undefined) return { stores: new Map(), problem: undefined };
  if (!isJsonObject(value)) {
    const problem = new LenkwerkError('usage', `${FURTHER_STORES} is not an object`, {
      hint: 'it looks like {"eu": {"type": "etcd", "config": {"host": "etcd-eu", "port": 2379}}}',
    });
    return { stores: new Map(), problem };
  }
  if (!value.has(DEFAULT_TARGET)) return { stores: value, problem: undefined };
  const stores = new Map([...value].filter(([name]) => name !== DEFAULT_TARGET));
  const problem = new LenkwerkError('usage', `${FURTHER_STORES} names ${DEFAULT_TARGET}`, {
    hint: 'kvstore_type and kvstore_config define that target',
  });
  return { stores, problem };
}

/** The end of the message of a requested target that is not configured, or not any more. */
export const NO_SUCH_TARGET = 'config kvstores has no such target';

/** With the names of all targets. */
interface KnownStores extends FurtherStores {
  readonly names: readonly string[];
}

/** Where a target beside `default` is. Without `secrets` its login is not read. Throws `usage`. */
export function namedDestination(
  name: string,
  { stores, problem, names }: KnownStores,
  secrets: SecretSources | undefined,
): StoreDestination {
  requireTargetName(name);
  const store = stores.get(name);
  if (store === undefined && problem !== undefined) throw problem;
  if (store === undefined) {
    throw new LenkwerkError('usage', NO_SUCH_TARGET, {
      hint: `the targets are: ${names.join(', ')}; config kvstores has those beside default`,
    });
  }
  const config = isJsonObject(store) ? store.get('config') : undefined;
  if (!isJsonObject(store) || config === undefined) {
    throw new LenkwerkError('usage', 'it is no object with type and config');
  }
  const { settings, loginFrom } = resolveRecorded(store.get('type'), config, secrets);
  return { settings, placeFrom: `kvstores ${name}`, loginFrom };
}
