import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import { TABLES } from '../model/resources.js';
import { PUBLISHED_SCHEMA } from './records/record-codec.js';

interface PublicationRow {
  readonly complete: boolean;
  /** A JSON array: arrays arrive as text here. */
  readonly tables: string;
  readonly identity: string;
}

/**
 * Checks that the publication covers every change of the six tables, and returns what it is made
 * of as a fingerprint: a table that left and came back gives another one, because changes in
 * between are not in the stream. Throws `database-not-initialised`.
 */
export async function readPublication(sql: Client, name: string): Promise<string> {
  const { rows } = await sql.query<PublicationRow>(
    `SELECT p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate AS complete,
            to_json(ARRAY(SELECT t.tablename::text FROM pg_catalog.pg_publication_tables AS t
                           WHERE t.pubname = p.pubname AND t.schemaname = $2))::text AS tables,
            concat_ws(',', p.oid, (SELECT string_agg(r.oid::text, ',' ORDER BY r.oid)
                                     FROM pg_catalog.pg_publication_rel AS r
                                    WHERE r.prpubid = p.oid)) AS identity
       FROM pg_catalog.pg_publication AS p WHERE p.pubname = $1`,
    [name, PUBLISHED_SCHEMA],
  );
  const [row] = rows;
  const missing = TABLES.filter((table) => row?.tables.includes(`"${table}"`) !== true);
  if (row?.complete === true && missing.length === 0) {
    return createHash('sha256').update(row.identity).digest('hex').slice(0, 16);
  }
  const what = row === undefined ? 'is missing' : 'leaves changes out';
  throw new LenkwerkError('database-not-initialised', `the publication ${name} ${what}`, {
    hint: 'run `lenkwerk init`',
  });
}
