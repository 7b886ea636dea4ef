/** `apply --wait-for nodes`: which storage nodes have not acknowledged what was published. */
import { readInstances } from '../../database/state.js';
import { LenkwerkError } from '../../model/errors.js';
import { type AskedTarget, areInStep, askNodes } from '../../nodes/ask.js';
import type { CheckpointMark } from '../../nodes/judge.js';
import { describeLate } from '../../nodes/words.js';
import { withTimeout } from '../../runtime/async.js';
import type { ApplyContext } from '../context/context.js';
import { databaseNow, withDatabase } from '../context/database.js';

/** Where an apply has to be before its wait ends: in every store, or acknowledged besides. */
export type WaitStage = 'published' | 'nodes';

interface PublishedApply {
  /** Every configured one. */
  readonly targets: readonly AskedTarget[];
  /** The checkpoints that show the apply; without that of a target its nodes cannot have it. */
  readonly wanted: ReadonlyMap<string, CheckpointMark>;
  /** How long to wait for the nodes; they are looked at once in any case. */
  readonly leftMs: number;
}

/**
 * Waits for every node that may be read or written once the apply is committed. Returns which of
 * them lack it, in a clause; undefined: none. Only defects are thrown.
 */
export async function nodesLacking(
  context: ApplyContext,
  { targets, wanted, leftMs }: PublishedApply,
): Promise<string | undefined> {
  context.onStep('waiting until the nodes acknowledge it');
  try {
    const [instances, now] = await withDatabase(context, 'nodes', async (client) => {
      return [await readInstances(client), await databaseNow(client)] as const;
    });
    const question = { instances, targets, wanted, now };
    // Nodes of a target that lacks the apply cannot have it.
    const wait = leftMs > 0 && wanted.size === targets.length;
    const report = await withTimeout(context.signal, Math.max(0, leftMs), (deadline) =>
      askNodes(question, { wait, deadline }),
    );
    return areInStep(report) ? undefined : `not acknowledged: ${describeLate(report)}`;
  } catch (error) {
    if (!(error instanceof LenkwerkError)) throw error;
    return `which nodes have it is not known: ${error.message}`;
  }
}
