/**
 * What a plan consists of: immutable descriptions of single changes, in the terms of a manifest
 * rather than of table columns, with the recorded id where the row exists already.
 */
import type { InstanceStatus, SourcePlace, TimeBound } from '../model/resources.js';
import type { Danger } from './format/generated/dangers.js';

export type Action = 'create' | 'update' | 'delete' | 'expire' | 'revive';

export interface InstanceAttributes {
  /** Absent until the row exists. */
  readonly id?: number;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly status: InstanceStatus;
}

export interface DimensionAttributes extends TimeBound {
  readonly id?: number;
  /** As recorded, or as it will be recorded. */
  readonly field: string;
  readonly default: string | null;
  readonly ordinality: number;
}

export interface IndexAttributes extends TimeBound {
  readonly id?: number;
  readonly name: string;
  readonly method: string;
  readonly tablespace: string;
}

export interface IndexFieldAttributes extends TimeBound {
  readonly id?: number;
  readonly index: string;
  readonly ordinality: number;
  readonly expression: string;
}

export interface ConfigAttributes {
  readonly id?: number;
  readonly key: string;
  /** JSON text. */
  readonly value: string;
}

/** One instance of the map by its name, because ids may be known only inside the apply. */
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

interface ChangeBase<Kind extends string, Attributes> {
  readonly kind: Kind;
  /**
   * `instance/host:port`, `dimension//pointer`, `index/name`, `index/name/field/0`, `config/key`,
   * `servermap`.
   */
  readonly address: string;
  readonly action: Action;
  /** null: the row does not exist yet. */
  readonly before: Attributes | null;
  /** null: the row is deleted. */
  readonly after: Attributes | null;
  /** One sentence for the reviewer. */
  readonly reason: string;
  /** Where the manifest asks for it; null for what left the manifests. */
  readonly source: SourcePlace | null;
  readonly dangers: readonly Danger[];
}

export type InstanceChange = ChangeBase<'instance', InstanceAttributes>;
export type DimensionChange = ChangeBase<'dimension', DimensionAttributes>;
export type IndexChange = ChangeBase<'index', IndexAttributes>;
export type IndexFieldChange = ChangeBase<'index-field', IndexFieldAttributes>;
export type ConfigChange = ChangeBase<'config', ConfigAttributes>;
export type ServermapChange = ChangeBase<'servermap', ServermapAttributes>;

export type Change =
  | InstanceChange
  | DimensionChange
  | IndexChange
  | IndexFieldChange
  | ConfigChange
  | ServermapChange;
