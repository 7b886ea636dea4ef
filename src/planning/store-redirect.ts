/** The danger of changes that lead what is published, or a login, to another place. */
import { equalJson, isJsonObject, type JsonValue, tryParseJson } from '../model/json.js';
import type { RecordedConfigEntry, RecordedState } from '../model/resources.js';
import { isStoreConfigKey } from '../model/secrets/values.js';
import type { Change, ChangeOf } from './change.js';

/**
 * The same changes, with `store:redirect` on those of config `kvstore_type`, `kvstore_config` and
 * `kvstores` after which a target has another place or login, or is new. Each field of a target's
 * settings counts: which of them matter is for the drivers to know. In a database without any row
 * nothing leads anywhere yet.
 */
export function withStoreRedirects(
  changes: readonly Change[],
  recorded: RecordedState,
): readonly Change[] {
  const touched = changes.filter(isStoreChange);
  if (touched.length === 0 || isEmpty(recorded)) return changes;
  const before = valuesOf(recorded.config);
  const after = new Map(before);
  for (const change of touched) {
    const { key = '' } = change.before ?? change.after ?? {};
    after.delete(key);
    if (change.after !== null) after.set(key, tryParseJson(change.after.value) ?? null);
  }
  const isDefaultMoved = !isSame(before, after, ['kvstore_type', 'kvstore_config']);
  const isFurtherMoved = [...targetsOf(after)].some(([name, target]) => {
    const old = targetsOf(before).get(name);
    return old === undefined || !equalJson(old, target);
  });
  return changes.map((change) => {
    if (!isStoreChange(change)) return change;
    const isMoved = change.address === 'config/kvstores' ? isFurtherMoved : isDefaultMoved;
    return isMoved ? { ...change, dangers: [...change.dangers, 'store:redirect'] } : change;
  });
}

function isStoreChange(change: Change): change is ChangeOf<'config'> {
  if (change.kind !== 'config') return false;
  return isStoreConfigKey((change.before ?? change.after)?.key ?? '');
}

function isEmpty(recorded: RecordedState): boolean {
  const { config, instances, dimensions, indexes, servermap } = recorded;
  const rows = config.length + instances.length + dimensions.length + indexes.length;
  return rows === 0 && servermap === undefined;
}

type Values = ReadonlyMap<string, JsonValue>;

/** A value that is no JSON differs from every other. */
function valuesOf(config: readonly RecordedConfigEntry[]): Values {
  const stores = config.filter(({ key }) => isStoreConfigKey(key));
  return new Map(stores.map(({ key, value }) => [key, tryParseJson(value) ?? value]));
}

function isSame(before: Values, after: Values, keys: readonly string[]): boolean {
  return keys.every((key) => {
    const [one, other] = [before.get(key), after.get(key)];
    return one === undefined || other === undefined ? one === other : equalJson(one, other);
  });
}

/** The targets that `kvstores` names. */
function targetsOf(values: Values): Values {
  const further = values.get('kvstores');
  return further !== undefined && isJsonObject(further) ? further : new Map();
}
