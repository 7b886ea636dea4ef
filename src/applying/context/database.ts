import type { Client } from 'pg';
import { GROUP_OF, openTrusted, type Work } from '../../database/owners.js';
import { withMissingRights } from '../../database/rights.js';
import { readIdentity } from '../../database/state.js';
import type { ChosenEnvironment } from '../../manifest/project/choice.js';
import { LenkwerkError } from '../../model/errors.js';
import { type DatabaseIdentity, namesCluster } from '../../model/installation.js';
import { closeConnection } from '../../postgres/connect/attempt.js';
import {
  type ConnectionSettings,
  type DatabaseDestination,
  databaseDestination,
} from '../../postgres/connection-settings.js';
import { readServiceFiles } from '../../postgres/libpq/service-file.js';
import { type ConnectionFlags, servicePlaces } from '../../postgres/libpq/sources.js';
import { readClock } from '../../postgres/server.js';
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
  const places = servicePlacesOf(context);
  const services = places.isNamed ? readServiceFiles(places) : undefined;
  return databaseDestination({ ...flagsOf(context), services }, context.environment);
}

/** Whether a source names a service, and where it is looked for. Throws `usage` for a URL. */
export function servicePlacesOf(context: ApplyContext) {
  return servicePlaces(flagsOf(context), context.environment);
}

function flagsOf({ connection, projectEnvironment }: ApplyContext): ConnectionFlags {
  return { ...connection, project: projectEnvironment?.database };
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
 * The session that `open` gives. Throws what it throws, and `wrong-cluster`, as `requireCluster`.
 */
export async function openRequired(
  context: ApplyContext,
  open: () => Promise<Client>,
): Promise<Client> {
  const client = await open();
  try {
    await requireCluster(context, client);
    return client;
  } catch (error) {
    await closeConnection(client);
    throw error;
  }
}

/**
 * Throws `wrong-cluster` where the session is with another database than that of the project's
 * environment, or than that of an earlier session of the same work.
 */
export async function requireCluster(
  { projectEnvironment, database: same }: Pick<ApplyContext, 'projectEnvironment' | 'database'>,
  client: Client,
): Promise<void> {
  if (projectEnvironment?.cluster === undefined && same === undefined) return;
  const found = await readIdentity(client);
  requireNamed(projectEnvironment, found);
  if (same === undefined) return;
  same.identity ??= found;
  const { clusterId, systemId } = same.identity;
  if (clusterId === found.clusterId && systemId === found.systemId) return;
  const message = `the database is not the one of the session before: ${describeIdentity(found)}, and before ${describeIdentity(same.identity)}`;
  throw new LenkwerkError('wrong-cluster', message, {
    hint: 'are the hosts of the list one primary and its standbys? name one of them alone',
  });
}

function describeIdentity({ clusterId, systemId }: DatabaseIdentity): string {
  return `cluster ${clusterId ?? 'without an identity'} on system ${systemId}`;
}

/** Throws `wrong-cluster` for another cluster than that of the environment. */
function requireNamed(
  environment: Pick<ChosenEnvironment, 'cluster' | 'origin'> | undefined,
  { database, clusterId }: Pick<DatabaseIdentity, 'database' | 'clusterId'>,
): void {
  const { cluster, origin } = environment ?? {};
  if (cluster === undefined || namesCluster(cluster, { database, clusterId })) return;
  const found = clusterId === undefined ? 'has not been set up' : `is cluster ${clusterId}`;
  const message = `${origin} is for cluster ${cluster}, and the database ${database} ${found}`;
  const hint = 'nothing was changed; `lenkwerk env` shows where the database comes from';
  const first = `; ${FIRST_INIT}`;
  throw new LenkwerkError('wrong-cluster', message, {
    hint: clusterId === undefined ? hint + first : hint,
  });
}

/** For an environment with a uuid, and a database that has none yet (D84). */
export const FIRST_INIT =
  'for a new database write its name as `cluster`, run `lenkwerk init`, then write the uuid that it prints';

/** By the clock of the database, which dates commits. Throws database failures as LenkwerkError. */
export async function databaseNow(client: Client): Promise<Date> {
  return new Date(`${(await readClock(client)).replace(' ', 'T')}Z`);
}
