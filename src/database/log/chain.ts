/** Whether the log of applies is what it was: each entry holds the digest of the one before. */
import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { toLenkwerkError } from '../../postgres/errors.js';
import { readStored, type StoredEntry } from './entries.js';
import { type EntrySize, PAGE_BYTES, pagesOf } from './pages.js';

/** Of which the lengths are read at a time. */
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
        const covered = texts === 'whole' ? textsOf(entry) : textsInParts(client, id);
        yield { id, previousDigest, digest, computed: await digestOf(entry, covered) };
      }
      after = last;
    }
    if (sizes.length < SIZES_PER_QUERY) return;
  }
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

function sized(field: string | null): string {
  return field === null ? '-' : `${Buffer.byteLength(field)}:${field}`;
}

/** What the digest covers of plan and desired state, where they are here. */
function* textsOf({ plan, desired }: StoredEntry): Generator<string> {
  yield `${sized(plan)},${sized(desired)}`;
}

/** The same of an entry that is too long to be held. */
async function* textsInParts(client: Client, id: bigint): AsyncGenerator<string> {
  for (const [column, before] of [
    ['plan', ''],
    ['desired', ','],
  ] as const) {
    const length = await readText(client, id, `octet_length(convert_to(${column}::text, 'UTF8'))`);
    yield `${before}${length === null ? '-' : `${length}:`}`;
    let rest = Number(length);
    for (let at = 1; rest > 0; at += PART_LENGTH) {
      const part = await readText(client, id, `substring(${column}::text, ${at}, ${PART_LENGTH})`);
      if (part === null || part === '') break;
      rest -= Buffer.byteLength(part);
      yield part;
    }
  }
}

async function readText(client: Client, id: bigint, value: string): Promise<string | null> {
  try {
    const { rows } = await client.query<[string | null]>({
      text: `SELECT (${value})::text FROM lenkwerk.apply_log WHERE id = $1::bigint`,
      rowMode: 'array',
      values: [id.toString()],
    });
    return rows[0]?.[0] ?? null;
  } catch (error) {
    throw toLenkwerkError(error);
  }
}

/** SHA-256 over every column before it, as lenkwerk.append_apply computes it. */
async function digestOf(
  entry: StoredEntry,
  texts: Iterable<string> | AsyncIterable<string>,
): Promise<string> {
  const { id, uuid, appliedAt, databaseUser, author, gitCommit, ci } = entry;
  const before = [id.toString(), uuid, appliedAt, databaseUser, author, gitCommit, ci];
  const { desiredBase, servermapId, previousDigest } = entry;
  const after = [desiredBase?.toString() ?? null, servermapId?.toString() ?? null, previousDigest];
  const hash = createHash('sha256').update(`${before.map(sized).join(',')},`);
  for await (const text of texts) hash.update(text);
  return hash.update(`,${after.map(sized).join(',')}`).digest('hex');
}
