/**
 * Polls the catalog for changes that the stream does not show. What is taken out of the
 * publication, a table, rows, columns or operations, is left out without a message; from PostgreSQL
 * 18 on so is everything when the publication is dropped. ALTER TABLE shows with the next change of
 * the table, or not at all where the columns keep their names and types.
 * https://www.postgresql.org/docs/current/logical-replication-publication.html
 * Decision D31 in src/README.md.
 */
import { LenkwerkError, ResyncRequired } from '../../model/errors.js';
import type { TableName } from '../../model/resources.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import { orAborted, pause, withTimeout } from '../../runtime/async.js';
import type { AgentContext } from '../agent/context.js';
import type { SourceSession } from '../source/source-database.js';

/** A server that does not answer a query for so long counts as unavailable. */
const ANSWER_TIMEOUT_MS = 10_000;

/** The six tables in the catalog. */
interface CatalogLook {
  readonly fingerprints: ReadonlyMap<TableName, string>;
  /** Those of which two rows may hold one key until the commit, at that moment or later. */
  readonly deferrable: ReadonlySet<string>;
}

interface CatalogWatch {
  /** The result of `readPublication` when it was known that nothing was left out. */
  readonly identity: string;
  readonly onLook: (look: CatalogLook) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs until the signal aborts. Throws `resync-required` when the publication has changed: parts
 * that were removed and added again have other identities. A query that fails is repeated: when the
 * server is unavailable, the session of the stream ends anyway.
 */
export async function watchCatalog(context: AgentContext, watch: CatalogWatch): Promise<void> {
  const { database, publication, knobs, logger } = context;
  const { signal } = watch;
  let session: SourceSession | undefined;
  try {
    while (!signal.aborted) {
      await pause(knobs.catalogIntervalMs, signal);
      if (signal.aborted) return;
      try {
        session ??= await database.connect('agent repair');
        await inTime(look(session, publication, watch), signal);
      } catch (error) {
        const reason = toLenkwerkError(error);
        if (reason.code === 'resync-required') throw reason;
        if (signal.aborted) return;
        logger.warn('the catalog cannot be read', { reason });
        if (session !== undefined) await session.close();
        session = undefined;
      }
    }
  } finally {
    if (session !== undefined) await session.close();
  }
}

/** Throws `database-unavailable` when the answer takes too long, or the signal aborts. */
async function inTime(answer: Promise<'answered'>, signal: AbortSignal): Promise<void> {
  const found = await withTimeout(signal, ANSWER_TIMEOUT_MS, (over) => orAborted(answer, over));
  if (found === 'answered') return;
  throw new LenkwerkError('database-unavailable', 'the server does not answer');
}

async function look(
  session: SourceSession,
  publication: string,
  { identity, onLook }: CatalogWatch,
): Promise<'answered'> {
  const found = await session.readPublication(publication).catch((error: unknown) => {
    if (error instanceof LenkwerkError && error.code === 'database-not-initialised') return error;
    throw error;
  });
  if (found !== identity) {
    const hides = found instanceof LenkwerkError;
    const message = hides ? found.message : 'the publication was changed';
    const details = hides ? { cause: found } : {};
    throw new ResyncRequired('publication-changed', message, details);
  }
  // In this order: fingerprints that are later would hide what was not deferrable before.
  const fingerprints = await session.readShapes();
  onLook({ fingerprints, deferrable: await session.readDeferrable() });
  return 'answered';
}
