/**
 * What a publication hides. The stream shows nothing of it, whatever is left out: rows, columns,
 * operations, tables.
 * https://www.postgresql.org/docs/current/logical-replication-publication.html
 */
import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { LenkwerkError } from '../../model/errors.js';
import { DEFAULT_PUBLICATION } from '../../model/installation.js';
import { TABLES } from '../../model/resources.js';
import { PUBLISHED_SCHEMA } from '../records/record-codec.js';

/** Something that the stream of a publication would not show. */
interface Gap {
  /** What the publication does, such as `leaves out rows of storage.config`. */
  readonly does: string;
  readonly fix: string;
}

interface PublicationLook {
  /** undefined: there is no publication of that name. */
  readonly identity: string | undefined;
  /** Empty: every change of the six tables is in the stream. */
  readonly gaps: readonly Gap[];
}

interface TableRow {
  readonly identity: string;
  readonly operations: string;
  readonly name: string;
  readonly published: boolean;
  readonly filter: string | null;
  readonly hidden: string | null;
  readonly generated: string | null;
}

/**
 * A row for each table. The transactions that wrote the publication's rows are a part of its
 * identity: options that were changed and changed back leave no other trace. Generated columns are
 * listed by PostgreSQL before 18, too, and published by none of those.
 */
const TABLES_OF_PUBLICATION = `
  SELECT concat_ws(',', p.oid, p.xmin,
           (SELECT string_agg(concat(r.oid, '.', r.xmin), ',' ORDER BY r.oid)
              FROM pg_catalog.pg_publication_rel AS r WHERE r.prpubid = p.oid),
           (SELECT string_agg(concat(s.oid, '.', s.xmin), ',' ORDER BY s.oid)
              FROM pg_catalog.pg_publication_namespace AS s WHERE s.pnpubid = p.oid)) AS identity,
         concat_ws(', ', CASE WHEN NOT p.pubinsert THEN 'inserts' END,
                         CASE WHEN NOT p.pubupdate THEN 'updates' END,
                         CASE WHEN NOT p.pubdelete THEN 'deletes' END,
                         CASE WHEN NOT p.pubtruncate THEN 'truncates' END) AS operations,
         wanted.name, t.tablename IS NOT NULL AS published, t.rowfilter AS filter,
         (SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM columns AS a
           WHERE a.relname = wanted.name AND a.attgenerated = ''
             AND a.attname <> ALL (t.attnames)) AS hidden,
         (SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM columns AS a
           WHERE a.relname = wanted.name AND a.attgenerated <> '' AND a.attname = ANY (t.attnames)
             AND pg_catalog.current_setting('server_version_num')::int >= 180000) AS generated
    FROM pg_catalog.pg_publication AS p
   CROSS JOIN unnest($3::text[]) AS wanted (name)
    LEFT JOIN pg_catalog.pg_publication_tables AS t
           ON t.pubname = p.pubname AND t.schemaname = $2 AND t.tablename = wanted.name
   WHERE p.pubname = $1`;

const COLUMNS = `
  WITH columns AS MATERIALIZED (
    SELECT c.relname, a.attname, a.attnum, a.attgenerated
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
     WHERE n.nspname = $2 AND c.relname = ANY ($3) AND a.attnum > 0 AND NOT a.attisdropped)`;

/**
 * What the publication is made of, as a fingerprint, and what it hides. Any change of it gives
 * another fingerprint for ever, since what happened in between is not in the stream.
 */
export async function lookAtPublication(client: Client, name: string): Promise<PublicationLook> {
  const { rows } = await client.query<TableRow>(`${COLUMNS}${TABLES_OF_PUBLICATION}`, [
    name,
    PUBLISHED_SCHEMA,
    TABLES,
  ]);
  const [first] = rows;
  if (first === undefined) return { identity: undefined, gaps: [] };
  const identity = createHash('sha256').update(first.identity).digest('hex').slice(0, 16);
  const { operations } = first;
  const all = `ALTER PUBLICATION ${name} SET (publish = 'insert, update, delete, truncate')`;
  const general = operations === '' ? [] : [{ does: `leaves out ${operations}`, fix: all }];
  return { identity, gaps: [...general, ...rows.flatMap((row) => tableGaps(row, name))] };
}

function tableGaps(row: TableRow, publication: string): readonly Gap[] {
  const table = `${PUBLISHED_SCHEMA}.${row.name}`;
  const alter = `ALTER PUBLICATION ${publication}`;
  const again = `${alter} DROP TABLE ${table}; ${alter} ADD TABLE ${table}`;
  if (!row.published) {
    return [{ does: `does not have ${table} as a table`, fix: `${alter} ADD TABLE ${table}` }];
  }
  const gaps: Gap[] = [];
  if (row.filter !== null) {
    gaps.push({ does: `leaves out rows of ${table}: it has WHERE ${row.filter}`, fix: again });
  }
  if (row.hidden !== null) {
    gaps.push({ does: `leaves out columns of ${table}: ${row.hidden}`, fix: again });
  }
  if (row.generated !== null) {
    const fix = `${alter} SET (publish_generated_columns = none), and no column list`;
    gaps.push({ does: `shows generated columns of ${table}: ${row.generated}`, fix });
  }
  return gaps;
}

/** What helps; `lenkwerk init` knows one publication only. */
export function publicationFix(name: string, fix: string): string {
  return name === DEFAULT_PUBLICATION ? 'run `lenkwerk init`' : fix;
}

/**
 * The fingerprint of a publication that shows every change of the six tables. Throws
 * `database-not-initialised` for any other, with the first of what it hides.
 */
export async function readPublication(client: Client, name: string): Promise<string> {
  const { identity, gaps } = await lookAtPublication(client, name);
  const [gap] = gaps;
  if (identity !== undefined && gap === undefined) return identity;
  const message =
    gap === undefined ? `there is no publication ${name}` : `the publication ${name} ${gap.does}`;
  const create = `CREATE PUBLICATION ${name} FOR TABLES IN SCHEMA ${PUBLISHED_SCHEMA}`;
  throw new LenkwerkError('database-not-initialised', message, {
    hint: publicationFix(name, gap?.fix ?? create),
  });
}
