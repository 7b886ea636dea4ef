/** `apply --wait-for`: waits until the commit is published, and acknowledged by the nodes. */
import { LenkwerkError } from '../../model/errors.js';
import { formatLsn, type Lsn } from '../../model/lsn.js';
import type { CheckpointMark } from '../../nodes/judge.js';
import type { ApplyResult } from '../../planning/plan.js';
import type { Checkpoint } from '../../publishing/records/checkpoint.js';
import {
  type SeenCheckpoint,
  waitForCheckpoint,
} from '../../publishing/records/checkpoint-watch.js';
import { judgeCluster } from '../../publishing/records/condition.js';
import { conditionError } from '../../publishing/records/condition-words.js';
import { KeySpace } from '../../publishing/records/key-space.js';
import { newNonce } from '../../publishing/stream/barrier.js';
import { cutAfter, linked, pause } from '../../runtime/async.js';
import type { ApplyContext } from '../context/context.js';
import { nodesLacking, type WaitStage } from './nodes.js';
import type { WaitTarget } from './targets.js';

/** How long an apply waits for stores that do not answer. */
const WATCHING_TIMEOUT_MS = 5_000;

export interface PublicationWait {
  /** To be emitted in the transaction of the apply. */
  readonly nonce: string;
  /**
   * Resolves when the apply is there. Throws `not-converged` when it is not in time, or a store
   * cannot be read or is another cluster's: every message states that the apply itself is
   * committed, and which targets and nodes lack it.
   */
  reached(result: ApplyResult, limit: WaitLimit): Promise<void>;
  /** Ends the wait. */
  end(): Promise<void>;
}

interface WaitLimit {
  readonly timeoutMs: number;
  /** Where the apply has to be. */
  readonly stage: WaitStage;
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
    reached: async (result, { timeoutMs, stage }) => {
      const begunMs = performance.now();
      context.onStep('waiting until it is published');
      committedBy = result.lsn;
      const waiting = Promise.all(watches.map(({ outcome }) => outcome));
      const outcomes = await cutAfter(waiting, timeoutMs, ended.end);
      const leftMs = timeoutMs - (performance.now() - begunMs);
      const question = { targets, wanted: marksOf(outcomes), leftMs };
      const lacking = stage === 'nodes' ? await nodesLacking(context, question) : undefined;
      if (context.signal.aborted) throw waitInterrupted(result, context.signal, lacking);
      requireReached(outcomes, result, { timeoutSeconds: timeoutMs / 1_000, lacking });
    },
  };
}

interface Outcome {
  readonly target: string;
  readonly state: 'late' | { readonly failure: unknown } | { readonly published: SeenCheckpoint };
}

/** The checkpoint of each target that shows the apply. */
function marksOf(outcomes: readonly Outcome[]): ReadonlyMap<string, CheckpointMark> {
  const marks = new Map<string, CheckpointMark>();
  for (const { target, state } of outcomes) {
    if (state === 'late' || 'failure' in state) continue;
    const { revision, checkpoint } = state.published;
    marks.set(target, { revision, writeId: checkpoint.writeId });
  }
  return marks;
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
      if (seen !== undefined) return { published: seen };
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

function waitInterrupted(
  { applyId, lsn }: ApplyResult,
  signal: AbortSignal,
  lacking: string | undefined,
): LenkwerkError {
  const nodes = lacking === undefined ? '' : `; ${lacking}`;
  const message = `apply ${applyId} IS committed${placeOf(lsn)}; the wait for its publication was interrupted${nodes}`;
  return new LenkwerkError('not-converged', message, {
    cause: signal.reason,
    hint: 'do not apply again for this; `lenkwerk verify --wait` waits on',
  });
}

function placeOf(lsn: Lsn | undefined): string {
  return lsn === undefined ? '' : ` at ${formatLsn(lsn)}`;
}

interface Waited {
  readonly timeoutSeconds: number;
  /** Which nodes lack it, in a clause; undefined: none, or they do not matter. */
  readonly lacking: string | undefined;
}

function requireReached(
  outcomes: readonly Outcome[],
  { applyId, lsn }: ApplyResult,
  { timeoutSeconds, lacking }: Waited,
): void {
  const late = outcomes.filter(({ state }) => state === 'late').map(({ target }) => target);
  const failures = outcomes.flatMap(({ target, state }) =>
    typeof state === 'object' && 'failure' in state ? [{ target, cause: state.failure }] : [],
  );
  if (late.length === 0 && failures.length === 0 && lacking === undefined) return;
  const missing = [
    ...(late.length === 0
      ? []
      : [`not published to ${late.join(', ')} within ${timeoutSeconds} s`]),
    ...failures.map(({ target, cause }) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      if (isOtherCluster(cause)) return `not published to ${target}: ${reason}`;
      return `the store of ${target} cannot be read: ${reason}`;
    }),
    ...(lacking === undefined ? [] : [`${lacking} within ${timeoutSeconds} s`]),
  ];
  const others = failures.map(({ cause }) => cause).filter(isOtherCluster);
  const isOnly = late.length === 0 && lacking === undefined && others.length === failures.length;
  const help = isOnly
    ? others[0]?.hint
    : lacking === undefined
      ? 'is the agent running? `lenkwerk verify --wait` waits on'
      : '`lenkwerk status` shows the nodes; `lenkwerk verify --nodes --wait` waits on';
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
