/** Checks of what `lenkwerk init` creates: tables, functions, whole old rows, publication, log. */
import type { Client } from 'pg';
import { verifyApplyLog } from '../../database/apply-log.js';
import { requireFittingTables } from '../../database/setup/fitting-tables.js';
import { missingSchemaFiles } from '../../database/setup/init.js';
import { inSnapshot, readRecorded } from '../../database/state.js';
import { TABLES } from '../../model/resources.js';
import { readClusterSettings } from '../../planning/periods.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import { DEFAULT_PUBLICATION } from '../../publishing/agent/context.js';
import { type Finding, fail, guarded, ok, warn } from '../finding.js';

const INIT = 'run `lenkwerk init`';

/** A check that fails is a finding; only defects are thrown. */
export async function checkSetup(client: Client): Promise<readonly Finding[]> {
  return [
    ...(await guarded('setup.files', () => checkFiles(client))),
    ...(await guarded('setup.tables', () => checkTables(client))),
    ...(await guarded('setup.publication', () => checkPublication(client))),
    ...(await guarded('setup.apply_log', () => checkApplyLog(client))),
  ];
}

async function checkFiles(client: Client): Promise<readonly Finding[]> {
  const missing = await missingSchemaFiles(client);
  if (missing.length === 0) return [ok('setup.files', 'the database is set up for this version')];
  return [fail('setup.files', `these did not run here: ${missing.join(', ')}`, INIT)];
}

async function checkTables(client: Client): Promise<readonly Finding[]> {
  await requireFittingTables(client);
  const identities = await readIdentities(client);
  const absent = TABLES.filter((table) => !identities.has(table));
  const partial = TABLES.filter((table) => (identities.get(table) ?? 'f') !== 'f');
  return [
    absent.length === 0
      ? ok('setup.tables', 'the six tables are there and fit')
      : fail('setup.tables', `missing in schema storage: ${absent.join(', ')}`, INIT),
    partial.length === 0
      ? ok('setup.replica_identity', 'deletes carry the whole old row')
      : fail('setup.replica_identity', `not FULL: ${partial.join(', ')}`, INIT),
  ];
}

async function readIdentities(client: Client): Promise<ReadonlyMap<string, string>> {
  const rows = await query<[string, string]>(
    client,
    `SELECT c.relname::text, c.relreplident::text
       FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = 'storage' AND c.relkind = 'r'`,
  );
  return new Map(rows);
}

type PublicationRow = [complete: boolean, allTables: boolean];
type PublishedRow = [schema: string, table: string, filtered: boolean, columns: boolean];

async function checkPublication(client: Client): Promise<readonly Finding[]> {
  const check = 'setup.publication';
  const [publication] = await query<PublicationRow>(
    client,
    `SELECT pubinsert AND pubupdate AND pubdelete AND pubtruncate, puballtables
       FROM pg_catalog.pg_publication WHERE pubname = '${DEFAULT_PUBLICATION}'`,
  );
  if (publication === undefined) return [fail(check, `there is no ${DEFAULT_PUBLICATION}`, INIT)];
  const [complete] = publication;
  const problems = publishedProblems(await readPublished(client));
  if (!complete) problems.unshift(fail(check, 'it leaves out some kinds of changes', INIT));
  if (problems.length > 0) return problems;
  return [ok(check, `${DEFAULT_PUBLICATION} covers every change of the six tables`)];
}

function readPublished(client: Client): Promise<readonly PublishedRow[]> {
  return query<PublishedRow>(
    client,
    `SELECT t.schemaname::text, t.tablename::text, t.rowfilter IS NOT NULL,
            EXISTS (SELECT FROM pg_catalog.pg_publication_rel AS r
                      JOIN pg_catalog.pg_publication AS p ON p.oid = r.prpubid
                      JOIN pg_catalog.pg_class AS c ON c.oid = r.prrelid
                      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                     WHERE p.pubname = t.pubname AND n.nspname = t.schemaname
                       AND c.relname = t.tablename AND r.prattrs IS NOT NULL)
       FROM pg_catalog.pg_publication_tables AS t WHERE t.pubname = '${DEFAULT_PUBLICATION}'`,
  );
}

function publishedProblems(published: readonly PublishedRow[]): Finding[] {
  const check = 'setup.publication';
  const ours = published.filter(([schema]) => schema === 'storage');
  const known = new Set<string>(TABLES);
  const missing = TABLES.filter((name) => !ours.some(([, table]) => table === name));
  const cut = ours.filter(
    ([, table, filtered, columns]) => known.has(table) && (filtered || columns),
  );
  const further = published.length - ours.filter(([, table]) => known.has(table)).length;
  const findings: Finding[] = [];
  if (missing.length > 0) findings.push(fail(check, `not in it: ${missing.join(', ')}`, INIT));
  for (const [, table] of cut) {
    const message = `it has a row filter or a column list for ${table}`;
    const fix = `ALTER PUBLICATION ${DEFAULT_PUBLICATION} DROP TABLE storage."${table}", then ${INIT}`;
    findings.push(fail(check, message, fix));
  }
  if (further > 0) {
    const message = `it covers ${further} further tables, which are read and discarded`;
    findings.push(warn(check, message, `take them out of ${DEFAULT_PUBLICATION}`));
  }
  return findings;
}

async function checkApplyLog(client: Client): Promise<readonly Finding[]> {
  const check = 'setup.apply_log';
  const broken = await verifyApplyLog(client);
  if (broken === undefined) return [ok(check, 'the log of applies is a whole chain')];
  const fix = 'another program changed it: compare with a backup of lenkwerk.apply_log';
  return [fail(check, `entry ${broken.id} does not fit the chain: ${broken.problem}`, fix)];
}

async function query<Row extends unknown[]>(client: Client, text: string): Promise<readonly Row[]> {
  try {
    const { rows } = await client.query<Row>({ text, rowMode: 'array' });
    return rows;
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

// The recorded configuration, as far as this program reads it.

/** Throws database failures as LenkwerkError. */
export async function checkConfig(client: Client): Promise<readonly Finding[]> {
  const { config } = await inSnapshot(client, readRecorded);
  const { problems, productionNow } = readClusterSettings(undefined, config);
  if (problems.length === 0) {
    const where = productionNow ? 'in production' : 'not in production';
    return [ok('config.values', `the settings can be read; the cluster is ${where}`)];
  }
  return problems.map(({ message, hint, address }) =>
    fail('config.values', `${address}: ${message}`, hint ?? 'correct it in the manifests'),
  );
}
