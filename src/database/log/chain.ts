/** Whether the log of applies is what it was: each entry holds the digest of the one before. */
import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { readStored, type StoredEntry } from './entries.js';

/** Each as long as lenkwerk.append_apply admits: less than what is read of one answer. */
const ENTRIES_PER_PAGE = 5;

/** An entry that was seen once, and that the log must still hold. */
export interface Anchor {
  readonly id: bigint;
  /** SHA-256, 64 hexadecimal digits. */
  readonly digest: string;
}

export interface BrokenEntry {
  readonly id: bigint;
  /** `not-as-expected`: the log holds another entry of this id than the anchor, or none. */
  readonly problem: 'altered' | 'predecessor-missing' | 'not-as-expected';
}

/**
 * The first entry, in order, that does not fit the chain; undefined when all of them do, and the
 * anchor, if one is given, is among them. That no entry is missing after the last one, only an
 * anchor shows. Throws database failures as LenkwerkError.
 */
export async function verifyApplyLog(
  client: Client,
  expected?: Anchor,
): Promise<BrokenEntry | undefined> {
  let last: StoredEntry | undefined;
  let anchored = expected === undefined;
  for (;;) {
    const page = await readPage(client, last?.id ?? null);
    for (const entry of page) {
      const problem = problemOf(entry, last) ?? mismatch(entry, expected);
      if (problem !== undefined) return { id: entry.id, problem };
      anchored ||= entry.id === expected?.id;
      last = entry;
    }
    if (page.length === ENTRIES_PER_PAGE) continue;
    return anchored || expected === undefined
      ? undefined
      : { id: expected.id, problem: 'not-as-expected' };
  }
}

function problemOf(entry: StoredEntry, last: StoredEntry | undefined) {
  const isNext = entry.id === (last?.id ?? 0n) + 1n;
  if (!isNext || entry.previousDigest !== (last?.digest ?? null)) return 'predecessor-missing';
  return digestOf(entry) === entry.digest ? undefined : 'altered';
}

function mismatch(entry: StoredEntry, expected: Anchor | undefined) {
  if (entry.id !== expected?.id || entry.digest === expected.digest) return undefined;
  return 'not-as-expected';
}

async function readPage(client: Client, after: bigint | null): Promise<readonly StoredEntry[]> {
  const page = `ORDER BY id LIMIT ${ENTRIES_PER_PAGE}`;
  if (after === null) return await readStored(client, page, []);
  return await readStored(client, `WHERE id > $1::bigint ${page}`, [after.toString()]);
}

/** SHA-256 over every column before it, as lenkwerk.append_apply computes it. */
function digestOf(entry: StoredEntry): string {
  const fields = [
    entry.id.toString(),
    entry.uuid,
    entry.appliedAt,
    entry.databaseUser,
    entry.author,
    entry.gitCommit,
    entry.ci,
    entry.plan,
    entry.desired,
    entry.desiredBase?.toString() ?? null,
    entry.servermapId?.toString() ?? null,
    entry.previousDigest,
  ];
  const digests = fields.map((field) => (field === null ? '00' : `01${sha256(field)}`));
  return sha256(Buffer.from(digests.join(''), 'hex'));
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
