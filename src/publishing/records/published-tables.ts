/** The Lenkwerk tables as the records that the store should hold. */
import { createHash } from 'node:crypto';
import type { TableName } from '../../model/resources.js';
import type { Column, Relation } from '../../replication/change-source.js';

/**
 * Number of generations that are kept, so that a deleted one can be replaced by the previous one.
 */
export const MAX_GENERATIONS = 16;

/** The tables at one point of the log. */
export interface PublishableTables {
  /** Key to value: exactly what the store should hold. */
  readonly records: ReadonlyMap<string, string>;
  /** Of each table's columns, for the checkpoint. */
  readonly fingerprints: ReadonlyMap<TableName, string>;
  readonly generations: Generations;
}

/** The newest generations of the servermap, at most MAX_GENERATIONS, as records by id. */
export interface Generations {
  readonly records: ReadonlyMap<bigint, string>;
  /** There are no older ones. */
  readonly complete: boolean;
}

/** 16 hexadecimal digits that change exactly when the same row would be encoded differently. */
export function fingerprint(columns: readonly Column[]): string {
  const shape = columns.map(({ name, typeOid }) => `${JSON.stringify(name)}:${typeOid}`).join(',');
  return createHash('sha256').update(shape).digest('hex').slice(0, 16);
}

/** The fingerprint of each table's columns. */
export function fingerprintsOf(
  relations: ReadonlyMap<TableName, Relation>,
): ReadonlyMap<TableName, string> {
  return new Map([...relations].map(([table, { columns }]) => [table, fingerprint(columns)]));
}
