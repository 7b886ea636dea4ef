/** Sets a database up, or adopts the one of an existing Bagger. */

import {
  createDatabaseIfMissing,
  type InitialiseReport,
  initialise,
} from '../database/setup/init.js';
import { NEXT_STEPS } from '../database/setup/roles.js';
import { withMissingSetupRights } from '../database/setup/setup-rights.js';
import { namesCluster } from '../model/installation.js';
import { closeConnection } from '../postgres/connect/attempt.js';
import { openConnection } from '../postgres/connection.js';
import { describeConnection } from '../postgres/connection-settings.js';
import type { ApplyContext } from './context/context.js';
import { settingsOf, withDatabase } from './context/database.js';

export interface InitFlags {
  /** Only report what would be created. */
  readonly check: boolean;
  readonly createDatabase: boolean;
  /** Create the group roles as well. */
  readonly roles: boolean;
  /** The database is a copy of another one, and published besides it. */
  readonly newIdentity: boolean;
}

export interface InitResult extends InitialiseReport {
  /** `user@host:port/database` */
  readonly where: string;
  /** The steps that are left to the administrator. */
  readonly next: readonly string[];
}

/** Throws what `initialise` and `createDatabaseIfMissing` throw; the tables are unchanged then. */
export async function init(context: ApplyContext, flags: InitFlags): Promise<InitResult> {
  const settings = settingsOf(context);
  const { createDatabase, check } = flags;
  const mayCreate = createDatabase && !check && isNameOf(context, settings.database);
  const created = mayCreate && (await createDatabaseIfMissing(settings));
  // In a session of its own, since `init` goes where a superuser must read nothing.
  if (context.projectEnvironment?.cluster !== undefined) {
    await withDatabase(context, 'init', async () => {});
  }
  context.onStep('connecting to the database');
  const client = await openConnection(settings, 'init');
  try {
    context.endInOrder();
    context.onStep('setting the database up');
    const report = await initialise(client, { ...flags, signal: context.signal });
    const done = created ? [`database ${settings.database}`, ...report.done] : report.done;
    const next = flags.roles ? NEXT_STEPS : [];
    return { ...report, done, where: describeConnection(settings), next };
  } catch (error) {
    throw await withMissingSetupRights(client, error, flags.roles);
  } finally {
    await closeConnection(client);
  }
}

/** A database that is created now is not the one whose uuid an environment has. */
function isNameOf({ projectEnvironment }: ApplyContext, database: string): boolean {
  const { cluster } = projectEnvironment ?? {};
  return cluster === undefined || namesCluster(cluster, { database, clusterId: undefined });
}
