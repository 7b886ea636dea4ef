/**
 * The exports of `lenkwerk` for programs: the key-value store that Bagger's state is published to,
 * for storage nodes and other readers; and planning and applying, for programs that change that
 * state. Everything else in this package is subject to change.
 *
 * Every function throws LenkwerkError, whose `code` names the kind of failure, and ProblemsError or
 * PlanProblemsError (code `invalid-input`) with a list `problems`, each with its place.
 *
 * @example Follow the configuration of a cluster.
 * ```js
 * import { formatJson, kvconnect } from 'lenkwerk';
 *
 * const store = await kvconnect({ url: 'etcd://kv1.example.com,kv2.example.com?prefix=/eu' });
 * await store.kvwatch(
 *   (key, value) => console.log(key, value === undefined ? 'is gone' : formatJson(value)),
 *   { prefix: `${store.prefix}/Config/` },
 * );
 * ```
 *
 * @example Apply manifests, unless the plan holds a danger; examples/program has a longer one.
 * ```js
 * import { applyContext, applyDesired, loadDesired } from 'lenkwerk';
 *
 * const context = applyContext({ connection: { host: 'lenkwerk.example.com' } });
 * const { applied, committed } = await applyDesired(context, await loadDesired(context, ['.']));
 * console.log(committed ? applied.summary : 'nothing to do');
 * ```
 */
export type { ApplyOptions } from './applying/apply.js';
export { type ApplyContext, applyContext, type GivenContext } from './applying/context/context.js';
export type { DesiredSource, LoadedManifests, PartFlags } from './applying/desired.js';
export type { PlanOptions } from './applying/plan/plan.js';
export { kvconnect, type StoreConfig } from './kvstore/connect.js';
export type { StoreUrl } from './kvstore/settings.js';
export type {
  CommitOutcome,
  GuardedCommit,
  KeyChange,
  KeyValueStore,
  Revision,
  StoredRecord,
  StoredValue,
  StoreLimits,
  StoreSnapshot,
  WatchEvent,
  WatchOptions,
} from './kvstore/store.js';
export { type Diagnostic, ProblemsError } from './manifest/problems/diagnostic.js';
export { type ErrorCode, LenkwerkError } from './model/errors.js';
export {
  formatJson,
  JsonNumber,
  type JsonObject,
  type JsonValue,
  parseJson,
} from './model/json.js';
export type { Lsn } from './model/lsn.js';
export type { DesiredState, SourcePlace, TableName } from './model/resources.js';
export type { Change } from './planning/change.js';
export { DANGERS, type Danger } from './planning/format/generated/dangers.js';
export { planJson } from './planning/format/write.js';
export type { ApplyResult, Plan, PlanSummary } from './planning/plan.js';
export { type PlanProblem, PlanProblemsError } from './planning/problems.js';
export type { Selection } from './planning/selection.js';
export type { ConnectionFlags } from './postgres/libpq/sources.js';
export { KeySpace } from './publishing/records/key-space.js';

// A program that only follows the store does not load the modules for planning and applying.

/**
 * Reads manifests, as a desired state with the commit of their repository. `paths` are files or
 * folders; none: the current folder. Throws ProblemsError with all problems.
 */
export const loadDesired: typeof import('./applying/desired.js').loadDesired = async (...given) =>
  (await import('./applying/desired.js')).loadDesired(...given);

/**
 * Returns the plan of what an apply would change now; writes nothing. Throws `invalid-input` for a
 * desired state that cannot be reached, `wrong-cluster`, `usage`, `database-unavailable` and
 * `database-error`.
 */
export const planDesired: typeof import('./applying/plan/plan.js').planDesired = async (...given) =>
  (await import('./applying/plan/plan.js')).planDesired(...given);

/**
 * Changes the tables to the desired state, in one transaction, and returns the executed plan. When
 * it throws, nothing was changed, unless the code is `not-converged` (committed, and not published
 * in time or before the signal aborted) or `inconclusive` (the outcome is unknown). Throws what
 * `planDesired` throws, `refused` for a danger that is not allowed or where a superuser would run
 * code of others, `stale-plan` for an agreed plan that no longer fits, `lock-not-obtained`, and
 * `interrupted`.
 */
export const applyDesired: typeof import('./applying/apply.js').applyDesired = async (...given) =>
  (await import('./applying/apply.js')).applyDesired(...given);

export type { Environment } from './runtime/settings.js';
