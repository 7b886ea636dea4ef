/** Checks of what `lenkwerk init` creates: tables, functions, whole old rows, publication, log. */
import type { Client } from 'pg';
import { verifyApplyLog } from '../../database/log/chain.js';
import { requireFittingTables } from '../../database/setup/fitting-tables.js';
import { missingSchemaFiles } from '../../database/setup/schema-files.js';
import { inSnapshot, readRecorded } from '../../database/state.js';
import { DEFAULT_PUBLICATION } from '../../model/installation.js';
import { NOTHING_MANAGED, type RecordedConfigEntry, TABLES } from '../../model/resources.js';
import { hideRecorded, isStoreConfigKey } from '../../model/secrets/values.js';
import { readClusterSettings } from '../../planning/periods.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import { lookAtPublication, publicationFix } from '../../publishing/source/read-publication.js';
import { type Finding, fail, guarded, ok, warn } from '../finding.js';

const INIT = 'run `lenkwerk init`';

/** A check that fails is a finding; only defects are thrown. */
export async function checkSetup(client: Client): Promise<readonly Finding[]> {
  return [
    ...(await guarded('setup.files', () => checkFiles(client))),
    ...(await guarded('setup.tables', () => checkTables(client))),
    ...(await guarded('setup.publication', () => checkPublication(client))),
    ...(await guarded('setup.apply_log', () => checkApplyLog(client))),
    ...(await guarded('setup.messages', () => checkMessages(client))),
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

async function checkPublication(client: Client): Promise<readonly Finding[]> {
  const check = 'setup.publication';
  const name = DEFAULT_PUBLICATION;
  const { identity, gaps } = await lookAtPublication(client, name).catch((error: unknown) => {
    throw toLenkwerkError(error);
  });
  if (identity === undefined) return [fail(check, `there is no ${name}`, INIT)];
  const findings = gaps.map(({ does, fix }) =>
    fail(check, `${name} ${does}`, publicationFix(name, fix)),
  );
  const further = await countFurther(client);
  if (further > 0) {
    const message = `it covers ${further} further tables, which are read and discarded`;
    findings.push(warn(check, message, `take them out of ${name}`));
  }
  if (findings.length > 0) return findings;
  return [ok(check, `${name} covers every change of the six tables`)];
}

async function countFurther(client: Client): Promise<number> {
  const [row] = await query<[number]>(
    client,
    `SELECT count(*)::int FROM pg_catalog.pg_publication_tables
      WHERE pubname = '${DEFAULT_PUBLICATION}'
        AND NOT (schemaname = 'storage' AND tablename = ANY (ARRAY['${TABLES.join("', '")}']))`,
  );
  return row?.[0] ?? 0;
}

async function checkApplyLog(client: Client): Promise<readonly Finding[]> {
  const check = 'setup.apply_log';
  const broken = await verifyApplyLog(client);
  if (broken === undefined)
    return [ok(check, 'each entry of the log of applies fits the one before')];
  const fix = 'another program changed it: compare with a backup of lenkwerk.apply_log';
  return [fail(check, `entry ${broken.id} does not fit the chain: ${broken.problem}`, fix)];
}

/** A message of any size goes into the stream, and through every agent. */
async function checkMessages(client: Client): Promise<readonly Finding[]> {
  const check = 'setup.messages';
  const [row] = await query<[boolean]>(
    client,
    `SELECT bool_or(pg_catalog.has_function_privilege('public', oid, 'EXECUTE'))
       FROM pg_catalog.pg_proc WHERE proname = 'pg_logical_emit_message'
        AND pronamespace = 'pg_catalog'::regnamespace`,
  );
  if (row?.[0] !== true) return [ok(check, 'only chosen roles write messages into the stream')];
  const message = 'every role that may connect writes messages of any size into the stream';
  return [warn(check, message, 'run `lenkwerk init --roles`, which takes pg_logical_emit_message')];
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
  return [...judgeSettings(config), ...findLiterals(config)];
}

/** A secret that is recorded is published to every node; plans and reports hide it. */
function findLiterals(config: readonly RecordedConfigEntry[]): readonly Finding[] {
  return config.flatMap(({ key, value }) => {
    if (hideRecorded(key, value) === value) return [];
    const message = `config ${key} holds a secret, which every reader of the store can see`;
    const fix = isStoreConfigKey(key)
      ? 'refer to it by passwordEnv or passwordFile, apply, and change the secret'
      : 'let storage nodes take it from their own machine, delete it here, and change the secret';
    return [warn('config.secrets', message, fix)];
  });
}

function judgeSettings(config: readonly RecordedConfigEntry[]): readonly Finding[] {
  const { problems, productionNow } = readClusterSettings(NOTHING_MANAGED, config);
  if (problems.length === 0) {
    const where = productionNow ? 'in production' : 'not in production';
    return [ok('config.values', `the settings can be read; the cluster is ${where}`)];
  }
  return problems.map(({ message, hint, address }) =>
    fail('config.values', `${address}: ${message}`, hint ?? 'correct it in the manifests'),
  );
}
