/** The files schema/NNN-*.sql: who runs them, and which ran. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { Client } from 'pg';
import { assert } from '../../model/errors.js';
import { rollBack, toLenkwerkError } from '../../postgres/errors.js';
import {
  type ForeignOwners,
  refusalOf,
  requireOwnEventTriggers,
} from '../../postgres/others/foreign-owners.js';
import { needsOf, readOthers, requireTrustedUnderLock } from '../owners.js';
import { readCreated, takeFormer } from './former.js';
import { becomeOwner } from './roles.js';

const SCHEMA_FOLDER = new URL('../../../schema/', import.meta.url);
const SCHEMA_FILE = /^\d{3}-.*\.sql$/;
/** Of a storage node: the tables and functions of every Bagger database, without a publication. */
const NODE_FILES = ['001-tables.sql', '002-functions.sql', 'node/follower.sql'];

/** The schemas are created first: from then on no other role can become their owner. */
const CREATE_SCHEMAS = 'CREATE SCHEMA IF NOT EXISTS storage; CREATE SCHEMA IF NOT EXISTS lenkwerk';

/** By the files or by the caller; the table of files is locked already. */
const WRITTEN = ['lenkwerk.cluster', 'lenkwerk.agent_slot', 'lenkwerk.created'];

interface RunOptions {
  /** The caller changes nothing besides but roles and their rights. */
  readonly rolesOnly: boolean;
}

/**
 * Runs the schema files in the caller's transaction, as the owner role where there is one, and
 * returns those that had not run here in this form. A superuser runs none where others own the
 * tables: then it throws `refused`, unless they have run and only roles are to be created. Throws
 * the database's errors.
 */
export async function runSchemaFiles(
  client: Client,
  { rolesOnly }: RunOptions,
): Promise<readonly string[]> {
  const foreign = await readOthers(client);
  requireOwnEventTriggers(foreign, 'refused');
  if (foreign.owners.length > 0) return await leaveFilesToOwner(client, foreign, rolesOnly);
  await becomeOwner(client);
  await client.query(CREATE_SCHEMAS);
  await requireTrustedUnderLock(client, 'setup', WRITTEN);
  const files = await readSchemaFiles();
  for (const { text } of files) await client.query(text);
  const added: string[] = [];
  for (const { name, digest } of files) {
    if (await recordFile(client, name, digest)) added.push(name);
  }
  return added;
}

/** Roles and rights change catalogs only, which runs nothing of the owners. */
async function leaveFilesToOwner(
  client: Client,
  foreign: ForeignOwners,
  rolesOnly: boolean,
): Promise<readonly string[]> {
  const ran =
    (await areTablesPlain(client, NAMED)) && (await missingSchemaFiles(client)).length === 0;
  if (ran && rolesOnly && (await isFormerKnown(client))) return [];
  throw await refusalOf(client, foreign, {
    code: 'refused',
    needs: (owner) => {
      const needs = needsOf('setup')(owner);
      return rolesOnly ? { ...needs, act: `before this, ${needs.act}` } : needs;
    },
  });
}

/** What the roles change has been kept by the owner: nothing is written here. */
async function isFormerKnown(client: Client): Promise<boolean> {
  const known = await readCreated(client);
  return (await takeFormer(client)).every((fact) => known.has(fact));
}

/** What the caller reads next where others own the tables. */
const NAMED = ['lenkwerk.cluster', 'lenkwerk.schema_migration', 'lenkwerk.created'];

/**
 * Whether all of these are tables, of which reading runs nothing; they stay so until the end of the
 * transaction. Throws the database's errors.
 */
export async function areTablesPlain(client: Client, tables: readonly string[]): Promise<boolean> {
  if (!(await lookAtTables(client, tables))) return false;
  const names = tables.map((table) => `ONLY ${table}`).join(', ');
  await client.query(`LOCK TABLE ${names} IN ACCESS SHARE MODE`);
  return await lookAtTables(client, tables);
}

/**
 * Runs `read` in a transaction in which all of these stay plain tables, and returns whether they
 * are. Throws what `read` throws, and database failures as LenkwerkError.
 */
export async function whilePlain(
  client: Client,
  tables: readonly string[],
  read: () => Promise<void>,
): Promise<boolean> {
  try {
    await client.query('BEGIN READ ONLY');
    const plain = await areTablesPlain(client, tables);
    if (plain) await read();
    await client.query('ROLLBACK');
    return plain;
  } catch (error) {
    throw await rollBack(client, error);
  }
}

async function lookAtTables(client: Client, tables: readonly string[]): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_catalog.pg_class
      WHERE oid IN (SELECT pg_catalog.to_regclass(name)
                      FROM pg_catalog.unnest($1::text[]) AS t (name))
        AND relkind = 'r' AND NOT relhasrules`,
    [tables],
  );
  return rowCount === tables.length;
}

/** The statements for the database of a storage node, in order. */
export function readNodeFiles(): Promise<readonly string[]> {
  return Promise.all(NODE_FILES.map(readSchemaFile));
}

/** The text of one of the schema files. */
export function readSchemaFile(name: string): Promise<string> {
  return readFile(new URL(name, SCHEMA_FOLDER), 'utf8');
}

async function readSchemaFiles() {
  const names = (await readdir(SCHEMA_FOLDER)).filter((name) => SCHEMA_FILE.test(name)).sort();
  assert(names.length > 0, 'the schema files are part of the package');
  return Promise.all(
    names.map(async (name) => {
      const text = await readSchemaFile(name);
      return { name, text, digest: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/**
 * The schema files of this version that did not run here in this form. Throws
 * `database-not-initialised` where none of them ever ran.
 */
export async function missingSchemaFiles(client: Client): Promise<readonly string[]> {
  try {
    const { rows } = await client.query<[string, string]>({
      text: 'SELECT file, digest FROM ONLY lenkwerk.schema_migration',
      rowMode: 'array',
    });
    const known = new Set(rows.map(([file, digest]) => `${file} ${digest}`));
    const files = await readSchemaFiles();
    return files
      .filter(({ name, digest }) => !known.has(`${name} ${digest}`))
      .map(({ name }) => name);
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

async function recordFile(client: Client, name: string, digest: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO lenkwerk.schema_migration (file, digest) VALUES ($1, $2)
     ON CONFLICT DO NOTHING`,
    [name, digest],
  );
  return rowCount === 1;
}
