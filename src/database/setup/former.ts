/**
 * What `init` is about to change and a removal gives back: kept in `lenkwerk.created` by the role
 * that runs the schema files. A superuser who only creates roles writes no table of others.
 */
import { type Client, escapeIdentifier } from 'pg';
import { TABLES } from '../../model/resources.js';
import { OWNER } from './grants.js';
import { EMITTERS, LASTING_OBJECTS } from './ours.js';

/** A fact in SQL up to its value; `i` is what pg_identify_object gives. */
export const FORMER_OWNER = `'former owner of ' || i.type || ' ' || i.identity || ': '`;
/** The same; `oid` is the function's. */
export const FORMER_EXECUTE = `'former right of everyone to execute ' || oid::regprocedure || ': '`;

const FORMER = `
  SELECT ${FORMER_OWNER} || r.rolname
    FROM (${LASTING_OBJECTS}) AS o (class, object, owner)
    JOIN pg_catalog.pg_roles AS r ON r.oid = o.owner AND r.rolname <> '${OWNER}'
   CROSS JOIN LATERAL pg_catalog.pg_identify_object(o.class, o.object, 0) AS i
   UNION ALL
  SELECT ${FORMER_EXECUTE} || pg_catalog.has_function_privilege('public', oid, 'EXECUTE')::text
    FROM (${EMITTERS}) AS e
   WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_namespace
                      WHERE nspname = 'lenkwerk' AND nspowner = pg_catalog.to_regrole('${OWNER}'))
   UNION ALL
  SELECT 'former replica identity of storage.' || c.relname || ': '
         || CASE c.relreplident WHEN 'n' THEN 'NOTHING' WHEN 'i' THEN 'USING INDEX ' || x.relname
                                ELSE 'DEFAULT' END
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN (pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid)
      ON i.indrelid = c.oid AND i.indisreplident
   WHERE n.nspname = 'storage' AND c.relname = ANY (ARRAY['${TABLES.join("', '")}'])
     AND c.relkind = 'r' AND c.relreplident <> 'f'`;

/** Facts such as `former owner of table storage.config: bagger`. Throws the database's errors. */
export async function takeFormer(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<[string]>({ text: FORMER, rowMode: 'array' });
  return rows.flat();
}

/** The caller knows that the table is a plain one. Throws the database's errors. */
export async function readCreated(client: Client): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<[string]>({
    text: 'SELECT fact FROM ONLY lenkwerk.created',
    rowMode: 'array',
  });
  return new Set(rows.flat());
}

/** Writes only where something is new: then it replaces what an earlier run kept of the same. */
export async function rememberFormer(client: Client, former: readonly string[]): Promise<void> {
  const known = await readCreated(client);
  const facts = former.filter((fact) => !known.has(fact));
  if (facts.length === 0) return;
  await client.query(
    `DELETE FROM lenkwerk.created AS c
      WHERE EXISTS (SELECT FROM pg_catalog.unnest($1::text[]) AS t (subject)
                     WHERE pg_catalog.starts_with(c.fact, t.subject))`,
    [facts.map((fact) => fact.slice(0, fact.indexOf(': ') + 2))],
  );
  await client.query(
    `INSERT INTO lenkwerk.created (fact) SELECT pg_catalog.unnest($1::text[])
     ON CONFLICT DO NOTHING`,
    [facts],
  );
}

/** Indexes that PostgreSQL takes as replica identity. */
const USABLE_INDEXES = `
  SELECT x.relname::text
    FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
   WHERE i.indrelid = pg_catalog.to_regclass('storage.' || pg_catalog.quote_ident($1))
     AND i.indisunique AND i.indimmediate AND i.indisvalid
     AND i.indpred IS NULL AND i.indexprs IS NULL
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                      WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                        AND NOT a.attnotnull)`;

/**
 * Gives a table of schema `storage` the replica identity that it had; the default where that is not
 * known or its index is gone, of which it returns a line for the report.
 */
export async function restoreReplicaIdentity(
  client: Client,
  table: string,
  created: ReadonlySet<string>,
): Promise<readonly string[]> {
  const subject = `former replica identity of storage.${table}: `;
  const query = { text: USABLE_INDEXES, values: [table], rowMode: 'array' } as const;
  const indexes = (await client.query<[string]>(query)).rows.flat();
  const index = indexes.find((name) => created.has(`${subject}USING INDEX ${name}`));
  const named = index === undefined ? 'DEFAULT' : `USING INDEX ${escapeIdentifier(index)}`;
  const identity = created.has(`${subject}NOTHING`) ? 'NOTHING' : named;
  await client.query(`ALTER TABLE storage.${escapeIdentifier(table)} REPLICA IDENTITY ${identity}`);
  const former = [...created].find((fact) => fact.startsWith(subject));
  if (identity !== 'DEFAULT' || former?.endsWith(': DEFAULT')) return [];
  return former === undefined
    ? []
    : [`table storage.${table}: replica identity DEFAULT, no index fits "${former}"`];
}
