/** The entries of the log of applies. */
import type { Client } from 'pg';
import { redact } from '../../model/secrets/redact.js';
import { hideInJson } from '../../model/secrets/values.js';
import type { LoggedPlan } from '../../planning/plan.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import { MAX_DIFFERENCE_BYTES, withDifferences } from './difference.js';

/** The reason and author of an apply, as the caller reports them. */
export interface ApplyOrigin {
  /** The author, as the caller reports it. */
  readonly author: string | null;
  /** The commit of the manifests. */
  readonly gitCommit: string | null;
  /** The pipeline's identity as JSON text. */
  readonly ci: string | null;
}

/** What the database sets of each entry, and the caller cannot. */
interface Sealed {
  readonly id: bigint;
  readonly uuid: string;
  /** UTC, with microseconds: `2026-11-23 10:00:00.123456+00`. */
  readonly appliedAt: string;
  /** As whom the session was authenticated. */
  readonly databaseUser: string;
  /** SHA-256 over the entry and the digest of the one before, 64 hexadecimal digits. */
  readonly digest: string;
}

/** The entry without its plan and desired state. */
export interface ApplyLogSummary extends ApplyOrigin, Sealed {}

/** One entry with its whole desired state; null: none was recorded, or it cannot be rebuilt. */
export interface ApplyLogEntry extends ApplyLogSummary, LoggedPlan {}

/** A row of the table as it is stored. */
export interface StoredEntry extends ApplyLogEntry {
  /**
   * null: `desired` is the whole text. Else: the difference to the entry before, and so on back to
   * this entry.
   */
  readonly desiredBase: bigint | null;
  readonly servermapId: number | null;
  readonly previousDigest: string | null;
}

type Text = string | null;
export type SummaryRow = [string, string, string, string, string, Text, Text, Text];
type EntryRow = [...SummaryRow, string, Text, Text, number | null, Text];

/** The columns of a SummaryRow. */
export const SUMMARY_COLUMNS =
  'id, uuid, applied_at, database_user, digest, author, git_commit, ci';
const SEALED_COLUMNS = 'desired_base, servermap_id, previous_digest';

/** One entry by its id, or undefined. */
export async function getApplyLogEntry(
  client: Client,
  id: bigint,
): Promise<ApplyLogEntry | undefined> {
  return await readWhole(client, 'WHERE id = $1::bigint', [id.toString()]);
}

/** The entry of an apply by its uuid, or undefined: then that apply did not commit. */
export async function findApply(client: Client, uuid: string): Promise<ApplyLogEntry | undefined> {
  return await readWhole(client, 'WHERE uuid = $1::uuid', [uuid]);
}

/** What the next entry continues. */
export interface LastEntry extends Pick<StoredEntry, 'id' | 'digest' | 'desiredBase'> {
  /** Rebuilds the text, which takes its time. */
  readonly desired: () => string | null;
}

/** The newest entry without its plan, which may be long, or undefined. */
export async function lastEntry(client: Client): Promise<LastEntry | undefined> {
  try {
    const { rows } = await client.query<[string, string, Text, Text]>({
      text: `SELECT id, digest, desired, desired_base FROM lenkwerk.apply_log
              ORDER BY id DESC LIMIT 1`,
      rowMode: 'array',
    });
    const [row] = rows;
    if (row === undefined) return undefined;
    const [id, digest, desired, base] = row;
    const last = { id: BigInt(id), digest, desired, desiredBase: idOf(base) };
    const texts = await storedTexts(client, last);
    return { ...last, desired: () => rebuilt(texts) };
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

function idOf(text: Text): bigint | null {
  return text === null ? null : BigInt(text);
}

async function readWhole(
  client: Client,
  condition: string,
  values: readonly string[],
): Promise<StoredEntry | undefined> {
  const [entry] = await readRows(client, `plan, desired, ${SEALED_COLUMNS}`, [condition, values]);
  return entry && { ...entry, desired: await wholeDesired(client, entry) };
}

/**
 * The stored rows from one id to another, in order; with `left out` without plan and desired state,
 * which are '' and null. Throws database failures as LenkwerkError.
 */
export async function readStored(
  client: Client,
  { first, last }: { readonly first: bigint; readonly last: bigint },
  texts: 'whole' | 'left out',
): Promise<readonly StoredEntry[]> {
  const columns = texts === 'whole' ? 'plan, desired' : "'', NULL";
  return await readRows(client, `${columns}, ${SEALED_COLUMNS}`, [
    'WHERE id BETWEEN $1::bigint AND $2::bigint ORDER BY id',
    [first.toString(), last.toString()],
  ]);
}

async function readRows(
  client: Client,
  columns: string,
  [condition, values]: readonly [string, readonly string[]],
): Promise<readonly StoredEntry[]> {
  try {
    const { rows } = await client.query<EntryRow>({
      text: `SELECT ${SUMMARY_COLUMNS}, ${columns} FROM lenkwerk.apply_log ${condition}`,
      rowMode: 'array',
      values: [...values],
    });
    return rows.map(storedOf);
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

function storedOf(row: EntryRow): StoredEntry {
  const [id, uuid, appliedAt, databaseUser, digest, author, gitCommit, ci, ...rest] = row;
  const [plan, desired, desiredBase, servermapId, previousDigest] = rest;
  return {
    ...summaryOf([id, uuid, appliedAt, databaseUser, digest, author, gitCommit, ci]),
    plan,
    desired,
    desiredBase: idOf(desiredBase),
    servermapId,
    previousDigest,
  };
}

/** An entry without plan and desired state, of its row. */
export function summaryOf(row: SummaryRow): ApplyLogSummary {
  const [id, uuid, appliedAt, databaseUser, digest, author, gitCommit, ci] = row;
  return { id: BigInt(id), uuid, appliedAt, databaseUser, digest, author, gitCommit, ci };
}

/** The text from the entry that holds one whole, with each difference since. */
async function wholeDesired(
  client: Client,
  entry: Pick<StoredEntry, 'id' | 'desired' | 'desiredBase'>,
): Promise<string | null> {
  return rebuilt(await storedTexts(client, entry));
}

/** The whole text and the differences to it, in order; null for one that is missing. */
async function storedTexts(
  client: Client,
  { id, desired, desiredBase }: Pick<StoredEntry, 'id' | 'desired' | 'desiredBase'>,
): Promise<readonly Text[]> {
  if (desiredBase === null || desired === null) return [desired];
  try {
    const { rows } = await client.query<[Text]>({
      text: `SELECT CASE WHEN id = $1::bigint OR octet_length(desired) <= ${MAX_DIFFERENCE_BYTES}
                         THEN desired END
               FROM lenkwerk.apply_log
              WHERE id BETWEEN $1::bigint AND $2::bigint ORDER BY id`,
      rowMode: 'array',
      values: [desiredBase.toString(), id.toString()],
    });
    return rows.map(([text]) => text);
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

function rebuilt(texts: readonly Text[]): string | null {
  const [whole, ...differences] = texts.flatMap((text) => text ?? []);
  if (whole === undefined || differences.length < texts.length - 1) return null;
  return withDifferences(whole, differences) ?? null;
}

/** An entry as it may be shown: what others reported, and wrote into it, may hold secrets. */
export function shownSummary(entry: ApplyLogSummary): ApplyLogSummary {
  const { databaseUser, author, gitCommit, ci } = entry;
  return {
    ...entry,
    databaseUser: redact(databaseUser),
    author: author && redact(author, 'data'),
    gitCommit: gitCommit && redact(gitCommit, 'data'),
    ci: ci && hideInJson(ci),
  };
}

/** The same of one with its plan and desired state. */
export function shownEntry({ plan, desired, ...entry }: ApplyLogEntry): ApplyLogEntry {
  return {
    ...shownSummary(entry),
    plan: hideInJson(plan),
    desired: desired && redact(desired, 'data'),
  };
}
