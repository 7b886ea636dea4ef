/** Status and doctor: the state of everything, and what is missing. Writes nothing. */
import { LenkwerkError } from '../model/errors.js';
import { type DestinationReport, reportDestinations } from '../observing/destinations.js';
import { examine } from '../observing/doctor.js';
import type { Finding } from '../observing/finding.js';
import { readStatus, type StatusReport } from '../observing/status.js';
import type { ApplyContext } from './context/context.js';
import { destinationOf, withDatabase } from './context/database.js';
import { readTargets, targetsOf } from './context/stores.js';

/** Positions, lag, slots and the active agent of every target. Throws what the database throws. */
export async function status(context: ApplyContext): Promise<StatusReport> {
  return await withDatabase(context, 'status', async (client) =>
    readStatus(client, await readTargets(context, client)),
  );
}

/**
 * Where the sources lead, without secrets. Where the database does not answer, the stores are those
 * that flags and variables name. Throws `usage` for malformed sources.
 */
export async function destinations(context: ApplyContext): Promise<DestinationReport> {
  const project = projectOf(context);
  const database = destinationOf(context);
  try {
    const targets = await withDatabase(context, 'env', (client) => readTargets(context, client));
    return reportDestinations({ project, database, targets, unread: undefined });
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    const targets = targetsOf(context);
    return reportDestinations({ project, database, targets, unread: error.message });
  }
}

function projectOf({ project, projectEnvironment }: ApplyContext): DestinationReport['project'] {
  if (project === undefined) return undefined;
  const { file, environments } = project;
  return { file, environments: [...environments.keys()], environment: projectEnvironment };
}

/** One finding per check. Throws when the database does not answer at all. */
export async function doctor(context: ApplyContext): Promise<readonly Finding[]> {
  return await withDatabase(context, 'doctor', (client) =>
    examine(client, () => readTargets(context, client)),
  );
}
