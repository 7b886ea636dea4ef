/**
 * What programs may import from `lenkwerk`: the key-value store that Bagger's state is published
 * to, for storage nodes and everybody else who follows it, and the shape of the plans that
 * `lenkwerk plan --json` prints. Everything else in this package is subject to change.
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
 */
export { kvconnect, type StoreConfig } from './kvstore/connect.js';
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
export { type ErrorCode, LenkwerkError } from './model/errors.js';
export {
  formatJson,
  JsonNumber,
  type JsonObject,
  type JsonValue,
  parseJson,
} from './model/json.js';
export type { TableName } from './model/resources.js';
export type { Change } from './planning/change.js';
export type { Plan } from './planning/plan.js';
export { KeySpace } from './publishing/records/key-space.js';
