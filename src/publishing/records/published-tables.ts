/** The Lenkwerk tables as the records that the store should hold. */
import { createHash } from 'node:crypto';
import type { TableName } from '../../model/resources.js';
import type { Column } from '../../replication/change-source.js';
import type { CatalogRelation } from '../../replication/tables.js';

/**
 * Number of generations that are kept, so that a deleted one can be replaced by the previous one.
 */
export const MAX_GENERATIONS = 16;

/** The tables at one point of the log. */
export interface PublishableTables {
  /** Key to value: exactly what the store should hold. */
  readonly records: ReadonlyMap<string, string>;
  /** As `fingerprintsOf` makes them, for the checkpoint. */
  readonly fingerprints: ReadonlyMap<TableName, string>;
  readonly generations: Generations;
}

/** The newest generations of the servermap, at most MAX_GENERATIONS, as records by id. */
export interface Generations {
  readonly records: ReadonlyMap<bigint, string>;
  /** There are no older ones. */
  readonly complete: boolean;
}

/** Of the names and types of columns, which the stream shows as well: 16 hexadecimal digits. */
export function fingerprint(columns: readonly Column[]): string {
  return digest(columns.map(({ name, typeOid }) => `${JSON.stringify(name)}:${typeOid}`).join(','));
}

/**
 * For each table the fingerprint of its columns and that of its contents: another one whenever
 * the same row may make another record.
 */
export function fingerprintsOf(
  relations: ReadonlyMap<TableName, CatalogRelation>,
): ReadonlyMap<TableName, string> {
  return new Map(
    [...relations].map(([table, { columns, contents }]) => [
      table,
      `${fingerprint(columns)}-${digest(contents)}`,
    ]),
  );
}

/** The first part of what `fingerprintsOf` gives for a table. */
export function columnsPart(tableFingerprint: string | undefined): string | undefined {
  return tableFingerprint?.split('-')[0];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
