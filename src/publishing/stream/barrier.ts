/** Barriers: positions of the stream at which the tables are known exactly. */
import { randomUUID } from 'node:crypto';
import { LenkwerkError } from '../../model/errors.js';
import { pause } from '../../runtime/async.js';
import type { Barrier, BarrierTry, SourceReader } from '../source/source-database.js';

const LOCK_RETRY_MS = 100;

/**
 * Part of the message in the stream; the checkpoint of the revision that ends at the barrier has
 * it.
 */
export function newNonce(): string {
  return randomUUID();
}

interface BarrierRequest extends BarrierTry {
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

/**
 * Locks the tables against writers, reads them and emits the barrier, in one transaction, which is
 * retried while a writer holds them. Returns the tables at the barrier's commit and a position
 * after it. Throws `inconclusive` when the lock cannot be had before the signal aborts.
 */
export async function emitBarrier(reader: SourceReader, request: BarrierRequest): Promise<Barrier> {
  const { signal } = request;
  for (;;) {
    try {
      return await reader.tryBarrier(request);
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (signal.aborted) throw neverFree(error);
    }
    await pause(LOCK_RETRY_MS, signal);
  }
}

function isLockTimeout(error: unknown): error is LenkwerkError {
  return error instanceof LenkwerkError && error.code === 'lock-not-obtained';
}

function neverFree(cause: LenkwerkError): LenkwerkError {
  return new LenkwerkError('inconclusive', `no barrier is possible: ${cause.message}`, {
    cause,
    hint: `${cause.hint}; or give a longer --timeout`,
  });
}
