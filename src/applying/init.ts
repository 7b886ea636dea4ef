/** Sets a database up, adopts the one of an existing Bagger, or takes away what that created. */
import type { Client } from 'pg';
import { requireTrustedOwners } from '../database/owners.js';
import {
  createDatabaseIfMissing,
  type InitialiseReport,
  initialise,
} from '../database/setup/init.js';
import {
  FOREIGN_INBOUND,
  INBOUND_REMEDY,
  initialiseNode,
  type NodeReport,
} from '../database/setup/node.js';
import { type RemovalReport, removeInstallation } from '../database/setup/removal/remove.js';
import { NEXT_STEPS, NODE_STEP } from '../database/setup/roles.js';
import { whilePlain } from '../database/setup/schema-files.js';
import { withMissingSetupRights } from '../database/setup/setup-rights.js';
import { readIdentity } from '../database/state.js';
import { LenkwerkError } from '../model/errors.js';
import { namesCluster } from '../model/installation.js';
import { closeConnection } from '../postgres/connect/attempt.js';
import { openConnection } from '../postgres/connection.js';
import { type ConnectionSettings, describeConnection } from '../postgres/connection-settings.js';
import { codeOf } from '../postgres/errors.js';
import type { ApplyContext } from './context/context.js';
import { FIRST_INIT, requireCluster, settingsOf } from './context/database.js';

export interface InitFlags {
  /** Take away what `init` created. */
  readonly remove: boolean;
  /** Only report what would be created. */
  readonly check: boolean;
  readonly createDatabase: boolean;
  /** Create the group roles as well. */
  readonly roles: boolean;
  /** The database is a copy of another one, and published besides it. */
  readonly newIdentity: boolean;
  /** It is the database of a storage node. */
  readonly node: boolean;
}

export interface NodeInitResult extends Pick<NodeReport, 'done' | 'present'> {
  /** `user@host:port/database` */
  readonly where: string;
  /** What a person should know of. */
  readonly notes: readonly string[];
  /** The steps that are left to the administrator. */
  readonly next: readonly string[];
}

export interface InitResult extends InitialiseReport {
  /** `user@host:port/database` */
  readonly where: string;
  /** The steps that are left to the administrator. */
  readonly next: readonly string[];
}

export interface RemoveResult extends RemovalReport {
  /** `user@host:port/database` */
  readonly where: string;
  /** The steps that are left to the administrator. */
  readonly next: readonly string[];
}

/** Stores are not touched: their other keys are what storage nodes read. */
const STEPS_AFTER_REMOVAL = [
  'in each store, delete the keys below <prefix>/Lenkwerk/, the bookkeeping of the agents',
] as const;

/**
 * Takes away what `init` created. Throws `usage` where the flags ask for something else as well,
 * and what `removeInstallation` throws.
 */
export async function removeInit(context: ApplyContext, flags: InitFlags): Promise<RemoveResult> {
  if (flags.createDatabase || flags.roles || flags.newIdentity || flags.node) {
    throw new LenkwerkError('usage', '--remove goes with --check alone');
  }
  const settings = settingsOf(context);
  const report = await changing(
    context,
    { settings, step: 'removing what `init` created', roles: false, removes: true },
    (client, signal) => removeInstallation(client, { check: flags.check, signal }),
  );
  const next = report.removed.length === 0 ? [] : STEPS_AFTER_REMOVAL;
  return { ...report, where: describeConnection(settings), next };
}

/** Throws what `initialise` and `createDatabaseIfMissing` throw; the tables are unchanged then. */
export async function init(context: ApplyContext, flags: InitFlags): Promise<InitResult> {
  const report = await settingUp(context, flags, (client, signal) =>
    initialise(client, { ...flags, signal }),
  );
  return { ...report, next: flags.roles ? NEXT_STEPS : [] };
}

/**
 * Sets the database of a storage node up. Throws what `initialiseNode` and
 * `createDatabaseIfMissing` throw, and `usage` for a flag that is for other databases.
 */
export async function initNode(context: ApplyContext, flags: InitFlags): Promise<NodeInitResult> {
  if (flags.newIdentity) {
    throw new LenkwerkError('usage', '--new-identity is for a Lenkwerk database, not for a node');
  }
  const report = await settingUp(context, flags, (client, signal) =>
    initialiseNode(client, { ...flags, signal }),
  );
  const notes = report.hasOtherInbound ? [`${FOREIGN_INBOUND}: ${INBOUND_REMEDY}`] : [];
  return { ...report, notes, next: flags.roles ? [NODE_STEP] : [] };
}

async function settingUp<Report extends { readonly done: readonly string[] }>(
  context: ApplyContext,
  { createDatabase, check, roles }: InitFlags,
  setUp: (client: Client, signal: AbortSignal) => Promise<Report>,
): Promise<Report & { readonly where: string }> {
  const settings = settingsOf(context);
  const mayCreate = createDatabase && !check && isNameOf(context, settings.database);
  const { created, settings: found } = mayCreate
    ? await createDatabaseIfMissing(settings)
    : { created: false, settings };
  const step = 'setting the database up';
  const change = { settings: found, step, roles, removes: false };
  const report = await changing(context, change, setUp);
  const done = created ? [`database ${settings.database}`, ...report.done] : report.done;
  return { ...report, done, where: describeConnection(settings) };
}

/**
 * The superuser who creates the roles may read nothing where others own the tables, but the name of
 * the cluster from a plain table.
 */
async function requireThisCluster(
  context: ApplyContext,
  client: Client,
  { removes }: Change,
): Promise<void> {
  if (context.projectEnvironment?.cluster === undefined) return;
  const requireIt = async () => {
    // What was never set up, or is removed already, has no identity, and nothing to take away.
    if (removes && (await readIdentity(client)).clusterId === undefined) return;
    await requireCluster(context, client);
  };
  if (await whilePlain(client, ['lenkwerk.cluster'], requireIt)) return;
  await requireTrustedOwners(client, 'setup');
  await requireIt();
}

interface Change {
  readonly settings: ConnectionSettings;
  readonly step: string;
  /** It concerns the group roles. */
  readonly roles: boolean;
  readonly removes: boolean;
}

/** A session for one change of the set-up. */
async function changing<Report>(
  context: ApplyContext,
  change: Change,
  make: (client: Client, signal: AbortSignal) => Promise<Report>,
): Promise<Report> {
  const { settings, step, roles } = change;
  context.onStep('connecting to the database');
  const client = await openConnection(settings, 'init').catch((error: unknown) => {
    throw missingDatabase(context, settings, error);
  });
  try {
    await requireThisCluster(context, client, change);
    context.endInOrder();
    context.onStep(step);
    return await make(client, context.signal);
  } catch (error) {
    throw await withMissingSetupRights(client, error, roles);
  } finally {
    await closeConnection(client);
  }
}

/** The better message where an environment means a cluster, and its database is not there. */
function missingDatabase(
  { projectEnvironment }: ApplyContext,
  { database }: ConnectionSettings,
  error: unknown,
): unknown {
  const { cluster, origin } = projectEnvironment ?? {};
  const isMissing = error instanceof LenkwerkError && codeOf(error.cause) === '3D000';
  if (!isMissing || cluster === undefined || cluster === database) return error;
  const message = `${origin} is for cluster ${cluster}, and there is no database ${database}`;
  return new LenkwerkError('wrong-cluster', message, { cause: error, hint: FIRST_INIT });
}

/** A database that is created now is not the one whose uuid an environment has. */
function isNameOf({ projectEnvironment }: ApplyContext, database: string): boolean {
  const { cluster } = projectEnvironment ?? {};
  return cluster === undefined || namesCluster(cluster, { database, clusterId: undefined });
}
