/**
 * The existing parts of the schema as a set of facts: what of the difference of two sets is of this
 * transaction is what a run changed.
 */
import type { Client } from 'pg';
import { DEFAULT_PUBLICATION } from '../../model/installation.js';
import { ROLE_FACTS } from './roles.js';

/** Each fact with the transactions from which on it holds, and that created what it is about. */
const FACTS = `
  SELECT 'schema ' || nspname AS fact, xmin AS changed, xmin AS created
    FROM pg_catalog.pg_namespace WHERE nspname IN ('storage', 'lenkwerk')
   UNION ALL
  SELECT 'table ' || n.nspname || '.' || c.relname, c.xmin, c.xmin
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname IN ('storage', 'lenkwerk') AND c.relkind = 'r'
   UNION ALL
  SELECT 'function ' || n.nspname || '.' || p.proname
         || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')', p.xmin, p.xmin
    FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
   WHERE n.nspname IN ('storage', 'lenkwerk')
   UNION ALL
  SELECT 'replica identity full of storage.' || c.relname, c.xmin, c.xmin
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname = 'storage' AND c.relkind = 'r' AND c.relreplident = 'f'
   UNION ALL
  SELECT 'publication ' || pubname
         || CASE WHEN pubinsert AND pubupdate AND pubdelete AND pubtruncate
                 THEN '' ELSE ' of some changes only' END
         || CASE WHEN pg_catalog.to_jsonb(p) ->> 'pubgencols' <> 'n'
                 THEN ' with generated columns' ELSE '' END, p.xmin, d.xmin
    FROM pg_catalog.pg_publication AS p
    LEFT JOIN pg_catalog.pg_description AS d
      ON d.classoid = 'pg_catalog.pg_publication'::regclass AND d.objoid = p.oid
   WHERE p.pubname = '${DEFAULT_PUBLICATION}'
   UNION ALL
  SELECT 'table ' || t.schemaname || '.' || t.tablename || ' in publication ' || t.pubname
         || CASE WHEN pg_catalog.to_jsonb(r) ->> 'prqual' IS NOT NULL
                   OR pg_catalog.to_jsonb(r) ->> 'prattrs' IS NOT NULL
                 THEN ' in part' ELSE '' END, r.xmin, r.xmin
    FROM pg_catalog.pg_publication_tables AS t
    JOIN pg_catalog.pg_publication AS p ON p.pubname = t.pubname
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = t.schemaname
    JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.tablename
    LEFT JOIN pg_catalog.pg_publication_rel AS r ON r.prpubid = p.oid AND r.prrelid = c.oid
   WHERE t.pubname = '${DEFAULT_PUBLICATION}'
   UNION ALL
  SELECT 'trigger ' || tgname || ' on lenkwerk.' || c.relname, t.xmin, t.xmin
    FROM pg_catalog.pg_trigger AS t
    JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname = 'lenkwerk' AND NOT t.tgisinternal`;

export type Inventory = ReadonlySet<string>;

/** Facts such as `table storage.config`; with `roles` the facts of the group roles as well. */
export async function takeInventory(client: Client, roles = false): Promise<Inventory> {
  const facts = await readFacts(client, `SELECT fact FROM (${FACTS}) AS f`);
  return roles ? new Set([...facts, ...(await takeRoles(client))]) : facts;
}

/** The facts of the group roles. Throws the database's errors. */
export function takeRoles(client: Client): Promise<Inventory> {
  return readFacts(client, ROLE_FACTS);
}

/**
 * The facts that hold by what this transaction changed, or created: other sessions may create
 * something in our schemas meanwhile. The transaction has no savepoints, whose rows have numbers of
 * their own. Throws the database's errors.
 */
export function takeOwn(client: Client, by: 'changed' | 'created'): Promise<Inventory> {
  const own = 'pg_catalog.pg_current_xact_id_if_assigned()::xid';
  return readFacts(client, `SELECT fact FROM (${FACTS}) AS f WHERE ${by} = ${own}`);
}

async function readFacts(client: Client, text: string): Promise<Inventory> {
  const { rows } = await client.query<[string]>({ text, rowMode: 'array' });
  return new Set(rows.map(([fact]) => fact));
}

/** The facts that hold after and did not before, sorted. */
export function difference(after: Inventory, before: Inventory): string[] {
  return [...after].filter((fact) => !before.has(fact)).sort();
}

/**
 * The same without those that held in part, such as a publication of some changes only: what they
 * are about was there.
 */
export function createdOf(after: Inventory, before: Inventory): string[] {
  return difference(after, before).filter(
    (fact) => ![...before].some((former) => former.startsWith(`${fact} `)),
  );
}

/** Keeps the facts for a removal. Throws the database's errors. */
export async function rememberCreated(client: Client, facts: readonly string[]): Promise<void> {
  if (facts.length === 0) return;
  await client.query(
    `INSERT INTO lenkwerk.created (fact) SELECT pg_catalog.unnest($1::text[])
     ON CONFLICT DO NOTHING`,
    [facts],
  );
}
