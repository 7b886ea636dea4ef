/** `apply --wait`: stays until what was committed is published. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ApplyResult } from '../lenkwerk/apply.js';
import { LenkwerkError } from '../model/errors.js';
import { formatLsn, type Lsn } from '../model/lsn.js';
import { DEFAULT_TARGET } from '../publishing/agent.js';
import { newNonce } from '../publishing/barrier.js';
import { KeySpace } from '../publishing/key-space.js';
import { type SeenCheckpoint, waitForCheckpoint } from '../verifying/checkpoint-watch.js';
import type { CommandContext } from './context.js';
import { withStore } from './store-step.js';

/** An apply is not held up for longer by a store that does not answer. */
const WATCHING_TIMEOUT_MS = 5_000;

export interface PublicationWait {
  /** To be emitted in the transaction of the apply. */
  readonly nonce: string;
  /**
   * Resolves when the apply is published. Throws `not-converged` when it is not in time, or the
   * store cannot be looked at: every message says that the apply itself is committed.
   */
  published(result: ApplyResult, timeoutSeconds: number): Promise<void>;
  /** Ends the wait. */
  end(): Promise<void>;
}

/**
 * Begins to watch the checkpoint, before the apply commits, so that the one that carries its
 * barrier cannot be missed. The position alone would not do: other tables move the log on beyond
 * the commit, and the checkpoint follows them only now and then.
 */
export async function watchForPublication(context: CommandContext): Promise<PublicationWait> {
  context.progress.step('connecting to the store');
  const nonce = newNonce();
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  let committedBy: Lsn | undefined;
  let seen: Promise<SeenCheckpoint | undefined> = Promise.resolve(undefined);
  const watching = new Promise<void>((onWatching) => {
    seen = withStore(context, (store, { prefix }) =>
      waitForCheckpoint(store, {
        key: new KeySpace(prefix).checkpointKey(DEFAULT_TARGET),
        // A resync passes the barrier over, and shows a later state.
        until: ({ barrier, lsn }) =>
          barrier === nonce || (committedBy !== undefined && lsn >= committedBy),
        signal,
        onWatching,
      }),
    );
  });
  seen.catch(() => {});
  const patience = delay(WATCHING_TIMEOUT_MS, undefined, { signal: ended.signal }).catch(() => {});
  await Promise.race([watching, seen.catch(() => {}), patience]);
  return {
    nonce,
    end: async () => {
      ended.abort();
      await seen.catch(() => {});
    },
    published: async ({ applyId, lsn }, timeoutSeconds) => {
      context.progress.step('waiting until it is published');
      committedBy = lsn;
      const timer = setTimeout(() => ended.abort(), timeoutSeconds * 1_000);
      const outcome = await seen
        .catch((cause: unknown) => {
          const reason = cause instanceof Error ? cause.message : String(cause);
          const message = `apply ${applyId} IS committed, but the store cannot be looked at`;
          throw unpublished(`${message}: ${reason}`, cause);
        })
        .finally(() => clearTimeout(timer));
      if (outcome !== undefined) return;
      const place = lsn === undefined ? '' : ` at ${formatLsn(lsn)}`;
      throw unpublished(
        `apply ${applyId} IS committed${place}, but not published within ${timeoutSeconds} s`,
      );
    },
  };
}

function unpublished(message: string, cause?: unknown): LenkwerkError {
  return new LenkwerkError('not-converged', message, {
    cause,
    hint: 'do not apply again for this; is the agent running? `lenkwerk verify --wait` waits on',
  });
}
