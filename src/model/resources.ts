/**
 * The six kinds of resource of a Bagger cluster, as they are recorded in the Lenkwerk tables
 * and as people desire them. Plain immutable data; nothing here reads or writes anything.
 */
import type { JsonValue } from './json.js';
import type { Timestamp } from './time-bounds.js';

/** The six published tables of schema `storage`, in the order in which a snapshot reads them. */
export const TABLES = [
  'config',
  'postgres_instance',
  'servermap',
  'dimension',
  'index',
  'index_field',
] as const;
export type TableName = (typeof TABLES)[number];

/** The sections of a manifest; a section that no file names is not managed. */
export const SECTIONS = ['config', 'instances', 'dimensions', 'indexes', 'servermap'] as const;
export type Section = (typeof SECTIONS)[number];

/** Bit 0: may be read, bit 1: may be written; the array index is the stored smallint. */
export const INSTANCE_STATUSES = ['offline', 'read-only', 'write-only', 'online'] as const;
export type InstanceStatus = (typeof INSTANCE_STATUSES)[number];

export const DEFAULT_PORT = 5432;
export const DEFAULT_DIMENSION_VALUE = 'notexist';
export const DEFAULT_TABLESPACE = 'pg_default';

/** Where in a manifest something was written. Lines and columns count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

// --- desired: what the manifests say -------------------------------------------------------

export interface DesiredInstance {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** undefined: operators own the status. */
  readonly status: InstanceStatus | undefined;
  readonly source: SourcePlace;
}

export interface DesiredDimension {
  /** JSON pointer (RFC 6901), always with a leading slash. */
  readonly field: string;
  readonly default: string;
  readonly source: SourcePlace;
}

export interface DesiredIndexField {
  /** The SQL expression over `data`, compiled from the pointer where one was written. */
  readonly expression: string;
  readonly source: SourcePlace;
}

export interface DesiredIndex {
  readonly name: string;
  readonly method: string;
  readonly tablespace: string;
  /** In the order in which the index is built. */
  readonly fields: readonly DesiredIndexField[];
  readonly source: SourcePlace;
}

export type DesiredServermap =
  | { readonly algorithm: 'ring'; readonly source: SourcePlace }
  | { readonly algorithm: 'literal'; readonly map: JsonValue; readonly source: SourcePlace };

export interface DesiredConfigEntry {
  readonly key: string;
  readonly value: JsonValue;
  readonly source: SourcePlace;
}

/** The merged manifests. A section that is undefined is not managed; an empty one means none. */
export interface DesiredState {
  /** The database name that the manifests are meant for. */
  readonly cluster: string | undefined;
  readonly instances: readonly DesiredInstance[] | undefined;
  readonly dimensions: readonly DesiredDimension[] | undefined;
  readonly indexes: readonly DesiredIndex[] | undefined;
  readonly servermap: DesiredServermap | undefined;
  readonly config: readonly DesiredConfigEntry[] | undefined;
}

// --- recorded: what the Lenkwerk tables hold -----------------------------------------------

export interface RecordedInstance {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** The stored smallint, 0 to 3. */
  readonly status: number;
}

/** The columns that dimension, index and index_field inherit from time_bound. */
export interface TimeBound {
  readonly validFrom: Timestamp;
  readonly validUntil: Timestamp;
}

export interface RecordedDimension extends TimeBound {
  readonly id: number;
  readonly ordinality: number;
  /** As stored: a name without a leading slash is one unescaped reference token. */
  readonly fieldname: string;
  /** The column allows null, and an existing database may hold it. */
  readonly defaultVal: string | null;
}

export interface RecordedIndex extends TimeBound {
  readonly id: number;
  readonly indexname: string;
  readonly accessMethod: string;
  readonly tablespc: string;
}

export interface RecordedIndexField extends TimeBound {
  readonly id: number;
  readonly indexId: number;
  readonly ordinality: number;
  readonly expression: string;
}

export interface RecordedConfigEntry {
  readonly id: number;
  readonly key: string;
  /** The exact JSON text of the column. */
  readonly value: string;
}

/** One generation of the servermap. */
export interface RecordedServermap {
  readonly id: number;
  /** The exact JSON text of the column. */
  readonly serverMap: string;
}

/** The tables in one snapshot, history rows included. */
export interface RecordedState {
  readonly database: string;
  /** The cluster's uuid, made by `lenkwerk init`. */
  readonly clusterId: string;
  readonly instances: readonly RecordedInstance[];
  readonly dimensions: readonly RecordedDimension[];
  readonly indexes: readonly RecordedIndex[];
  readonly indexFields: readonly RecordedIndexField[];
  readonly config: readonly RecordedConfigEntry[];
  /** The newest generation, undefined before the first. */
  readonly servermap: RecordedServermap | undefined;
  /** Instances (`host:port`) of older generations that may hold data still. */
  readonly formerCopies: readonly string[];
}
