/** Ends an apply's transaction, and finds out its outcome when the connection breaks (D18). */
import type { Client } from 'pg';
import { assert, LenkwerkError } from '../model/errors.js';
import { type Lsn, parseLsn } from '../model/lsn.js';
import { answerOf, interruptedBefore } from '../postgres/cancel.js';
import { closeConnection } from '../postgres/connect/attempt.js';
import { codeOf, isConnectionLoss, rollBack, SQLSTATE, STANDBY_HINT } from '../postgres/errors.js';
import { requirePrimary } from '../postgres/server.js';
import { awaitEndOfApply, type Backend, holdsLockForStandby } from './locks.js';
import { findApply } from './log/entries.js';

/** Longer than the idle timeout of the interrupted transaction. */
const OUTCOME_TIMEOUT_MS = 90_000;
/** How often it is asked meanwhile what the transaction waits for. */
const LOOK_AGAIN_MS = 1_000;

/** What is committed, and how to look for it when the answer to COMMIT does not come. */
interface PendingCommit {
  readonly uuid: string;
  readonly applyId: bigint;
  /** The session that commits. */
  readonly backend: Backend;
  /** Opens another session, also with another server that takes writes by now. */
  readonly reconnect: () => Promise<Client>;
  /** The answer is not waited for once it aborts. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Commits. Returns a position in the log at or after the end of the commit record, undefined when
 * it was committed but the connection broke before the position was read. Throws
 * `database-unavailable` when it is certain that nothing was committed, `database-error` when the
 * database refused, `not-converged` when it is committed and waits for a synchronous standby,
 * `inconclusive` when the outcome cannot be found out. A COMMIT counts as broken when the server is
 * silent for as long as the session allows, or the signal aborts.
 */
export async function commitOrFindOut(
  client: Client,
  pending: PendingCommit,
): Promise<Lsn | undefined> {
  const { signal } = pending;
  let answer: string | undefined;
  try {
    answer = (await answerOf(client.query('COMMIT'), signal))?.command;
  } catch (error) {
    if (!isConnectionLoss(error)) throw await rollBack(client, error);
    return findOut(pending, error);
  }
  if (answer === undefined) return findOut(pending, signal?.reason);
  // The answer to COMMIT in a failed transaction is ROLLBACK, without an error.
  assert(answer === 'COMMIT', 'every failed statement ended the apply before its COMMIT');
  // Committed: no later failure may be reported as a failure of the apply.
  return positionAfterCommit(client)
    .catch(() => withSession(pending.reconnect, positionAfterCommit))
    .catch(() => undefined);
}

type Outcome = 'nothing committed' | 'waits for a standby' | { readonly lsn: Lsn | undefined };

async function findOut(pending: PendingCommit, lost: unknown): Promise<Lsn | undefined> {
  const outcome = await withSession(pending.reconnect, (client) =>
    lookForOutcome(client, pending),
  ).catch((cause: unknown) => {
    throw new LenkwerkError(
      'inconclusive',
      'the connection broke at COMMIT, and whether it was committed cannot be found out now',
      { cause, hint: `look for ${pending.uuid} in \`lenkwerk history\`` },
    );
  });
  switch (outcome) {
    case 'nothing committed':
      if (pending.signal?.aborted === true) throw interruptedBefore(pending.signal);
      throw new LenkwerkError(
        'database-unavailable',
        'the connection broke: nothing was committed',
        { cause: lost, retryable: true },
      );
    case 'waits for a standby':
      throw standbyAbsent(pending, lost);
    default:
      return outcome.lsn;
  }
}

async function lookForOutcome(client: Client, pending: PendingCommit): Promise<Outcome> {
  // A standby may be behind: what it does not show may have been committed all the same.
  await requirePrimary(client);
  const deadlineMs = performance.now() + OUTCOME_TIMEOUT_MS;
  for (;;) {
    // It waits after its commit record is on disk, and goes on when its client is gone: committed,
    // not seen by others, and its locks hold.
    // https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION
    if (await holdsLockForStandby(client, pending.backend)) return 'waits for a standby';
    try {
      // It holds the lock until its outcome can be seen.
      await awaitEndOfApply(client, LOOK_AGAIN_MS);
      break;
    } catch (error) {
      await client.query('ROLLBACK');
      if (codeOf(error) !== SQLSTATE.lockNotAvailable) throw error;
      if (performance.now() > deadlineMs) throw error;
    }
  }
  if ((await findApply(client, pending.uuid)) === undefined) return 'nothing committed';
  return { lsn: await positionAfterCommit(client).catch(() => undefined) };
}

function standbyAbsent({ applyId, backend }: PendingCommit, cause: unknown): LenkwerkError {
  const message = `apply ${applyId} IS committed on this server, but no synchronous standby confirms it`;
  const hint = [
    `until then other sessions do not see it, and session ${backend.pid} keeps the tables locked`,
    STANDBY_HINT,
    'do not apply again for this',
  ].join('; ');
  return new LenkwerkError('not-converged', message, { cause, hint });
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
    await closeConnection(client);
  }
}
