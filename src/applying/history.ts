/** The log of applies. */
import type { Client } from 'pg';
import { type Anchor, type BrokenEntry, verifyApplyLog } from '../database/log/chain.js';
import { type ApplyLogEntry, getApplyLogEntry, shownEntry } from '../database/log/entries.js';
import { type ListedApply, listApplyLog } from '../database/log/list.js';
import { inSnapshot, readIdentity } from '../database/state.js';
import { LenkwerkError } from '../model/errors.js';
import { readLoggedPlan } from '../planning/format/read.js';
import type { Plan } from '../planning/plan.js';
import type { ApplyContext } from './context/context.js';
import { withDatabase } from './context/database.js';
import { type DesiredSource, sourceOfStatus } from './desired.js';
import { desiredOfPlan, desiredOfText } from './plan/plan-file.js';

interface CheckedLog {
  /** The first entry that breaks the chain of the log; undefined: the chain holds. */
  readonly broken: BrokenEntry | undefined;
  /** The entry that the log had to hold. */
  readonly expected: Anchor | undefined;
}

interface CheckedHistory extends CheckedLog {
  /** The newest first. */
  readonly entries: readonly ListedApply[];
}

interface CheckedApply extends CheckedLog {
  readonly entry: ApplyLogEntry;
}

/** At most `limit` of the newest applies. Throws database failures. */
export async function readHistory(
  context: ApplyContext,
  limit: number,
  expected?: Anchor,
): Promise<CheckedHistory> {
  return await withDatabase(context, 'history', async (client) => ({
    expected,
    broken: await verifyApplyLog(client, expected),
    entries: await listApplyLog(client, limit),
  }));
}

/**
 * One apply whole, as it may be shown. Throws `usage` for an id that the log does not have, and
 * database failures.
 */
export async function readApply(
  context: ApplyContext,
  id: bigint,
  expected?: Anchor,
): Promise<CheckedApply> {
  return await withDatabase(context, 'history', async (client) => ({
    expected,
    broken: await verifyApplyLog(client, expected),
    entry: shownEntry(await requireEntry(client, id)),
  }));
}

/**
 * The desired state of an earlier apply; for a partial apply, of that part, and for one that set a
 * status, that request. `purpose`: `history` where it is not applied, so that a hint names no right
 * that only an apply needs. Throws `usage` for an id that the log does not have, `refused` for an
 * entry without a desired state and where the log was altered there or before, `wrong-cluster` for
 * an apply to another cluster, of which this database is a copy, `invalid-input` for a plan that
 * cannot be read, and database failures.
 */
export async function desiredOfApply(
  context: ApplyContext,
  id: bigint,
  purpose: 'revert' | 'history' = 'revert',
): Promise<DesiredSource> {
  const { entry, clusterId } = await withDatabase(context, purpose, (session) =>
    inSnapshot(session, async (client) => {
      const found = await requireEntry(client, id);
      const broken = await verifyApplyLog(client);
      if (broken === undefined || broken.id > id) {
        return { entry: found, clusterId: (await readIdentity(client)).clusterId };
      }
      throw new LenkwerkError('refused', `the log of applies is broken at apply ${broken.id}`, {
        hint: '`lenkwerk history` has the reason; apply manifests that were kept elsewhere',
      });
    }),
  );
  const name = `apply ${id}`;
  const plan = readLoggedPlan(entry, name);
  if (plan.cluster.id !== clusterId) {
    const message = `${name} was to cluster ${plan.cluster.id}, and the database is ${clusterId}`;
    throw new LenkwerkError('wrong-cluster', message, {
      hint: `nothing was changed; \`lenkwerk history ${id} --json\` has its desired state, for a manifest`,
    });
  }
  return { ...(await sourceOfEntry(entry, plan)), revertOf: id.toString() };
}

/** A status is requested again, of the same instances as they are recorded now. */
async function sourceOfEntry(entry: ApplyLogEntry, plan: Plan): Promise<DesiredSource> {
  const { setStatus, partial } = plan;
  const name = `apply ${entry.id}`;
  if (setStatus !== undefined) return sourceOfStatus({ ...setStatus, override: false });
  if (entry.desired === null) {
    throw new LenkwerkError('refused', `${name} did not record a desired state`);
  }
  const desired = await desiredOfText(entry.desired, name);
  return { desired, gitCommit: entry.gitCommit, selection: partial ?? undefined };
}

/**
 * The desired state of a reviewed plan; `name` is that of its file. That of a revert is read from
 * the log again, so that what the log calls a revert is one, and a status is requested again: the
 * plan has to be the reviewed one (D15). Throws ProblemsError, and for a revert what
 * `desiredOfApply` throws.
 */
export async function desiredOfReviewed(
  context: ApplyContext,
  reviewed: Plan,
  name: string,
): Promise<DesiredSource> {
  const { revertOf, setStatus } = reviewed;
  if (revertOf !== undefined) return await desiredOfApply(context, BigInt(revertOf));
  if (setStatus !== undefined) return sourceOfStatus(setStatus);
  return await desiredOfPlan(reviewed, name);
}

async function requireEntry(client: Client, id: bigint): Promise<ApplyLogEntry> {
  const entry = await getApplyLogEntry(client, id);
  if (entry !== undefined) return entry;
  throw new LenkwerkError('usage', `there is no apply ${id}`, {
    hint: '`lenkwerk history` lists them',
  });
}
