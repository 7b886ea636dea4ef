/** Verifies that desired, recorded and published agree. */
import type { Client } from 'pg';
import { requireRights } from '../database/rights.js';
import { BARRIER, REQUEST_REPAIR, VERIFY } from '../database/setup/grants.js';
import { readIdentity } from '../database/state.js';
import { type ErrorCode, LenkwerkError } from '../model/errors.js';
import { requirePrimary } from '../postgres/server.js';
import { KeySpace } from '../publishing/records/key-space.js';
import type { Target } from '../publishing/targets/targets.js';
import { onAbort, orTimeout, pause, withTimeout } from '../runtime/async.js';
import { verifyAndRepair } from '../verifying/repair.js';
import { VerifySession } from '../verifying/session.js';
import {
  nothingToSay,
  overallVerdict,
  type TargetReport,
  type VerifyReport,
} from '../verifying/verdict.js';
import { ASK_AGAIN_MS, verifyTarget } from '../verifying/verify.js';
import type { ApplyContext } from './context/context.js';
import { withAnswersWithin, withDatabase } from './context/database.js';
import { readTargets } from './context/stores.js';
import type { DesiredSource } from './desired.js';
import { requireTemplate } from './nodes/rows.js';
import { type NodesCheck, verifyNodes } from './nodes/verify.js';
import { readDesired } from './verify-desired.js';

interface VerifyOptions {
  /** undefined: the desired state of the last apply is compared. */
  readonly source: DesiredSource | undefined;
  /** Empty: all of them. */
  readonly targets: readonly string[];
  /** Verify again while the verdict is inconclusive or unconfirmed. */
  readonly wait: boolean;
  /** Let the agent repair the differences. */
  readonly repair: boolean;
  /** What the storage nodes are asked; undefined: nothing. Not with named targets. */
  readonly nodes: NodesCheck | undefined;
  /** Whether a barrier may be set to confirm a difference; absent: always. */
  readonly mayConfirm?: () => boolean;
  /** How long the agent may take, and a server to answer. */
  readonly timeoutMs: number;
}

/** Servers that are silent from the beginning are named before that, a store's as well. */
const GRACE_MS = 2_500;
/** At the deadline a target has so long for its report. */
const LAST_WORD_MS = 1_000;

/**
 * Returns the report. A target whose store does not answer or refuses is inconclusive, and so is
 * one of all whose settings cannot be used, or whose records are of another cluster. Throws `usage`
 * for a named target that cannot be used, `wrong-cluster` where the only one has such records,
 * `inconclusive` when the database is silent over the last request, `database-error` with the GRANT
 * for a role that may request no repair, and what the database throws.
 */
export async function verifyTargets(
  given: ApplyContext,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const { timeoutMs, nodes } = options;
  if (nodes?.template !== undefined) requireTemplate(nodes.template);
  const startMs = performance.now();
  let step = '';
  const onStep = (what: string) => {
    step = what;
    given.onStep(what);
  };
  const context = withAnswersWithin({ ...given, onStep }, timeoutMs);
  return await withDatabase(context, 'verify', async (database) => {
    const spentMs = performance.now() - startMs;
    const work = verifyIn(database, context, { ...options, timeoutMs: timeoutMs - spentMs });
    // A request that began shortly before the deadline has a limit of its own.
    return await orTimeout(work, timeoutMs - spentMs + GRACE_MS, () => {
      const late = noVerdict(timeoutMs, step);
      database.connection.stream.destroy(late);
      return late;
    });
  });
}

function noVerdict(timeoutMs: number, step: string): LenkwerkError {
  const message = `no verdict within ${timeoutMs / 1_000} s, while ${step}`;
  const hint = 'is a server stopped or overloaded? or give a longer --timeout';
  return new LenkwerkError('inconclusive', message, { hint, retryable: true });
}

async function verifyIn(
  database: Client,
  context: ApplyContext,
  options: VerifyOptions,
): Promise<VerifyReport> {
  await requirePrimary(database);
  if (options.repair) await requireRights(database, VERIFY, [BARRIER, REQUEST_REPAIR]);
  const { signal, onStep } = context;
  return await withTimeout(signal, options.timeoutMs, async (deadline) => {
    const { clusterId: cluster } = await readIdentity(database);
    const targets = await usableTargets(context, database, options.targets);
    const desired = await readDesired(context, database, options.source);
    onStep('connecting to the stores');
    const isAlone = targets.length === 1;
    const session = new VerifySession(database);
    const work = { context, options, session, cluster, isAlone, deadline };
    const reports = await Promise.all(targets.map((target) => lookAt(target, work)));
    const { nodes: check, wait } = options;
    if (check !== undefined) onStep('asking what the nodes acknowledge');
    const asked = { database, context, targets, reports, wait, deadline };
    const nodes = check && (await verifyNodes({ ...asked, check }));
    const verdict = overallVerdict(desired, nodes === undefined ? reports : [...reports, nodes]);
    return { ...desired, verdict, targets: reports, nodes };
  });
}

/** Throws the problem of a target that was named. */
async function usableTargets(context: ApplyContext, client: Client, names: readonly string[]) {
  const targets = await readTargets(context, client, names);
  for (const target of targets) {
    if (names.length > 0 && 'problem' in target) throw target.problem;
  }
  return targets;
}

interface Work {
  readonly context: ApplyContext;
  readonly options: VerifyOptions;
  readonly session: VerifySession;
  /** The uuid of the database's cluster. */
  readonly cluster: string | undefined;
  /** No other target is looked at. */
  readonly isAlone: boolean;
  readonly deadline: AbortSignal;
}

/**
 * Faults of a store are the verdict of its target. Throws those of the database, and
 * `wrong-cluster`, which no other target outweighs, where there is none.
 */
async function lookAt(target: Target, work: Work): Promise<TargetReport> {
  const { context, deadline, options } = work;
  const { name } = target;
  if ('problem' in target) return failed(name, target.problem);
  for (;;) {
    try {
      return await inTime(target, work, compareStore(target, work));
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof LenkwerkError) || !OF_STORES.has(error.code)) throw error;
      if (work.isAlone && error.code === 'wrong-cluster') throw error;
      const isOver = !options.wait || !error.retryable || deadline.aborted;
      if (isOver) return failed(name, error);
    }
    await pause(ASK_AGAIN_MS, deadline);
  }
}

/** The database throws none of these. */
const OF_STORES: ReadonlySet<ErrorCode> = new Set([
  'store-unavailable',
  'store-rejected',
  'wrong-cluster',
  'environment',
  'usage',
]);

function failed(target: string, { message, hint }: LenkwerkError): TargetReport {
  return { ...nothingToSay(message, hint), target, repaired: undefined };
}

type UsableTarget = Extract<Target, { readonly settings: unknown }>;

async function compareStore({ name, settings }: UsableTarget, work: Work): Promise<TargetReport> {
  const { session, cluster, deadline, context, options } = work;
  const store = await settings.connect();
  try {
    const { signal, onStep } = context;
    const keySpace = new KeySpace(settings.prefix);
    const { mayConfirm } = options;
    const side = { session, store, keySpace, target: name, cluster, mayConfirm };
    const request = { ...side, wait: options.wait, signal, onStep };
    if (!options.repair) return await verifyTarget(request, deadline);
    return (await verifyAndRepair(request, deadline)).now;
  } finally {
    await store.close();
  }
}

/** A store that is silent at the deadline is named, unless the database is what does not answer. */
async function inTime(
  { settings }: UsableTarget,
  { session, deadline, options }: Work,
  report: Promise<TargetReport>,
): Promise<TargetReport> {
  report.catch(() => {});
  let dispose = () => {};
  const silent = new Promise<never>((_, reject) => {
    dispose = onAbort(deadline, () => {
      setTimeout(() => {
        if (session.isWaiting) return;
        const within = `within ${Math.round(options.timeoutMs / 1_000)} s`;
        const message = `the store ${settings.description} did not answer ${within}`;
        reject(new LenkwerkError('store-unavailable', message));
      }, LAST_WORD_MS).unref();
    });
  });
  return await Promise.race([report, silent]).finally(dispose);
}
