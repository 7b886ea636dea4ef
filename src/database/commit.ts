/** Ends an apply's transaction, and finds out its outcome when the connection breaks. */
import type { Client } from 'pg';
import { assert, LenkwerkError } from '../model/errors.js';
import { type Lsn, parseLsn } from '../model/lsn.js';
import { isConnectionLoss, rollBack } from '../postgres/errors.js';
import { requirePrimary } from '../postgres/server.js';
import { findApply } from './apply-log.js';
import { LOCK_KEY } from './locks.js';

/** Longer than the idle timeout of the interrupted transaction. */
const OUTCOME_TIMEOUT_MS = 90_000;

/**
 * COMMIT waits for disks and synchronous standbys; after this time the connection counts as broken.
 */
const COMMIT_TIMEOUT_MS = 60_000;

/**
 * Commits. Returns a position in the log at or after the end of the commit record, undefined when
 * it was committed but the connection broke before the position was read. Throws
 * `database-unavailable` when it is certain that nothing was committed, `database-error` when the
 * database refused, `inconclusive` when the outcome cannot be found out.
 */
export async function commitOrFindOut(
  client: Client,
  uuid: string,
  reconnect: () => Promise<Client>,
): Promise<Lsn | undefined> {
  const commit = { text: 'COMMIT', query_timeout: COMMIT_TIMEOUT_MS };
  let answer: string;
  try {
    answer = (await client.query(commit)).command;
  } catch (error) {
    if (!isConnectionLoss(error)) throw await rollBack(client, error);
    return findOut(uuid, reconnect, error);
  }
  // The answer to COMMIT in a failed transaction is ROLLBACK, without an error.
  assert(answer === 'COMMIT', 'every failed statement ended the apply before its COMMIT');
  // Committed: no later failure may be reported as a failure of the apply.
  return positionAfterCommit(client)
    .catch(() => withSession(reconnect, positionAfterCommit))
    .catch(() => undefined);
}

async function findOut(uuid: string, reconnect: () => Promise<Client>, lost: unknown) {
  const outcome = await withSession(reconnect, async (client) => {
    // A standby may lag: a transaction that it does not show may be committed nevertheless.
    await requirePrimary(client);
    await awaitEnd(client);
    if ((await findApply(client, uuid)) === undefined) return { committed: false };
    return { committed: true, lsn: await positionAfterCommit(client).catch(() => undefined) };
  }).catch((cause: unknown) => {
    throw new LenkwerkError(
      'inconclusive',
      'the connection broke at COMMIT, and whether it was committed cannot be found out now',
      { cause, hint: `look for ${uuid} in \`lenkwerk history\`` },
    );
  });
  if (outcome.committed) return outcome.lsn;
  throw new LenkwerkError('database-unavailable', 'the connection broke: nothing was committed', {
    cause: lost,
    retryable: true,
  });
}

/**
 * Waits until the transaction of the broken connection has ended: it holds the advisory lock until
 * its outcome can be seen.
 */
async function awaitEnd(client: Client): Promise<void> {
  await client.query('BEGIN');
  await client.query(`SET LOCAL lock_timeout = ${OUTCOME_TIMEOUT_MS}`);
  await client.query('SELECT pg_catalog.pg_advisory_xact_lock($1)', [LOCK_KEY]);
  await client.query('COMMIT');
}

/**
 * The flushed end of the log: the commit was flushed before it was acknowledged, so its record ends
 * here or earlier. The insert position may lie after the header of a new page.
 */
async function positionAfterCommit(client: Client): Promise<Lsn> {
  const { rows } = await client.query<[string]>({
    text: 'SELECT pg_catalog.pg_current_wal_flush_lsn()',
    rowMode: 'array',
  });
  const text = rows[0]?.[0];
  assert(text !== undefined, 'a SELECT without FROM returns one row');
  return parseLsn(text);
}

async function withSession<Result>(
  open: () => Promise<Client>,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await open();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
