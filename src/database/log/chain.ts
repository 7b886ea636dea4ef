/** Whether the log of applies is what it was: each entry holds the digest of the one before. */
import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { toLenkwerkError } from '../../postgres/errors.js';
import { readStored, type StoredEntry } from './entries.js';

/** Of the texts of a page; what is longer alone is a page of its own, and read in parts. */
const PAGE_BYTES = 8 * 1024 * 1024;
/** Entries of which the lengths are read at a time. */
const SIZES_PER_QUERY = 1000;
/** Of a text that is read in parts, in characters. */
const PART_LENGTH = 8 * 1024 * 1024;

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
  let last: Sealed | undefined;
  let anchored = expected === undefined;
  for await (const entry of sealedEntries(client)) {
    const problem = problemOf(entry, last) ?? mismatch(entry, expected);
    if (problem !== undefined) return { id: entry.id, problem };
    anchored ||= entry.id === expected?.id;
    last = entry;
  }
  return anchored || expected === undefined
    ? undefined
    : { id: expected.id, problem: 'not-as-expected' };
}

/** An entry without its texts, and the digest that it has to have. */
interface Sealed extends Pick<StoredEntry, 'id' | 'previousDigest' | 'digest'> {
  readonly computed: string;
}

function problemOf(entry: Sealed, last: Sealed | undefined) {
  const isNext = entry.id === (last?.id ?? 0n) + 1n;
  if (!isNext || entry.previousDigest !== (last?.digest ?? null)) return 'predecessor-missing';
  return entry.computed === entry.digest ? undefined : 'altered';
}

function mismatch(entry: Sealed, expected: Anchor | undefined) {
  if (entry.id !== expected?.id || entry.digest === expected.digest) return undefined;
  return 'not-as-expected';
}

/** All entries in order; few bytes of their texts are held at a time. */
async function* sealedEntries(client: Client): AsyncGenerator<Sealed> {
  let after: bigint | null = null;
  for (;;) {
    const sizes: readonly EntrySize[] = await readSizes(client, after);
    for (const { first, last, bytes } of pagesOf(sizes)) {
      const texts = bytes <= PAGE_BYTES ? 'whole' : 'left out';
      for (const entry of await readStored(client, { first, last }, texts)) {
        const { id, previousDigest, digest } = entry;
        const computed = await digestOf(entry, async (column) => {
          return bytes <= PAGE_BYTES
            ? fieldDigest(entry[column])
            : await digestInParts(client, id, column);
        });
        yield { id, previousDigest, digest, computed };
      }
      after = last;
    }
    if (sizes.length < SIZES_PER_QUERY) return;
  }
}

interface EntrySize {
  readonly id: bigint;
  readonly bytes: number;
}

interface Page {
  readonly first: bigint;
  readonly last: bigint;
  readonly bytes: number;
}

/** The same entries, in their order, as pages of neighbours. */
function pagesOf(sizes: readonly EntrySize[]): readonly Page[] {
  const pages: Page[] = [];
  for (const { id, bytes } of sizes) {
    const page = pages.at(-1);
    if (page === undefined || page.bytes + bytes > PAGE_BYTES) {
      pages.push({ first: id, last: id, bytes });
    } else {
      pages[pages.length - 1] = { ...page, last: id, bytes: page.bytes + bytes };
    }
  }
  return pages;
}

async function readSizes(client: Client, after: bigint | null): Promise<readonly EntrySize[]> {
  try {
    const { rows } = await client.query<[string, string]>({
      text: `SELECT id, (octet_length(plan::text) + coalesce(octet_length(desired), 0)
                         + coalesce(octet_length(ci::text), 0) + coalesce(octet_length(author), 0)
                         + coalesce(octet_length(git_commit), 0))::bigint
               FROM lenkwerk.apply_log WHERE $1::bigint IS NULL OR id > $1::bigint
              ORDER BY id LIMIT ${SIZES_PER_QUERY}`,
      rowMode: 'array',
      values: [after?.toString() ?? null],
    });
    return rows.map(([id, bytes]) => ({ id: BigInt(id), bytes: Number(bytes) }));
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

/** SHA-256 over every column before it, as lenkwerk.append_apply computes it. */
async function digestOf(
  entry: StoredEntry,
  digestOfText: (column: 'plan' | 'desired') => Promise<string>,
): Promise<string> {
  const { id, uuid, appliedAt, databaseUser, author, gitCommit, ci } = entry;
  const { desiredBase, servermapId, previousDigest } = entry;
  const digests = [
    ...[id.toString(), uuid, appliedAt, databaseUser, author, gitCommit, ci].map(fieldDigest),
    ...[await digestOfText('plan'), await digestOfText('desired')],
    ...[desiredBase?.toString() ?? null, servermapId?.toString() ?? null].map(fieldDigest),
    fieldDigest(previousDigest),
  ];
  return sha256(Buffer.from(digests.join(''), 'hex'));
}

/** `01` and the digest; `00` for null. */
function fieldDigest(field: string | null): string {
  return field === null ? '00' : `01${sha256(field)}`;
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The same of a text that is too long to be held. */
async function digestInParts(
  client: Client,
  id: bigint,
  column: 'plan' | 'desired',
): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 1; ; at += PART_LENGTH) {
    const part = await readPart(client, id, `substring(${column}::text, ${at}, ${PART_LENGTH})`);
    if (part === null) return fieldDigest(null);
    if (part === '') return `01${hash.digest('hex')}`;
    hash.update(part);
  }
}

async function readPart(client: Client, id: bigint, part: string): Promise<string | null> {
  try {
    const { rows } = await client.query<[string | null]>({
      text: `SELECT ${part} FROM lenkwerk.apply_log WHERE id = $1::bigint`,
      rowMode: 'array',
      values: [id.toString()],
    });
    return rows[0]?.[0] ?? null;
  } catch (error) {
    throw toLenkwerkError(error);
  }
}
