/** Status and doctor: the state of everything, and what is missing. Writes nothing. */
import { examine } from '../observing/doctor.js';
import type { Finding } from '../observing/finding.js';
import { readStatus, type StatusReport } from '../observing/status.js';
import type { ApplyContext } from './context/context.js';
import { withDatabase } from './context/database.js';
import { readTargets } from './context/stores.js';

/** Positions, lag, slots and the active agent of every target. Throws what the database throws. */
export async function status(context: ApplyContext): Promise<StatusReport> {
  return await withDatabase(context, 'status', async (client) =>
    readStatus(client, await readTargets(context, client)),
  );
}

/** One finding per check. Throws when the database does not answer at all. */
export async function doctor(context: ApplyContext): Promise<readonly Finding[]> {
  return await withDatabase(context, 'doctor', (client) =>
    examine(client, () => readTargets(context, client)),
  );
}
