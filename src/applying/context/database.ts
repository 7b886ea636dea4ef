import type { Client } from 'pg';
import { openTrusted } from '../../database/owners.js';
import { closeConnection } from '../../postgres/connection.js';
import { connectionSettings } from '../../postgres/connection-settings.js';
import type { ApplyContext } from './context.js';

/** The context for work whose servers may stay silent for so long; undefined: for the default. */
export function withAnswersWithin(
  context: ApplyContext,
  answerTimeoutMs: number | undefined,
): ApplyContext {
  return { ...context, connection: { ...context.connection, answerTimeoutMs } };
}

/**
 * Runs `work` in a session with the database and closes it after. `purpose` is shown in
 * pg_stat_activity. Throws `usage` for malformed settings, `database-unavailable`, `refused` where
 * a superuser would run code of others, and what `work` throws.
 */
export async function withDatabase<Result>(
  context: ApplyContext,
  purpose: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  context.onStep('connecting to the database');
  const settings = connectionSettings(context.connection, context.environment);
  const client = await openTrusted(settings, purpose);
  try {
    return await work(client);
  } finally {
    await closeConnection(client);
  }
}
