/** A point of the stream at which the tables are known exactly. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { codeOf, rollBack } from '../lenkwerk/database-errors.js';
import { LenkwerkError } from '../model/errors.js';
import { type Lsn, parseLsn } from '../model/lsn.js';
import { limitSilence } from '../replication/silence.js';
import type { KeySpace } from './key-space.js';
import { type PublishableTables, readPublishableTables } from './published-tables.js';

/** Short, so that writers never queue behind the barrier for long; it is tried again instead. */
const LOCK_TIMEOUT_MS = 200;
const LOCK_RETRY_MS = 100;
/** Writers wait behind the barrier: not longer than this for a process that sleeps. */
const SILENCE_MS = 10_000;
const LOCK_NOT_AVAILABLE = '55P03';

/** Travels in the stream; the checkpoint of the revision that ends at the barrier carries it. */
export function newNonce(): string {
  return randomUUID();
}

export interface Barrier {
  /** A position after the commit of the barrier, and after nothing that was seen before it. */
  readonly after: Lsn;
  /** The tables at exactly that point. */
  readonly tables: PublishableTables;
}

export interface BarrierRequest {
  readonly keySpace: KeySpace;
  readonly nonce: string;
  readonly signal: AbortSignal;
  /** Given the tables before the commit, and so before anybody can meet the barrier. */
  readonly onRead?: (tables: PublishableTables) => void;
}

/**
 * Locks the tables against writers, reads them and emits the barrier, in one transaction. Throws
 * `inconclusive` when the lock cannot be had before the signal aborts.
 */
export async function emitBarrier(client: Client, request: BarrierRequest): Promise<Barrier> {
  const { signal } = request;
  for (;;) {
    try {
      return await tryBarrier(client, request);
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (signal.aborted) throw neverFree(error);
    }
    await delay(LOCK_RETRY_MS, undefined, { signal }).catch(() => {});
  }
}

async function tryBarrier(client: Client, request: BarrierRequest): Promise<Barrier> {
  const { keySpace, nonce, onRead } = request;
  try {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
    await client.query("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [
      String(LOCK_TIMEOUT_MS),
    ]);
    await limitSilence(client, SILENCE_MS);
    await client.query('SELECT lenkwerk.barrier($1)', [nonce]);
    const tables = await readPublishableTables(client, keySpace);
    onRead?.(tables);
    await client.query('COMMIT');
    const position = await client.query<[string]>({
      text: 'SELECT pg_catalog.pg_current_wal_insert_lsn()',
      rowMode: 'array',
    });
    return { after: parseLsn(position.rows[0]?.[0] ?? ''), tables };
  } catch (error) {
    throw await rollBack(client, error);
  }
}

function isLockTimeout(error: unknown): boolean {
  const cause = error instanceof LenkwerkError ? error.cause : error;
  return codeOf(cause) === LOCK_NOT_AVAILABLE;
}

function neverFree(cause: unknown): LenkwerkError {
  return new LenkwerkError('inconclusive', 'a writer holds the tables all the time', {
    cause,
    hint: 'look for a long transaction in pg_stat_activity, or give a longer --timeout',
  });
}
