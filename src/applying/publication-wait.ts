/** `apply --wait`: waits until the commit is published in every store. */
import type { Client } from 'pg';
import { readConfigValues, readIdentity } from '../database/state.js';
import type { StoreSettings } from '../kvstore/settings.js';
import { LenkwerkError } from '../model/errors.js';
import type { JsonValue } from '../model/json.js';
import { formatLsn, type Lsn } from '../model/lsn.js';
import { holdsHidden, STORE_CONFIG_KEYS } from '../model/secrets/values.js';
import type { ApplyResult } from '../planning/plan.js';
import { isSelected } from '../planning/selection.js';
import type { Checkpoint } from '../publishing/records/checkpoint.js';
import { waitForCheckpoint } from '../publishing/records/checkpoint-watch.js';
import { judgeCluster } from '../publishing/records/condition.js';
import { conditionError } from '../publishing/records/condition-words.js';
import { KeySpace } from '../publishing/records/key-space.js';
import { newNonce } from '../publishing/stream/barrier.js';
import { cutAfter, linked, pause } from '../runtime/async.js';
import type { ApplyContext } from './context/context.js';
import { withDatabase } from './context/database.js';
import { targetsOf } from './context/stores.js';
import type { DesiredSource } from './desired.js';

/** How long an apply waits for stores that do not answer. */
const WATCHING_TIMEOUT_MS = 5_000;

export interface PublicationWait {
  /** To be emitted in the transaction of the apply. */
  readonly nonce: string;
  /**
   * Resolves when the apply is published. Throws `not-converged` when it is not in time, or a store
   * cannot be read or is another cluster's: every message states that the apply itself is
   * committed, and which targets lack it.
   */
  published(result: ApplyResult, timeoutMs: number): Promise<void>;
  /** Ends the wait. */
  end(): Promise<void>;
}

/**
 * Starts to watch the checkpoints before the apply commits, so that those with its barrier cannot
 * be missed. The position alone would not suffice: the commit is followed by log records of other
 * tables, which the checkpoint follows only at intervals.
 */
export async function watchForPublication(
  context: ApplyContext,
  targets: readonly WaitTarget[],
): Promise<PublicationWait> {
  context.onStep('connecting to the store');
  const nonce = newNonce();
  const ended = linked(context.signal);
  const { signal } = ended;
  let committedBy: Lsn | undefined;
  // A resync skips the barrier, and shows a later state.
  const until = ({ barrier, lsn }: Checkpoint) =>
    barrier === nonce || (committedBy !== undefined && lsn >= committedBy);
  const watches = targets.map((target) => watchTarget(target, { until, signal }));
  const patience = pause(WATCHING_TIMEOUT_MS, signal);
  await Promise.race([Promise.all(watches.map(({ begun }) => begun)), patience]);
  return {
    nonce,
    end: async () => {
      ended.end();
      await Promise.all(watches.map(({ outcome }) => outcome));
    },
    published: async (result, timeoutMs) => {
      context.onStep('waiting until it is published');
      committedBy = result.lsn;
      const waiting = Promise.all(watches.map(({ outcome }) => outcome));
      const outcomes = await cutAfter(waiting, timeoutMs, ended.end);
      if (context.signal.aborted) throw waitInterrupted(result, context.signal);
      requirePublished(outcomes, result, timeoutMs / 1_000);
    },
  };
}

interface Outcome {
  readonly target: string;
  readonly state: 'published' | 'late' | { readonly failure: unknown };
}

interface TargetWatch {
  /** Resolves when the watch receives every further checkpoint, or has failed. */
  readonly begun: Promise<void>;
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
}

interface Watching {
  readonly until: (checkpoint: Checkpoint) => boolean;
  readonly signal: AbortSignal;
}

function watchTarget({ name, settings, cluster }: WaitTarget, watching: Watching): TargetWatch {
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const look = async (): Promise<Outcome['state']> => {
    const store = await settings.connect();
    try {
      const key = new KeySpace(settings.prefix).checkpointKey(name);
      let other: LenkwerkError | undefined;
      const seen = await waitForCheckpoint(store, {
        key,
        signal: watching.signal,
        onWatching: begin,
        onSeen: ({ checkpoint }) => {
          const condition = judgeCluster(checkpoint, cluster);
          other = condition && conditionError('wrong-cluster', condition);
        },
        // The positions of another cluster mean nothing.
        until: (checkpoint) => other === undefined && watching.until(checkpoint),
      });
      if (seen !== undefined) return 'published';
      return other === undefined ? 'late' : { failure: other };
    } finally {
      await store.close();
    }
  };
  const outcome = look()
    .catch((failure: unknown) => ({ failure }))
    .then((state) => ({ target: name, state }))
    .finally(begin);
  return { begun, outcome };
}

function waitInterrupted({ applyId, lsn }: ApplyResult, signal: AbortSignal): LenkwerkError {
  const message = `apply ${applyId} IS committed${placeOf(lsn)}; the wait for its publication was interrupted`;
  return new LenkwerkError('not-converged', message, {
    cause: signal.reason,
    hint: 'do not apply again for this; `lenkwerk verify --wait` waits on',
  });
}

function placeOf(lsn: Lsn | undefined): string {
  return lsn === undefined ? '' : ` at ${formatLsn(lsn)}`;
}

function requirePublished(
  outcomes: readonly Outcome[],
  { applyId, lsn }: ApplyResult,
  timeoutSeconds: number,
): void {
  const late = outcomes.filter(({ state }) => state === 'late').map(({ target }) => target);
  const failures = outcomes.flatMap(({ target, state }) =>
    typeof state === 'object' ? [{ target, cause: state.failure }] : [],
  );
  if (late.length === 0 && failures.length === 0) return;
  const missing = [
    ...(late.length === 0
      ? []
      : [`not published to ${late.join(', ')} within ${timeoutSeconds} s`]),
    ...failures.map(({ target, cause }) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      if (isOtherCluster(cause)) return `not published to ${target}: ${reason}`;
      return `the store of ${target} cannot be read: ${reason}`;
    }),
  ];
  const others = failures.map(({ cause }) => cause).filter(isOtherCluster);
  const isOnly = late.length === 0 && others.length === failures.length;
  const help = isOnly ? others[0]?.hint : 'is the agent running? `lenkwerk verify --wait` waits on';
  throw new LenkwerkError(
    'not-converged',
    `apply ${applyId} IS committed${placeOf(lsn)}, but ${missing.join('; ')}`,
    {
      cause: failures[0]?.cause,
      hint: `do not apply again for this; ${help}`,
    },
  );
}

function isOtherCluster(cause: unknown): cause is LenkwerkError {
  return cause instanceof LenkwerkError && cause.code === 'wrong-cluster';
}

// The stores that `apply --wait` waits for.

interface WaitTarget {
  readonly name: string;
  readonly settings: StoreSettings;
  /** The uuid of the database's cluster. */
  readonly cluster: string | undefined;
}

/**
 * Every target that is configured once the source is applied: an agent follows the config, so it no
 * longer publishes to removed ones. Throws `usage` when no store is configured, and for a target
 * that an agent could not use either.
 */
export async function targetsAfter(
  context: ApplyContext,
  source: DesiredSource,
): Promise<readonly WaitTarget[]> {
  const { config, cluster } = await withDatabase(context, 'settings', async (client) => {
    const { clusterId } = await readIdentity(client);
    return { config: await configAfter(client, source), cluster: clusterId };
  });
  return targetsOf(context, config).map((target) => {
    if ('problem' in target) throw unusable(target.problem);
    return { ...target, cluster };
  });
}

/** The config keys with the places of stores, as they are after the apply. */
async function configAfter(
  client: Client,
  { desired, selection }: DesiredSource,
): Promise<ReadonlyMap<string, JsonValue>> {
  const values = new Map(await readConfigValues(client, STORE_CONFIG_KEYS));
  if (desired.config === undefined) return values;
  for (const key of STORE_CONFIG_KEYS) {
    if (selection !== undefined && !isSelected(`config/${key}`, selection)) continue;
    const wanted = desired.config.find((entry) => entry.key === key);
    if (wanted === undefined) values.delete(key);
    else if (!holdsHidden(wanted.value)) values.set(key, wanted.value);
  }
  return values;
}

function unusable(problem: LenkwerkError): LenkwerkError {
  const message = `nothing was changed, since --wait has no store to read: ${problem.message}`;
  const { code, hint } = problem;
  return new LenkwerkError(code, message, {
    cause: problem,
    ...(hint === undefined ? {} : { hint }),
  });
}
