/**
 * Looks now and then at what the stream does not tell. A table that is taken out of the publication
 * is left out without a word; from PostgreSQL 18 on so is everything when the publication is
 * dropped. And ALTER TABLE shows with the next change of the table only.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { LenkwerkError, ResyncRequired } from '../../model/errors.js';
import type { TableName } from '../../model/resources.js';
import { toLenkwerkError } from '../../postgres/errors.js';
import type { Logger } from '../../runtime/logger.js';
import type { SourceSession } from '../source/source-database.js';

const INTERVAL_MS = 5_000;
/** A server, or a network, that leaves a question without an answer for so long is away. */
const ANSWER_TIMEOUT_MS = 10_000;

export interface CatalogWatch {
  /** Opens an ordinary session with the database. */
  readonly connect: () => Promise<SourceSession>;
  readonly publication: string;
  /** What `readPublication` gave when it was known that nothing was left out. */
  readonly identity: string;
  readonly intervalMs: number | undefined;
  /** The columns of the tables as they are now, by table. */
  readonly onShapes: (fingerprints: ReadonlyMap<TableName, string>) => void;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Runs until the signal aborts. Throws `resync-required` when the publication is not what it was:
 * whatever it was meanwhile, its parts have other identities then. A server that cannot be asked is
 * asked again: the stream tells when it is away.
 */
export async function watchCatalog(watch: CatalogWatch): Promise<void> {
  const { signal, intervalMs = INTERVAL_MS } = watch;
  let session: SourceSession | undefined;
  try {
    while (!signal.aborted) {
      await delay(intervalMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      try {
        session ??= await watch.connect();
        await inTime(look(session, watch), signal);
      } catch (error) {
        const reason = toLenkwerkError(error);
        if (reason.code === 'resync-required') throw reason;
        if (signal.aborted) return;
        watch.logger.warn('the catalog cannot be looked at', { reason });
        if (session !== undefined) await session.close();
        session = undefined;
      }
    }
  } finally {
    if (session !== undefined) await session.close();
  }
}

/** Throws `database-unavailable` when the answer takes too long, or is not waited for any more. */
async function inTime(answer: Promise<void>, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const patience = delay(ANSWER_TIMEOUT_MS, undefined, {
    signal: AbortSignal.any([signal, over.signal]),
  }).catch(() => {});
  const late = patience.then(() => {
    throw new LenkwerkError('database-unavailable', 'the server does not answer', {
      retryable: true,
    });
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    answer.catch(() => {});
    late.catch(() => {});
    over.abort();
  }
}

async function look(session: SourceSession, watch: CatalogWatch): Promise<void> {
  const found = await session.readPublication(watch.publication).catch((error: unknown) => {
    if (error instanceof LenkwerkError && error.code === 'database-not-initialised') return error;
    throw toLenkwerkError(error);
  });
  if (found !== watch.identity) {
    const details = found instanceof LenkwerkError ? { cause: found } : {};
    throw new ResyncRequired('publication-changed', 'the publication was changed', details);
  }
  watch.onShapes(await session.readShapes());
}
