/** What a database holds beyond rows, and a server whose roles are those of one test. */
import type { Client } from 'pg';
import { onTestFinished } from 'vitest';
import { startPostgres } from '../../../src/dev/postgres.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { queryRows } from '../servers/database-fixture.js';

/** Those of the owner alone may be written out or not: both mean the same. */
function rights(column: string, kind: string, owner: string): string {
  return `ARRAY(SELECT a::text
    FROM aclexplode(coalesce(${column}, acldefault((${kind})::"char", ${owner}))) AS a ORDER BY 1)::text`;
}

/** All that a database holds beyond rows: with owners, rights and replica identities. */
export function catalog(client: Client): Promise<unknown[][]> {
  return queryRows(
    client,
    `SELECT 'class', c.oid::regclass::text, c.relreplident::text, c.relowner::regrole::text,
            ${rights('c.relacl', "CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END", 'c.relowner')}
       FROM pg_class AS c WHERE c.relnamespace::regnamespace::text !~ '^pg_|^information_schema'
      UNION ALL
     SELECT 'function', p.oid::regprocedure::text, md5(p.prosrc), p.proowner::regrole::text,
            ${rights('p.proacl', "'f'", 'p.proowner')}
       FROM pg_proc AS p WHERE p.pronamespace::regnamespace::text !~ '^pg_|^information_schema'
         OR p.proname = 'pg_logical_emit_message'
      UNION ALL
     SELECT 'schema', nspname, '', nspowner::regrole::text, ${rights('nspacl', "'n'", 'nspowner')}
       FROM pg_namespace
      UNION ALL
     SELECT 'publication', p.pubname, t.tablename, p.pubowner::regrole::text, '{}'
       FROM pg_publication AS p LEFT JOIN pg_publication_tables AS t USING (pubname)
      UNION ALL
     SELECT 'database', datname, '', datdba::regrole::text, ${rights('datacl', "'d'", 'datdba')}
       FROM pg_database WHERE datname = current_database()
      ORDER BY 1, 2, 3`,
  );
}

/** A server of its own with the databases `one` and `two`, until the test ends. */
export async function serverWithDatabases() {
  const server = await startPostgres({ env: process.env, fsync: false });
  onTestFinished(() => server.stop());
  const session = async (database: string, user = 'postgres') => {
    const url = new URL(server.url(database));
    url.username = user;
    const client = await openConnection(connectionSettings({ url: url.href }, {}), 'test');
    onTestFinished(() => client.end());
    return client;
  };
  const admin = await session('postgres');
  for (const name of ['one', 'two']) await admin.query(`CREATE DATABASE ${name}`);
  return { session, admin };
}
