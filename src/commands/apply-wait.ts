/** `apply --wait`: stays until what was committed is published. */
import type { ApplyResult } from '../lenkwerk/apply.js';
import { LenkwerkError } from '../model/errors.js';
import { formatLsn, type Lsn } from '../model/lsn.js';
import { DEFAULT_TARGET } from '../publishing/agent.js';
import { KeySpace } from '../publishing/key-space.js';
import { waitForCheckpoint } from '../verifying/checkpoint-watch.js';
import type { CommandContext } from './context.js';
import { withStore } from './store-step.js';

/**
 * Throws `not-converged` when the checkpoint does not come to the commit in time, or cannot be
 * looked at: every message says that the apply itself is committed.
 */
export async function waitUntilPublished(
  context: CommandContext,
  { applyId, lsn }: ApplyResult,
  timeoutSeconds: number,
): Promise<void> {
  const apply = `apply ${applyId} IS committed`;
  if (lsn === undefined) throw unpublished(`${apply}, but where in the log is not known`);
  const published = await publishedBefore(context, lsn, timeoutSeconds * 1_000).catch(
    (cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw unpublished(`${apply}, but the store cannot be looked at: ${reason}`, cause);
    },
  );
  if (published) return;
  const place = `at ${formatLsn(lsn)}, but not published within ${timeoutSeconds} s`;
  throw unpublished(`${apply} ${place}`);
}

async function publishedBefore(
  context: CommandContext,
  lsn: Lsn,
  timeoutMs: number,
): Promise<boolean> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]);
  return await withStore(context, async (store, { prefix }) => {
    const key = new KeySpace(prefix).checkpointKey(DEFAULT_TARGET);
    const until = ({ lsn: reached }: { readonly lsn: Lsn }) => reached >= lsn;
    return (await waitForCheckpoint(store, { key, until, signal })) !== undefined;
  });
}

function unpublished(message: string, cause?: unknown): LenkwerkError {
  return new LenkwerkError('not-converged', message, {
    cause,
    hint: 'do not apply again for this; is the agent running? `lenkwerk verify --wait` waits on',
  });
}
