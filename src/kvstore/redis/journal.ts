/** The journal, read in pages: what was committed after a revision. */
import { type JournalChange, type JournalEntry, malformedJournal } from '../journal/entries.js';
import type { JournalPage } from '../journal/follow.js';
import type { Revision } from '../store.js';
import { listOf, textOf, textsOf } from './connection/replies.js';
import type { RedisSession } from './connection/session.js';
import type { RedisLayout } from './layout.js';
import { JOURNAL } from './scripts.js';

/** That of a store in which nothing was written. */
const FIRST_REVISION = '1';
const PAGE_ENTRIES = 500;
const PAGE_BYTES = 4 * 1024 * 1024;

/** Where a store is. */
export interface Position {
  readonly revision: Revision;
  readonly mark: string;
}

interface RedisJournalPage extends JournalPage {
  /** Nothing is missing between the revision and the entries, or the newest revision. */
  readonly isWhole: boolean;
  /** The newest revision with its mark. */
  readonly position: Position;
}

interface LinkedEntry extends JournalEntry {
  /** The revision before it, with its mark. */
  readonly previous: Position;
}

/** The newest revision. */
export async function readPosition(session: RedisSession, layout: RedisLayout): Promise<Position> {
  const [head] = await readPage(session, layout, { after: 0n, entries: 0 });
  return head;
}

/** The entry of a revision; undefined: it is trimmed, or there is none. */
export async function readEntry(
  session: RedisSession,
  layout: RedisLayout,
  revision: Revision,
): Promise<JournalEntry | undefined> {
  const bounds = { after: revision - 1n, entries: 1 };
  const [, found] = await readPage(session, layout, bounds);
  return found.find((entry) => entry.revision === revision);
}

/**
 * What follows a revision. Each entry names the one before it with its mark: that proves that no
 * entry is missing, and that they belong to the same history.
 */
export async function readJournal(
  session: RedisSession,
  layout: RedisLayout,
  after: Revision,
): Promise<RedisJournalPage> {
  const [head, found] = await readPage(session, layout, { after, entries: PAGE_ENTRIES });
  const { trimmedUntil, ...position } = head;
  const [first] = found;
  const isWhole = first === undefined ? head.revision <= after : first.previous.revision <= after;
  const before = first === undefined ? position : first.previous;
  const mark = isWhole && before.revision === after ? before.mark : undefined;
  const entries = isWhole ? linkedOf(found) : [];
  return { isWhole, mark, trimmedUntil, newest: head.revision, position, entries };
}

/** The entries up to a gap. */
function linkedOf(found: readonly LinkedEntry[]): readonly JournalEntry[] {
  const gap = found.findIndex(({ previous }, i) => {
    const before = i === 0 ? previous : found[i - 1];
    return before?.revision !== previous.revision || before.mark !== previous.mark;
  });
  return gap === -1 ? found : found.slice(0, gap);
}

interface PageBounds {
  readonly after: Revision;
  readonly entries: number;
}

type Head = Position & Pick<JournalPage, 'trimmedUntil'>;

async function readPage(
  session: RedisSession,
  { head, journal }: RedisLayout,
  { after, entries }: PageBounds,
): Promise<readonly [Head, readonly LinkedEntry[]]> {
  const args = [after, entries, PAGE_BYTES].map(String);
  const call = { script: JOURNAL, keys: [head, journal], args };
  const [fields, found] = listOf(await session.read('read the journal', call));
  const [revision, mark, trimmed] = textsOf(fields);
  const newest = {
    revision: BigInt(revision ?? FIRST_REVISION),
    mark: mark ?? '',
    trimmedUntil: BigInt(trimmed ?? 0),
  };
  return [newest, listOf(found).map(entryOf)];
}

function entryOf(reply: unknown): LinkedEntry {
  try {
    return readEntryOf(reply);
  } catch (error) {
    // Numbers that are none.
    if (!(error instanceof SyntaxError)) throw error;
    throw malformedJournal('another program wrote to it: delete the keys below its prefix');
  }
}

function readEntryOf(reply: unknown): LinkedEntry {
  const [id, fields] = listOf(reply);
  const texts = listOf(fields).map(textOf);
  const [, mark = '', , previous = '', , previousMark = ''] = texts;
  const revision = BigInt(textOf(id).split('-', 1)[0] ?? '');
  return {
    revision,
    mark,
    previous: { revision: BigInt(previous), mark: previousMark },
    changes: texts[BOOKKEEPING_TEXTS] === 'omitted' ? undefined : changesOf(texts),
  };
}

/** Three fields with their values stand before the changes. */
const BOOKKEEPING_TEXTS = 6;

function changesOf(texts: readonly string[]): readonly JournalChange[] {
  const changes: JournalChange[] = [];
  let before: JournalChange['before'];
  for (let i = BOOKKEEPING_TEXTS; i + 1 < texts.length; i += 2) {
    const [field = '', text = ''] = [texts[i], texts[i + 1]];
    if (field.startsWith('<')) {
      before = { value: text, modRevision: BigInt(field.slice(1, field.indexOf(' '))) };
    } else {
      changes.push({
        key: field.slice(1),
        value: field.startsWith('+') ? text : undefined,
        before,
      });
      before = undefined;
    }
  }
  return changes;
}
