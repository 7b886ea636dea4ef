/** Who may resync: one agent at a time. */
import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { LenkwerkError } from '../model/errors.js';
import { readSlot, type Slot } from '../replication/slot.js';

/**
 * Held until the session ends: two agents that both see a reason to resync would fence each other
 * out for ever. Throws `slot-in-use` when another one holds it.
 */
export async function lockResync(sql: Client, slot: string): Promise<void> {
  const key = createHash('sha256').update(`lenkwerk resync ${slot}`).digest().readBigInt64BE();
  const { rows } = await sql.query<{ locked: boolean }>(
    'SELECT pg_catalog.pg_try_advisory_lock($1) AS locked',
    [key.toString()],
  );
  if (rows[0]?.locked !== true) throw standby('another agent resyncs');
}

/**
 * Under the lock: the slot must be as it was when the resync was decided on. Another agent may have
 * finished a resync of its own since; what it wrote to the store, the checkpoint's revision tells.
 */
export async function checkUnchanged(
  sql: Client,
  before: Slot | undefined,
  name: string,
): Promise<void> {
  const now = await readSlot(sql, name);
  const made = (now === undefined) !== (before === undefined);
  if (made || now?.active === true) throw standby('another agent was faster');
}

/** Somebody else is, or is about to be, the active agent. */
export function standby(reason: string): LenkwerkError {
  return new LenkwerkError('slot-in-use', reason, { retryable: true });
}
