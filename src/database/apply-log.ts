/** The log of applies: entries are only added, each sealed with the digest of the one before. */
import type { Client } from 'pg';
import {
  type ApplyLogEntry,
  type ApplyLogSummary,
  type ApplyRecord,
  digestOf,
} from '../lenkwerk/apply-log-entry.js';
import { toLenkwerkError } from '../postgres/errors.js';

const ENTRIES_PER_PAGE = 50;

/**
 * Adds an entry within the caller's transaction, which holds the lock, and returns its id.
 * Throws what the database refuses.
 */
export async function appendApplyLog(client: Client, record: ApplyRecord): Promise<bigint> {
  const sealed = { ...record, ...(await readSeal(client)) };
  const { rows } = await client.query<[string]>({
    text: `INSERT INTO lenkwerk.apply_log
             (uuid, applied_at, database_user, author, git_commit, ci, plan, desired,
              previous_digest, digest, servermap_id)
           SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, pg_catalog.max(s.id)
             FROM storage.servermap AS s
           RETURNING id`,
    rowMode: 'array',
    values: [
      sealed.uuid,
      sealed.appliedAt,
      sealed.databaseUser,
      sealed.author,
      sealed.gitCommit,
      sealed.ci,
      sealed.plan,
      sealed.desired,
      sealed.previousDigest,
      digestOf(sealed),
    ],
  });
  return BigInt(rows[0]?.[0] ?? 0);
}

async function readSeal(client: Client) {
  const { rows } = await client.query<[string, string, string | null]>({
    text: `SELECT pg_catalog.clock_timestamp(), session_user::text,
                  (SELECT digest FROM lenkwerk.apply_log ORDER BY id DESC LIMIT 1)`,
    rowMode: 'array',
  });
  const [appliedAt = '', databaseUser = '', previousDigest = null] = rows[0] ?? [];
  return { appliedAt, databaseUser, previousDigest };
}

type EntryRow = [
  string,
  string,
  string,
  string,
  string | null,
  string | null,
  string | null,
  string,
  string | null,
  string | null,
  string,
];

const ENTRY_COLUMNS = `id, uuid, applied_at, database_user, author, git_commit, ci, plan, desired,
  previous_digest, digest`;

/** One entry by its id, or undefined. */
export async function getApplyLogEntry(
  client: Client,
  id: bigint,
): Promise<ApplyLogEntry | undefined> {
  return queryEntry(client, 'id = $1::bigint', id.toString());
}

/** The entry of an apply by its uuid, or undefined: then that apply did not commit. */
export async function findApply(client: Client, uuid: string): Promise<ApplyLogEntry | undefined> {
  return queryEntry(client, 'uuid = $1::uuid', uuid);
}

async function queryEntry(client: Client, condition: string, value: string) {
  try {
    const { rows } = await client.query<EntryRow>({
      text: `SELECT ${ENTRY_COLUMNS} FROM lenkwerk.apply_log WHERE ${condition}`,
      rowMode: 'array',
      values: [value],
    });
    return rows.map(entryOf)[0];
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

/** The newest entries first, at most `limit`. */
export async function listApplyLog(client: Client, limit: number): Promise<ApplyLogSummary[]> {
  try {
    const { rows } = await client.query<
      [string, string, string, string, string | null, string | null, string | null]
    >({
      text: `SELECT id, uuid, applied_at, database_user, author, git_commit, ci
               FROM lenkwerk.apply_log ORDER BY id DESC LIMIT $1::int`,
      rowMode: 'array',
      values: [limit],
    });
    return rows.map(([id, uuid, appliedAt, databaseUser, author, gitCommit, ci]) => ({
      id: BigInt(id),
      uuid,
      appliedAt,
      databaseUser,
      author,
      gitCommit,
      ci,
    }));
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

export interface BrokenEntry {
  readonly id: bigint;
  readonly problem: 'altered' | 'predecessor-missing';
}

/** The first entry, in order, that does not fit the chain; undefined when all of them do. */
export async function verifyApplyLog(client: Client): Promise<BrokenEntry | undefined> {
  let last: ApplyLogEntry | undefined;
  for (;;) {
    const page = await readPage(client, last?.id ?? -1n);
    for (const entry of page) {
      if (entry.previousDigest !== (last?.digest ?? null)) {
        return { id: entry.id, problem: 'predecessor-missing' };
      }
      if (digestOf(entry) !== entry.digest) return { id: entry.id, problem: 'altered' };
      last = entry;
    }
    if (page.length < ENTRIES_PER_PAGE) return undefined;
  }
}

async function readPage(client: Client, after: bigint): Promise<ApplyLogEntry[]> {
  try {
    const { rows } = await client.query<EntryRow>({
      text: `SELECT ${ENTRY_COLUMNS} FROM lenkwerk.apply_log
              WHERE id > $1::bigint ORDER BY id LIMIT ${ENTRIES_PER_PAGE}`,
      rowMode: 'array',
      values: [after.toString()],
    });
    return rows.map(entryOf);
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

function entryOf(row: EntryRow): ApplyLogEntry {
  const [id, uuid, appliedAt, databaseUser, author, gitCommit, ci, plan, desired, ...seal] = row;
  const [previousDigest, digest] = seal;
  return {
    id: BigInt(id),
    uuid,
    appliedAt,
    databaseUser,
    author,
    gitCommit,
    ci,
    plan,
    desired,
    previousDigest,
    digest,
  };
}
