/** Listings: nodes level by level, and what was committed meanwhile from the journal. */
import { LenkwerkError } from '../../model/errors.js';
import { inconclusive } from '../driver-kit.js';
import { neededAfter, snapshotOf, type WantedSnapshot } from '../journal/entries.js';
import type { StoredRecord, StoreSnapshot } from '../store.js';
import type { JournalHead, JournalReader } from './journal.js';
import { type NodePaths, parentOf } from './paths.js';
import type { Connection } from './protocol/connection.js';
import { readChildren, readNodes } from './protocol/nodes.js';
import type { Node } from './protocol/requests.js';

const MAX_LISTINGS = 3;

/** One session, in which what is seen only advances. */
interface ListingSession {
  readonly connection: Connection;
  readonly paths: NodePaths;
  readonly reader: JournalReader;
}

/** A snapshot, and the journal when its last page was read. */
interface ZookeeperListing {
  readonly snapshot: StoreSnapshot;
  readonly end: JournalHead;
}

/**
 * All keys under the prefixes at one revision: the given one, or the newest. Throws `inconclusive`
 * when the journal no longer reaches back to the given one, or has not reached it;
 * `store-unavailable` when commits are faster than the listing; and what the session throws.
 */
export async function listKeys(
  session: ListingSession,
  wanted: WantedSnapshot,
): Promise<ZookeeperListing> {
  for (let listing = 1; listing <= MAX_LISTINGS; listing += 1) {
    const found = await listOnce(session, wanted);
    if (found !== undefined) return found;
  }
  const message = `list ${wanted.prefixes.join(' and ')}: the journal was trimmed each time`;
  throw new LenkwerkError('store-unavailable', message, { retryable: true });
}

/** undefined: the journal was trimmed meanwhile. */
async function listOnce(
  session: ListingSession,
  wanted: WantedSnapshot,
): Promise<ZookeeperListing | undefined> {
  const { reader } = session;
  const begin = await reader.head();
  const records = await readRecords(session, wanted.prefixes);
  const end = await reader.head();
  const { atRevision } = wanted;
  if (atRevision !== undefined && atRevision > end.revision) {
    throw inconclusive(`the store has not reached revision ${atRevision} yet`);
  }
  const listing = { begin: begin.revision, records, end: end.revision };
  const after = neededAfter(listing, wanted);
  const number = after === begin.revision ? begin.last : await reader.find(end, after);
  const entries = number === undefined ? undefined : await reader.after(number, end, Infinity);
  if (entries !== undefined) return { snapshot: snapshotOf(listing, entries, wanted), end };
  if (atRevision === undefined) return undefined;
  throw inconclusive(`the store no longer has revision ${atRevision}`);
}

/** What the nodes hold, each at a moment of its own. */
async function readRecords(
  { connection, paths }: ListingSession,
  prefixes: readonly string[],
): Promise<readonly StoredRecord[]> {
  const records: StoredRecord[] = [];
  const isWanted = (key: string) => prefixes.some((prefix) => key.startsWith(prefix));
  let level: readonly string[] = [...new Set(prefixes.map((prefix) => topOf(paths, prefix)))];
  while (level.length > 0) {
    const children = await readChildren(connection, level);
    const wanted = children.flatMap((path) => {
      const key = paths.recordKeyOf(path);
      return key !== undefined && isWanted(key) ? [{ path, key }] : [];
    });
    const nodes = await readNodes(
      connection,
      wanted.map(({ path }) => path),
    );
    level = wanted.flatMap(({ path, key }, index) => {
      const node = nodes[index];
      const record = node && recordOf(key, node);
      if (record !== undefined) records.push(record);
      return node !== undefined && node.stat.children > 0 ? [path] : [];
    });
  }
  return records;
}

/** The deepest node that all keys with this prefix are below. */
function topOf(paths: NodePaths, prefix: string): string {
  if (!prefix.slice(1).includes('/')) return paths.root;
  return parentOf(paths.ofKey(prefix));
}

/** undefined: the node exists for those below it. */
export function recordOf(key: string, { data, stat }: Node): StoredRecord | undefined {
  if (data === undefined) return undefined;
  return { key, value: data.toString(), modRevision: stat.changedBy };
}
