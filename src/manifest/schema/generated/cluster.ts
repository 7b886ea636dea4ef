// Generated from schema/cluster.schema.json by `npm run generate`. Do not edit.
/**
 * The desired state of a Bagger cluster, or a part of it. Any number of manifests are merged into one. A section that no manifest names is not managed and stays as it is; a section that is present is managed whole: what it does not list leaves the cluster, and an empty list means none.
 */
export interface ClusterManifest {
  /**
   * The version of this format.
   */
  apiVersion: 'lenkwerk/v1';
  /**
   * The kind of document.
   */
  kind: 'Cluster';
  /**
   * The uuid of the cluster that the manifest is meant for, or the name of its database. Against another one nothing is planned or applied. Left out: no such check.
   */
  cluster?: string;
  /**
   * The PostgreSQL storage nodes, all of them. An instance that is not listed is removed from the cluster, which has to be allowed by name.
   */
  instances?: Instance[];
  /**
   * The parts of a message that name its partition, in the order of evaluation. The order carries meaning, so all dimensions stand in one document. In production they take effect at an hour boundary, and their order does not change.
   */
  dimensions?: Dimension[];
  /**
   * The indexes that storage nodes create on future partitions. One that is not listed expires; data that it covers already keeps it.
   */
  indexes?: Index[];
  servermap?: ServerMap;
  config?: Config;
  /**
   * Addresses, as plans show them, of recorded objects that stay as they are although their section is managed. Plans name each of them.
   *
   * Items: An address without wildcards: instance/host:port, dimension//pointer, index/name or config/key. To leave the server map alone, leave out its section.
   */
  unmanaged?: string[];
}
/**
 * One PostgreSQL instance, or a range of them. Host and port identify it.
 */
export interface Instance {
  /**
   * Host name or address. A range in brackets stands for one instance per number, padded with zeros to the width of its first number; several ranges multiply.
   */
  host: string;
  /**
   * TCP port of the instance.
   */
  port?: number;
  /**
   * The database role that connects to the instance. No password is ever stored.
   */
  username: string;
  /**
   * What the instance may be used for. Left out: operators own the status, it is never changed from here, and a new instance starts offline.
   */
  status?: 'offline' | 'read-only' | 'write-only' | 'online';
}
/**
 * One part of the partition name. The field identifies it.
 */
export interface Dimension {
  /**
   * JSON pointer (RFC 6901) into the message. A name without a leading slash is one unescaped token: `service` is `/service`.
   */
  field: string;
  /**
   * The value that stands in for a message without this field.
   */
  default?: string;
}
/**
 * An index of every future partition. The name identifies it; its method and its expressions do not change in place: write a new index beside the old one.
 */
export interface Index {
  /**
   * At most 16 characters.
   */
  name: string;
  /**
   * btree, hash, gist or gin, or one that config additional_index_types adds.
   */
  method: string;
  /**
   * The tablespace of the storage nodes that holds the index.
   */
  tablespace?: string;
  /**
   * What is indexed, in the order of the index columns. Storage nodes make no index without fields.
   *
   * @maxItems 32
   */
  fields: IndexField[];
}
/**
 * Exactly one of `pointer` and `expression`.
 */
export interface IndexField {
  /**
   * JSON pointer (RFC 6901) into the message; it compiles to an expression over the column `data`.
   */
  pointer?: string;
  /**
   * The PostgreSQL type that the value at the pointer is cast to.
   */
  type?: string;
  /**
   * An SQL expression over the column `data` (jsonb), evaluated by the storage nodes whenever a message is stored. Others than immutable built-in functions of linear cost have to be allowed by name.
   */
  expression?: string;
}
/**
 * Which instances hold the copies of new data. Exactly one of `algorithm` and `map`. A new generation is recorded only when the wanted map differs from the current one.
 */
export interface ServerMap {
  /**
   * `ring` sorts the instances by host and pairs each with the one that lies far enough round the ring to be on another host.
   */
  algorithm?: 'ring';
  map?: LiteralServerMap;
}
/**
 * The map as it is recorded: `version: 1` and one entry per instance, under `host_port`.
 */
export interface LiteralServerMap {
  /**
   * The version of the map format.
   */
  version: 1;
  [k: string]: ServerMapEntry | 1;
}
/**
 * Where one share of new data goes.
 */
export interface ServerMapEntry {
  schaufel: InstanceOfAServerMap;
  /**
   * The two instances that hold the data.
   *
   * @minItems 2
   * @maxItems 2
   */
  copies: InstanceOfAServerMap[];
}
/**
 * An instance by its recorded id, host and port.
 */
export interface InstanceOfAServerMap {
  /**
   * The id of the row that records the instance.
   */
  id: number;
  /**
   * The host of the instance.
   */
  host: string;
  /**
   * The port of the instance.
   */
  port: number;
}
/**
 * Settings of the cluster, managed whole. The keys described here have a meaning to the cluster; any other key, of at most 600 characters, holds any JSON value but null.
 */
export interface Config {
  /**
   * 1: changes of dimensions and indexes wait for an hour boundary that leaves the cluster time to hear of them. 0: they take effect at once, for all time.
   */
  production?: 0 | 1 | '0' | '1';
  /**
   * 1: in production, too, indexes may be valid from the past.
   */
  allow_backedated_indexes?: 0 | 1 | '0' | '1';
  /**
   * In production, how many whole hours ahead a change of dimensions takes effect.
   */
  dimensions_hrs_in_future?: number | string;
  /**
   * In production, how many whole hours ahead a change of indexes takes effect.
   */
  indexes_hrs_in_future?: number | string;
  /**
   * The name of the database that holds the messages on each storage node.
   */
  bagger_db?: string;
  /**
   * How many hours data is kept before it is purged; 0 keeps it for ever.
   */
  retain_hrs?: number | string;
  /**
   * How storage nodes keep the messages.
   */
  data_storage_mode?: number | string;
  /**
   * The topic that the messages are read from.
   */
  kafka_topic?: string;
  /**
   * The broker, or several separated by commas.
   */
  kafka_broker?: string;
  /**
   * The consumer group that the writers join.
   */
  kafka_consumer_group?: string;
  /**
   * The number of threads of each writer.
   */
  schaufel_threads?: number | string;
  /**
   * The command that starts a writer.
   */
  schaufel_cmd?: string;
  /**
   * Where a writer logs.
   */
  schaufel_log?: string;
  /**
   * The driver of the default key-value store.
   */
  kvstore_type?: string;
  kvstore_config?: KeyValueStoreSettings;
  kvstores?: FurtherKeyValueStores;
  /**
   * Access methods beyond btree, hash, gist and gin that indexes may use.
   */
  additional_index_types?: string[];
  /**
   * How many connections the query proxy opens for one request.
   */
  connections_per_request?: number | string;
  /**
   * Whether the query proxy forbids sequential scans.
   */
  disable_seq_scan?: 0 | 1 | '0' | '1' | true | false;
  /**
   * Whether the query proxy asks every query for a range of time.
   */
  require_time?: 0 | 1 | '0' | '1' | true | false;
  /**
   * Any JSON value but null.
   */
  [k: string]:
    | unknown[]
    | boolean
    | number
    | {}
    | string
    | 0
    | 1
    | '0'
    | '1'
    | KeyValueStoreSettings
    | FurtherKeyValueStores
    | string[]
    | true
    | false
    | undefined;
}
/**
 * The settings of the driver, at least a host, or endpoints. A login is referred to, never written out: user or userEnv, passwordEnv (variables LENKWERK_STORE_*), or passwordFile (below agent --secrets-dir).
 */
export interface KeyValueStoreSettings {
  /**
   * The host of the store.
   */
  host?: string;
  /**
   * The port of the store.
   */
  port?: number | string;
  /**
   * Several endpoints of etcd, such as host:2379; then host and port do not count.
   *
   * @minItems 1
   * @maxItems 32
   */
  endpoints?: string[];
  [k: string]: unknown;
}
/**
 * More stores to publish to, by the name of the target: up to 40 small letters, digits and _.
 */
export interface FurtherKeyValueStores {
  [k: string]: Target;
}
/**
 * One more store.
 */
export interface Target {
  /**
   * The driver of the store.
   */
  type: string;
  config: Settings;
}
/**
 * The settings of the driver.
 */
export interface Settings {
  [k: string]: unknown;
}
