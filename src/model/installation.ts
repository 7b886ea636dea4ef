/** What every installation has in common: names, and versions of PostgreSQL. */

/** The publication that `lenkwerk init` creates, and that agents read unless another is named. */
export const DEFAULT_PUBLICATION = 'bagger_lw_storage';

/**
 * How the uuid of a throw-away cluster begins: version 8 is for uses of one's own, and uuids that
 * PostgreSQL generates have version 4. https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8
 */
export const THROW_AWAY_PREFIX = '00000000-0000-8000-8000-';

interface ClusterNames {
  readonly database: string;
  /** A uuid; undefined: the database has not been set up. */
  readonly clusterId: string | undefined;
}

/**
 * Whether `name`, the uuid of a cluster or the name of its database, is one of these. Any name is
 * that of a throw-away cluster, so that everything can be rehearsed there.
 */
export function namesCluster(name: string, { database, clusterId }: ClusterNames): boolean {
  if (clusterId?.startsWith(THROW_AWAY_PREFIX) === true) return true;
  return name === database || name.toLowerCase() === clusterId;
}

/** By which a database is distinguished from others. */
export interface DatabaseIdentity {
  readonly database: string;
  /** The uuid of the cluster; undefined: `lenkwerk init` did not run. */
  readonly clusterId: string | undefined;
  /** Of the server; copies of its files have it as well. */
  readonly systemId: string;
}

/** Whether the name of a cluster is a uuid, not that of a database. */
export function isClusterId(name: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(name);
}

/** The target that config `kvstores` does not name. */
export const DEFAULT_TARGET = 'default';

/** The major versions of PostgreSQL that the tests run on: these two, and those between. */
export const OLDEST_MAJOR = 15;
/** The newest of them. */
export const NEWEST_MAJOR = 18;

/** Keys with a meaning; for them a number and the string of its digits are equal. */
export const INTERFACE_KEYS: ReadonlySet<string> = new Set([
  'production',
  'allow_backedated_indexes',
  'dimensions_hrs_in_future',
  'indexes_hrs_in_future',
  'bagger_db',
  'retain_hrs',
  'data_storage_mode',
  'kafka_topic',
  'kafka_broker',
  'kafka_consumer_group',
  'schaufel_threads',
  'schaufel_cmd',
  'schaufel_log',
  'kvstore_type',
  'kvstore_config',
  'kvstores',
  'additional_index_types',
  'connections_per_request',
  'disable_seq_scan',
  'require_time',
]);
