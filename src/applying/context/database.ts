import type { Client } from 'pg';
import { GROUP_OF, openTrusted, type Work } from '../../database/owners.js';
import { withMissingRights } from '../../database/rights.js';
import { readIdentity } from '../../database/state.js';
import { LenkwerkError } from '../../model/errors.js';
import { namesCluster } from '../../model/installation.js';
import { closeConnection } from '../../postgres/connect/attempt.js';
import {
  type ConnectionSettings,
  type DatabaseDestination,
  databaseDestination,
} from '../../postgres/connection-settings.js';
import { readServiceFiles } from '../../postgres/libpq/service-file.js';
import { servicePlaces } from '../../postgres/libpq/sources.js';
import type { ApplyContext } from './context.js';

/** The purposes that do more than read. */
const WORKS = new Map<string, Work>([
  ['verify', 'verifying'],
  ['init', 'setup'],
  ['apply', 'applying'],
  ['revert', 'applying'],
]);

/** The context for work whose servers may stay silent for so long; undefined: for the default. */
export function withAnswersWithin(
  context: ApplyContext,
  answerTimeoutMs: number | undefined,
): ApplyContext {
  return { ...context, connection: { ...context.connection, answerTimeoutMs } };
}

/**
 * Where the database is, and why; reads service files where a source names a service. Throws
 * `usage` for malformed settings.
 */
export function destinationOf(context: ApplyContext): DatabaseDestination {
  const { connection, environment, projectEnvironment } = context;
  const flags = { ...connection, project: projectEnvironment?.database };
  const places = servicePlaces(flags, environment);
  const services = places && readServiceFiles(places);
  return databaseDestination({ ...flags, services }, environment);
}

/** The settings of its sessions. Throws `usage`. */
export function settingsOf(context: ApplyContext): ConnectionSettings {
  return destinationOf(context).settings;
}

/**
 * Runs `work` in a session with the database and closes it after. `purpose` is shown in
 * pg_stat_activity. Throws `usage` for malformed settings, `database-unavailable`, `wrong-cluster`
 * for another one than that of the project's environment, `refused` where a superuser would run
 * code of others, and what `work` throws; where the role lacks a privilege,
 * with the role and the GRANT.
 */
export async function withDatabase<Result>(
  context: ApplyContext,
  purpose: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  context.onStep('connecting to the database');
  const kind = WORKS.get(purpose) ?? 'reading';
  const client = await openTrusted(settingsOf(context), purpose, kind);
  try {
    await requireCluster(context, client);
    return await work(client);
  } catch (error) {
    throw await withMissingRights(client, error, GROUP_OF[kind]);
  } finally {
    await closeConnection(client);
  }
}

/**
 * Throws `wrong-cluster` where the project's environment is for another database than that of the
 * session.
 */
export async function requireCluster(
  { projectEnvironment }: Pick<ApplyContext, 'projectEnvironment'>,
  client: Client,
): Promise<void> {
  const { cluster, origin } = projectEnvironment ?? {};
  if (cluster === undefined) return;
  const { database, clusterId } = await readIdentity(client);
  if (namesCluster(cluster, { database, clusterId })) return;
  const found = clusterId === undefined ? 'has not been set up' : `is cluster ${clusterId}`;
  const message = `${origin} is for cluster ${cluster}, and the database ${database} ${found}`;
  throw new LenkwerkError('wrong-cluster', message, {
    hint: 'nothing was changed; `lenkwerk env` shows where the database comes from',
  });
}
