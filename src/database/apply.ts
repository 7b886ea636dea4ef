/** Executes a plan: one transaction that locks, plans again, writes, checks and records. */
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { assert, LenkwerkError } from '../model/errors.js';
import type { RecordedState } from '../model/resources.js';
import type { Timestamp } from '../model/time-bounds.js';
import type { ApplyResult, LoggedPlan, Plan } from '../planning/plan.js';
import { endedBy, interruptedBefore } from '../postgres/cancel.js';
import { isLockConflict, rollBack } from '../postgres/errors.js';
import { readClock, requirePrimary } from '../postgres/server.js';
import { commitOrFindOut } from './commit.js';
import { writeOrLocate } from './locate-failure.js';
import { type Backend, lockConflict, lockForWriting } from './locks.js';
import { appendApplyLog, entryAfter, type NewEntry } from './log/append.js';
import type { Anchor } from './log/chain.js';
import { type ApplyOrigin, lastEntry } from './log/entries.js';
import { requireTrustedOwners, requireTrustedUnderLock } from './owners.js';
import { readRecorded } from './state.js';

const DEFAULT_LOCK_TIMEOUT_MS = 10_000;
/** A half-open session must not hold the locks without limit. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

export interface ApplyRequest {
  /** Called when the wait for the lock is over. */
  readonly onLocked?: () => void;
  /** Pure: returns the changes of `recorded` at `now` (UTC). May throw. */
  readonly plan: (recorded: RecordedState, now: Timestamp) => Plan;
  /** Throws (`stale-plan`, `refused`) unless this plan may be executed. */
  readonly accept?: (plan: Plan, recorded: RecordedState, now: Timestamp) => void | Promise<void>;
  /** The part of the plan that the log keeps. */
  readonly logged: (plan: Plan) => LoggedPlan;
  readonly origin: ApplyOrigin;
  /** Do everything, then roll back. Ids from sequences are used up all the same. */
  readonly dryRun?: boolean;
  /** Emitted as a barrier in the same transaction: the checkpoint that carries it has the apply. */
  readonly barrier?: string;
  readonly lockTimeoutMs?: number;
  /** Ends every wait when it aborts. */
  readonly signal?: AbortSignal;
  /** Opens another session, to find out the outcome of an interrupted COMMIT. */
  readonly reconnect: () => Promise<Client>;
}

/**
 * Applies the changes that `request.plan` returns for the tables under the lock. They become
 * visible all at once or not at all, whenever the process or the connection ends.
 *
 * Throws what the callbacks throw; `lock-not-obtained` naming the holder; `database-error` when the
 * database refuses, or when the tables read back differ from the plan; `database-unavailable` or
 * `interrupted` when nothing was committed; `not-converged` when it is committed and waits for a
 * synchronous standby; `inconclusive` when the outcome cannot be found out. When the signal aborts
 * at the COMMIT, the outcome is looked up and returned.
 */
export async function apply(client: Client, request: ApplyRequest): Promise<ApplyResult> {
  const uuid = randomUUID();
  await requirePrimary(client);
  await requireTrustedOwners(client, 'applying');
  const backend = await begin(client);
  const { plan: applied, logged } = await prepare(client, request, { uuid, backend });
  if (logged === undefined) {
    return {
      applied,
      committed: false,
      lsn: undefined,
      applyId: undefined,
      digest: undefined,
      uuid,
    };
  }
  const { reconnect, signal } = request;
  const { id: applyId, digest } = logged;
  const lsn = await commitOrFindOut(client, { uuid, applyId, backend, reconnect, signal });
  return { applied, committed: true, lsn, applyId, digest, uuid };
}

interface Session {
  readonly uuid: string;
  readonly backend: Backend;
}

interface Prepared {
  readonly plan: Plan;
  /** undefined: the transaction was rolled back, there is nothing to commit. */
  readonly logged: Anchor | undefined;
}

async function prepare(
  client: Client,
  request: ApplyRequest,
  { uuid, backend }: Session,
): Promise<Prepared> {
  const { signal = new AbortController().signal } = request;
  try {
    const work = () => writeAndLog(client, request, uuid);
    return await endedBy(client, { signal, pid: backend.pid }, work);
  } catch (error) {
    const failure = await rollBack(client, error);
    if (signal.aborted) throw interruptedBefore(signal);
    throw isLockConflict(error) ? await lockConflict(client, error) : failure;
  }
}

async function writeAndLog(client: Client, request: ApplyRequest, uuid: string): Promise<Prepared> {
  const { signal } = request;
  await lockForWriting(client, request.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS);
  await requireTrustedUnderLock(client, 'applying', ['lenkwerk.apply_log']);
  request.onLocked?.();
  // Read after the wait for the lock: time bounds count from here.
  const now = await readClock(client);
  const recorded = await readRecorded(client);
  const plan = request.plan(recorded, now);
  await request.accept?.(plan, recorded, now);
  signal?.throwIfAborted();
  if (plan.changes.length === 0) return await abandon(client, plan);
  const last = await lastEntry(client);
  let entry: NewEntry | undefined;
  const makeEntry = () => {
    entry = entryAfter(last, { ...request.origin, ...request.logged(plan), uuid });
    return entry;
  };
  // What the client computes for many changes takes as long as what the server does meanwhile.
  const steps = [() => plan.desired, makeEntry];
  await writeOrLocate(client, plan.changes, () => steps.shift()?.());
  const readBack = await readRecorded(client);
  const check = () => requireNothingLeft(request.plan(readBack, now));
  const logged = await appendApplyLog(client, entry ?? makeEntry(), check);
  if (request.barrier !== undefined) await emitBarrier(client, request.barrier);
  return request.dryRun === true ? await abandon(client, plan) : { plan, logged };
}

/** Emits the message at which agents end a batch; the locks of the apply hold until the commit. */
async function emitBarrier(client: Client, nonce: string): Promise<void> {
  await client.query('SELECT lenkwerk.barrier($1)', [nonce]);
}

/** Begins the transaction; returns what the server calls the session. */
async function begin(client: Client): Promise<Backend> {
  try {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
    // An apply that was reported as committed holds after a crash of the server, too.
    const { rows } = await client.query<[string, string | null, number, string]>({
      text: `
        SELECT pg_catalog.set_config('idle_in_transaction_session_timeout', $1, true),
               CASE WHEN pg_catalog.current_setting('synchronous_commit') = 'off'
                    THEN pg_catalog.set_config('synchronous_commit', 'on', true) END,
               a.pid, a.backend_start::text
          FROM pg_catalog.pg_stat_activity AS a WHERE a.pid = pg_catalog.pg_backend_pid()`,
      values: [`${IDLE_IN_TRANSACTION_TIMEOUT_MS}`],
      rowMode: 'array',
    });
    const [, , pid, startedAt] = rows[0] ?? [];
    assert(pid !== undefined && startedAt !== undefined, 'a session sees itself');
    return { pid, startedAt };
  } catch (error) {
    throw await rollBack(client, error);
  }
}

async function abandon(client: Client, plan: Plan): Promise<Prepared> {
  await client.query('ROLLBACK');
  return { plan, logged: undefined };
}

function requireNothingLeft(plan: Plan): void {
  if (plan.changes.length === 0) return;
  const addresses = plan.changes.map(({ address }) => address).join(', ');
  throw new LenkwerkError(
    'database-error',
    `the tables read back are not what was planned, nothing was changed: ${addresses}`,
    { hint: 'does a trigger or rule on the tables change what is written?' },
  );
}
