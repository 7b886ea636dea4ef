/**
 * The resources of a Bagger cluster, as they are recorded in the Lenkwerk tables and as manifests
 * desire them. Plain immutable data, without I/O.
 */

import type { ColumnType } from './columns.js';
import type { JsonValue } from './json.js';
import {
  type ColumnOf,
  KIND_NAMES,
  KINDS,
  type Kind,
  ROW_KINDS,
  type RowKind,
  type Section,
} from './kinds.js';
import type { Timestamp } from './time-bounds.js';

export type TableName = (typeof KINDS)[Kind]['table'];

/** The published tables of schema `storage`, in the order in which they are locked and read. */
export const TABLES: readonly TableName[] = [...KIND_NAMES]
  .sort((a, b) => KINDS[a].order.lock - KINDS[b].order.lock)
  .map((kind) => KINDS[kind].table);

/** Bit 0: may be read, bit 1: may be written; the array index is the stored smallint. */
export const INSTANCE_STATUSES = ['offline', 'read-only', 'write-only', 'online'] as const;
export type InstanceStatus = (typeof INSTANCE_STATUSES)[number];

// What a manifest may leave out.

/** The port of an instance. */
export const DEFAULT_PORT = 5432;
/** The value of a document that lacks the dimension's field. */
export const DEFAULT_DIMENSION_VALUE = 'notexist';
/** Where an index is put. */
export const DEFAULT_TABLESPACE = 'pg_default';

/** A place in a manifest. Lines and columns count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What an override at this place replaces; absent: nothing. */
  readonly was?: SourcePlace;
}

// --- desired: the content of the manifests -------------------------------------------------------

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

/** The desired state of each section of a manifest. */
interface DesiredSections {
  readonly instances: readonly DesiredInstance[];
  readonly dimensions: readonly DesiredDimension[];
  readonly indexes: readonly DesiredIndex[];
  readonly servermap: DesiredServermap;
  readonly config: readonly DesiredConfigEntry[];
}

/** A section that is undefined is not managed; an empty one means none. */
type ManagedSections = { readonly [S in Section]: DesiredSections[S] | undefined };

/** The merged manifests. */
export interface DesiredState extends ManagedSections {
  /** The database that the manifests are written for. */
  readonly cluster: string | undefined;
  /** Addresses of recorded rows that stay as they are although their section is managed. */
  readonly unmanaged: readonly string[];
}

/** The desired state of manifests without any section. */
export const NOTHING_MANAGED: DesiredState = {
  cluster: undefined,
  unmanaged: [],
  instances: undefined,
  dimensions: undefined,
  indexes: undefined,
  servermap: undefined,
  config: undefined,
};

// --- recorded: the content of the Lenkwerk tables -----------------------------------------------

/** A value of a row, as the database driver returns it. */
export type RecordedValue<T extends ColumnType> = T extends 'varchar or null'
  ? string | null
  : T extends 'id' | 'integer' | 'whole' | 'place' | 'status'
    ? number
    : string;

type RecordedName<C extends { readonly attribute: string; readonly type: ColumnType }> =
  C['type'] extends 'whole' ? `${C['attribute']}Id` : C['attribute'];

/** A row of the kind's table, by the names of `recordedName`. */
type RecordedRow<K extends Kind> = {
  readonly [C in ColumnOf<K> as RecordedName<C>]: RecordedValue<C['type']>;
};

export type RecordedInstance = RecordedRow<'instance'>;
export type RecordedDimension = RecordedRow<'dimension'>;
export type RecordedIndex = RecordedRow<'index'>;
export type RecordedIndexField = RecordedRow<'index-field'>;
export type RecordedConfigEntry = RecordedRow<'config'>;
/** One generation of the servermap. */
export type RecordedServermap = RecordedRow<'servermap'>;

/** The columns that dimension, index and index_field inherit from time_bound. */
export interface TimeBound {
  readonly validFrom: Timestamp;
  readonly validUntil: Timestamp;
}

/** The rows of each kind, history included. */
export type RecordedRows = {
  readonly [K in RowKind as (typeof KINDS)[K]['rows']]: readonly RecordedRow<K>[];
};

/** True when the rows of every kind are present, be it an empty list. */
export function isRecordedRows(rows: { readonly [name: string]: unknown }): rows is RecordedRows {
  return ROW_KINDS.every((kind) => Array.isArray(rows[KINDS[kind].rows]));
}

/** The tables in one snapshot. */
export interface RecordedState extends RecordedRows {
  readonly database: string;
  /** The cluster's uuid, created by `lenkwerk init`. */
  readonly clusterId: string;
  /** The newest generation, undefined before the first. */
  readonly servermap: RecordedServermap | undefined;
  /** What older generations place, as far as data may still lie there. */
  readonly formerCopies: readonly PlacedCopies[];
}

/** Where the copies of an entry of the servermap are. */
export interface PlacedCopies {
  /** Its key in the map, such as `host_port`. */
  readonly entry: string;
  /** The instances, as `host:port`. */
  readonly copies: readonly string[];
  /** The ids of the generations that place them so, ascending. */
  readonly generations: readonly number[];
}

/** A row of any kind. */
export type AnyRow = Readonly<Record<string, string | number | null | undefined>>;

/** The rows of one kind, whichever it is. */
export function rowsOf(recorded: RecordedRows, kind: RowKind): readonly AnyRow[] {
  return recorded[KINDS[kind].rows];
}
