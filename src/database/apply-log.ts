/** The log of applies: entries are only added, each sealed with the digest of the one before. */

import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import type { LoggedPlan } from '../planning/plan.js';
import { toLenkwerkError } from '../postgres/errors.js';

const ENTRIES_PER_PAGE = 50;

/**
 * Adds an entry within the caller's transaction, which holds the lock, and returns its id. Throws
 * the database's errors.
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

// One entry of the log of applies, and what seals it.

/** The reason and author of an apply, as the caller reports them. */
export interface ApplyOrigin {
  /** The author, as the caller reports it. */
  readonly author: string | null;
  /** The commit of the manifests. */
  readonly gitCommit: string | null;
  /** The pipeline's identity as JSON text. */
  readonly ci: string | null;
}

interface ApplyRecord extends ApplyOrigin, LoggedPlan {
  readonly uuid: string;
}

export interface ApplyLogEntry extends ApplyRecord {
  readonly id: bigint;
  /** UTC, with microseconds: `2026-11-23 10:00:00.123456+00`. */
  readonly appliedAt: string;
  /** As whom the session was authenticated. */
  readonly databaseUser: string;
  readonly previousDigest: string | null;
  /** SHA-256, 64 hexadecimal digits. */
  readonly digest: string;
}

/** The entry without its plan and desired state. */
export type ApplyLogSummary = Omit<ApplyLogEntry, 'plan' | 'desired' | 'previousDigest' | 'digest'>;

/** SHA-256 over every column but the id, the digest of the entry before included. */
function digestOf(entry: Omit<ApplyLogEntry, 'id' | 'digest'>): string {
  const sealed = [
    entry.previousDigest,
    entry.uuid,
    entry.appliedAt,
    entry.databaseUser,
    entry.author,
    entry.gitCommit,
    entry.ci,
    entry.plan,
    entry.desired,
  ];
  return createHash('sha256').update(JSON.stringify(sealed)).digest('hex');
}

// Who changed which rows since a plan was computed, according to the log of applies.

export interface Mover {
  readonly address: string;
  /** The author as the pipeline reported it, else the database user. */
  readonly who: string;
  /** UTC. */
  readonly when: string;
  readonly applyId: string;
}

interface MoversRequest {
  /** The fingerprint of the tables that the plan started from. */
  readonly base: string;
  readonly addresses: readonly string[];
}

/** How far back the log is searched: every entry holds a whole plan. */
const MAX_ENTRIES = 200;
const MAX_MOVERS = 10;

/** The apply that started from this base, and later ones, caused the difference. */
const MOVERS = `
  WITH recent AS MATERIALIZED (
         SELECT id, applied_at, author, database_user, plan::pg_catalog.json AS plan
           FROM lenkwerk.apply_log ORDER BY id DESC LIMIT ${MAX_ENTRIES}),
       first AS (SELECT pg_catalog.min(id) AS id FROM recent WHERE plan ->> 'base' = $1)
  SELECT DISTINCT ON (change.address)
         change.address, coalesce(recent.author, recent.database_user),
         pg_catalog.date_trunc('second', recent.applied_at)::text, recent.id::text
    FROM recent
    JOIN first ON recent.id >= first.id
   CROSS JOIN LATERAL (
         SELECT entry ->> 'address' AS address
           FROM pg_catalog.json_array_elements(recent.plan -> 'changes') AS entry) AS change
   WHERE change.address = ANY ($2::text[])
   ORDER BY change.address, recent.id DESC
   LIMIT ${MAX_MOVERS}`;

/** The newest apply that changed each address; none where other tools changed it. Never throws. */
export async function findMovers(
  client: Client,
  { base, addresses }: MoversRequest,
): Promise<readonly Mover[]> {
  try {
    const { rows } = await client.query<[string, string, string, string]>({
      text: MOVERS,
      rowMode: 'array',
      values: [base, [...addresses]],
    });
    return rows.map(([address, who, when, applyId]) => ({ address, who, when, applyId }));
  } catch {
    // A damaged log must not hide why the plan is stale.
    return [];
  }
}
