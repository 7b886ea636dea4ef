/** No plan records targets that cannot be served, or records that one of their stores refuses. */
import { smallestValueLimit } from '../../kvstore/drivers.js';
import { isJsonObject, type JsonValue, tryParseJson } from '../../model/json.js';
import type { RecordedState, SourcePlace } from '../../model/resources.js';
import { isStoreConfigKey } from '../../model/secrets/values.js';
import type { Plan } from '../../planning/plan.js';
import { type PlanProblem, PlanProblemsError } from '../../planning/problems.js';
import { oversize, oversizeProblems, type ValueLimit } from '../../planning/record-size.js';
import { crowdedTargets } from '../../publishing/targets/targets.js';

type Changes = Pick<Plan, 'changes'>;

/**
 * Throws PlanProblemsError where a change of the plan leads to targets that share a store and keys,
 * so that one would delete the records of the other, or to too many; and where the stores of the
 * targets, as the plan leaves them, take no record as large as one that changes, or as one that is
 * recorded already and that a changed target would have to publish. What was wrong before is for
 * the agent and doctor to name. `storeType`: of the default target, where a URL names its store.
 */
export function refuseUnpublishable(
  plan: Changes,
  recorded: RecordedState,
  storeType?: string,
): void {
  const { values, changed } = storesAfter(plan, recorded);
  const limit = smallestValueLimit(typesIn(values, storeType));
  const problems: PlanProblem[] = [...oversizeProblems(plan.changes, limit)];
  if (changed !== undefined) {
    const crowded = crowdedTargets(values);
    problems.push(...crowded.map(({ message, hint = '' }) => ({ ...changed, message, hint })));
    problems.push(...recordedProblems(plan, recorded, limit));
  }
  if (problems.length > 0) throw new PlanProblemsError(problems);
}

interface StoresAfter {
  /** The values of the config keys that name stores. */
  readonly values: ReadonlyMap<string, JsonValue>;
  /** The last change of one of them; undefined: none changes. */
  readonly changed: Pick<PlanProblem, 'address' | 'source'> | undefined;
}

function storesAfter({ changes }: Changes, { config }: RecordedState): StoresAfter {
  const values = new Map<string, JsonValue>();
  const note = (key: string, text: string) => {
    const value = isStoreConfigKey(key) ? tryParseJson(text) : undefined;
    if (value !== undefined) values.set(key, value);
  };
  for (const { key, value } of config) note(key, value);
  let changed: { readonly address: string; readonly source: SourcePlace | null } | undefined;
  for (const { kind, address, source, before, after } of changes) {
    if (kind !== 'config') continue;
    const { key = '' } = before ?? after ?? {};
    if (!isStoreConfigKey(key)) continue;
    values.delete(key);
    if (after !== null) note(key, after.value);
    changed = { address, source };
  }
  return { values, changed };
}

/** The default target has the default driver where no type is recorded. */
function typesIn(
  values: ReadonlyMap<string, JsonValue>,
  storeType: string | undefined,
): readonly (JsonValue | undefined)[] {
  const further = values.get('kvstores');
  const targets = further !== undefined && isJsonObject(further) ? [...further.values()] : [];
  return [
    storeType ?? values.get('kvstore_type'),
    ...targets.flatMap((target) => (isJsonObject(target) ? [target.get('type')] : [])),
  ];
}

/** Of the kinds whose records grow large. */
function recordedProblems(
  { changes }: Changes,
  { config, servermap }: RecordedState,
  limit: ValueLimit,
): readonly PlanProblem[] {
  const changing = new Set(changes.map(({ address }) => address));
  return [
    ...config.map(({ key, value }) => ({ address: `config/${key}`, text: value })),
    ...(servermap === undefined ? [] : [{ address: 'servermap', text: servermap.map }]),
  ].flatMap(({ address, text }) => {
    const bytes = Buffer.byteLength(text);
    if (changing.has(address) || bytes <= limit.bytes) return [];
    return [{ address, source: null, ...oversize(bytes, limit) }];
  });
}
