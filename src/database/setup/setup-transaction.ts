/** The one transaction in which definitions change. */
import type { Client } from 'pg';
import { LenkwerkError } from '../../model/errors.js';
import { withPatience } from '../../postgres/answers.js';
import { endedBy, interruptedBefore } from '../../postgres/cancel.js';
import {
  isConnectionLoss,
  isLockConflict,
  rollBack,
  toLenkwerkError,
} from '../../postgres/errors.js';
import { requirePrimary } from '../../postgres/server.js';
import { lockConflict } from '../locks.js';

const DEFAULT_LOCK_TIMEOUT_MS = 10_000;

export interface SetupOptions {
  /** Do everything, then roll back: the report lists what would be done. */
  readonly check?: boolean;
  readonly lockTimeoutMs?: number;
  /** Ends it before its COMMIT. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Changes definitions in one transaction, which is rolled back for a check. Throws what `change`
 * throws, and as `initialise`.
 */
export async function inSetupTransaction<Report>(
  client: Client,
  options: SetupOptions,
  change: () => Promise<Report>,
): Promise<Report> {
  await requirePrimary(client);
  const timeoutMs = options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS;
  const { signal } = options;
  try {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    await client.query("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [`${timeoutMs}`]);
    await client.query("SET LOCAL client_min_messages = 'warning'");
    const pid = await readPid(client);
    // Statements of the files wait for locks as well.
    const work = () => withPatience(client, timeoutMs, change);
    const report = await (signal === undefined ? work() : endedBy(client, { signal, pid }, work));
    if (options.check === true) await client.query('ROLLBACK');
    else await commit(client);
    return report;
  } catch (error) {
    const failure = await rollBack(client, error);
    if (signal?.aborted === true) throw interruptedBefore(signal);
    throw isLockConflict(error) ? await lockConflict(client, error, 'readers') : failure;
  }
}

async function readPid(client: Client): Promise<number> {
  const query = { text: 'SELECT pg_catalog.pg_backend_pid()', rowMode: 'array' } as const;
  return (await client.query<[number]>(query)).rows[0]?.[0] ?? 0;
}

async function commit(client: Client): Promise<void> {
  try {
    await client.query('COMMIT');
  } catch (cause) {
    if (!isConnectionLoss(cause)) throw cause;
    const { message } = toLenkwerkError(cause);
    throw new LenkwerkError('inconclusive', `whether it was committed is not known: ${message}`, {
      cause,
      hint: '`lenkwerk init --check` shows it; a COMMIT waits for synchronous_standby_names as well',
    });
  }
}
