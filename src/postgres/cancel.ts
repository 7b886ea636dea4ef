/** Requests at the server that a signal ends. */
import type { Client } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import { cutAfter, onAbort, orAborted } from '../runtime/async.js';
import { closeConnection } from './connect/attempt.js';
import { openBeside } from './connection.js';

/** How long the server may take to hear of it before the session is cut. */
const CANCEL_TIMEOUT_MS = 2_000;

interface Ending {
  readonly signal: AbortSignal;
  /** The process id of the session at its server, which another session asks to cancel. */
  readonly pid: number;
}

/**
 * Runs `work` in a session that `openConnection` gave. When the signal aborts, the request under
 * way fails (57014, or a broken connection), and so does `work`. A session that was
 * cut while it waits for a lock keeps its place in the queue, so it is cut only where the server
 * cannot be asked. Throws the reason of a signal that has aborted before or by the end: a later
 * COMMIT is never hit.
 */
export async function endedBy<Result>(
  client: Client,
  { signal, pid }: Ending,
  work: () => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  let cancelled = Promise.resolve();
  const cut = () => void client.connection.stream.destroy();
  const cancel = () => cancelBackend(client, pid).catch(cut);
  const dispose = onAbort(signal, () => {
    cancelled = cutAfter(cancel(), CANCEL_TIMEOUT_MS, cut);
  });
  try {
    const result = await work();
    signal.throwIfAborted();
    return result;
  } finally {
    dispose();
    await cancelled;
  }
}

async function cancelBackend(client: Client, pid: number): Promise<void> {
  const other = await openBeside(client, 'cancel');
  await other
    .query('SELECT pg_catalog.pg_cancel_backend($1)', [pid])
    .finally(() => closeConnection(other));
}

/** The answer to a request; undefined when the signal aborts before: the request goes on. */
export async function answerOf<Answer>(
  request: Promise<Answer>,
  signal: AbortSignal | undefined,
): Promise<Answer | undefined> {
  return await (signal === undefined ? request : orAborted(request, signal));
}

/** `interrupted`: the signal aborted before anything was committed. */
export function interruptedBefore(signal: AbortSignal): LenkwerkError {
  const { reason } = signal;
  const why = reason instanceof Error ? reason.message : 'interrupted';
  return new LenkwerkError('interrupted', `${why}: nothing was changed`, { cause: reason });
}
