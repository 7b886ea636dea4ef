/**
 * The changes of a plan: immutable descriptions, in the terms of a manifest rather than of table
 * columns, with the recorded id where the row exists already.
 */
import type { ColumnType } from '../model/columns.js';
import type { ColumnOf, Kind, RowKind } from '../model/kinds.js';
import type { InstanceStatus, RecordedValue, SourcePlace } from '../model/resources.js';
import type { Danger } from './format/generated/dangers.js';

export type Action = 'create' | 'update' | 'delete' | 'expire' | 'revive';

/** A value in a plan: words for the numbers of the database, names for its ids. */
type PlannedValue<T extends ColumnType> = T extends 'status'
  ? InstanceStatus
  : T extends 'whole'
    ? string
    : RecordedValue<T>;

/** A row of the kind, as a plan holds it. */
type RowAttributes<K extends RowKind> = {
  /** Absent until the row exists. */
  readonly id?: number;
} & {
  readonly [C in ColumnOf<K> as Exclude<C['attribute'], 'id'>]: PlannedValue<C['type']>;
};

export type InstanceAttributes = RowAttributes<'instance'>;
export type DimensionAttributes = RowAttributes<'dimension'>;
export type IndexFieldAttributes = RowAttributes<'index-field'>;

/** An instance of the map by its name, because its id may be known only inside the apply. */
export interface ServermapEntry {
  /** `host_port`, the key of the entry. */
  readonly key: string;
  /** `host:port` of the instance that the writer sends to. */
  readonly schaufel: string;
  /** `host:port` of each copy. */
  readonly copies: readonly string[];
}

export type ServermapAttributes =
  | { readonly algorithm: 'ring'; readonly entries: readonly ServermapEntry[] }
  /** `map` is JSON text. */
  | { readonly algorithm: 'literal'; readonly map: string };

type AttributesOf<K extends Kind> = K extends RowKind ? RowAttributes<K> : ServermapAttributes;

export interface ChangeOf<K extends Kind> {
  readonly kind: K;
  /** The result of addressOf for the row. */
  readonly address: string;
  readonly action: Action;
  /** null: the row does not exist yet. */
  readonly before: AttributesOf<K> | null;
  /** null: the row is deleted. */
  readonly after: AttributesOf<K> | null;
  /** One sentence for the reviewer. */
  readonly reason: string;
  /** The place in a manifest; null for rows that no manifest names any more. */
  readonly source: SourcePlace | null;
  readonly dangers: readonly Danger[];
}

/** A change of a row other than a generation. */
export type RowChange = { [K in RowKind]: ChangeOf<K> }[RowKind];
export type Change = { [K in Kind]: ChangeOf<K> }[Kind];
