/** Writes planned changes, and locates the change that the database refuses. */
import type { Client } from 'pg';
import type { Change } from '../planning/change.js';
import { PlanProblemsError } from '../planning/problems.js';
import { lastOfFailingRun, refusedState } from '../postgres/refused-run.js';
import { writeChanges } from './write-changes.js';

/**
 * Writes within the caller's transaction. Bulk statements do not report the row that failed, so the
 * shortest run of changes that fails in the same way is searched for. Throws PlanProblemsError at
 * the last change of it, else what `writeChanges` throws, which also calls `work`.
 */
export async function writeOrLocate(
  client: Client,
  changes: readonly Change[],
  work: () => void,
): Promise<void> {
  await client.query('SAVEPOINT lenkwerk_write');
  try {
    await writeAll(client, changes, work);
    await client.query('RELEASE SAVEPOINT lenkwerk_write');
  } catch (error) {
    const state = refusedState(error);
    if (state === undefined) throw error;
    const culprit = await firstToFail(client, changes, state).catch(() => undefined);
    throw culprit === undefined ? error : problemAt(culprit, error);
  }
}

async function writeAll(
  client: Client,
  changes: readonly Change[],
  work?: () => void,
): Promise<void> {
  await writeChanges(client, changes, work);
  await client.query('SET CONSTRAINTS ALL IMMEDIATE');
}

async function firstToFail(
  client: Client,
  changes: readonly Change[],
  state: string,
): Promise<Change | undefined> {
  const at = await lastOfFailingRun(changes.length, (length) =>
    failsWith(client, changes.slice(0, length), state),
  );
  return at === undefined ? undefined : changes[at];
}

async function failsWith(
  client: Client,
  changes: readonly Change[],
  state: string,
): Promise<boolean> {
  await client.query('ROLLBACK TO SAVEPOINT lenkwerk_write');
  try {
    await writeAll(client, changes);
    return false;
  } catch (error) {
    return refusedState(error) === state;
  }
}

function problemAt({ address, source }: Change, error: unknown): PlanProblemsError {
  const reason = error instanceof Error ? error.message : String(error);
  return new PlanProblemsError([
    {
      address,
      message: `the database refuses it: ${reason}`,
      hint: 'nothing was changed; look at the constraints of the table',
      source,
    },
  ]);
}
