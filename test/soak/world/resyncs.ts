/** What may make agents publish everything again, and whether it did. */
import type { ResyncReason } from '../../../src/publishing/records/condition-words.js';
import { waitFor } from '../../support/wait.js';
import type { Journal } from '../journal.js';
import type { World } from './world.js';

export type ResyncKind = ResyncReason['kind'];

/**
 * What writers bring about: they delete servermaps that are older than the agent has seen, and
 * truncate tables while a slot is created (decision D32).
 */
const AT_ANY_TIME: readonly ResyncKind[] = ['unknown-generation', 'undecodable'];
/** What a resync leaves that was not finished. */
const AFTER_A_RESYNC: readonly ResyncKind[] = [
  ...(['unfinished-resync', 'no-slot', 'no-activation', 'other-history'] as const),
  // A new slot beside the checkpoint of before.
  ...(['altered-meanwhile', 'unprovable', 'confirmed-beyond'] as const),
];
const RESYNC_MS = 60_000;

/** What was logged up to a moment. */
interface Mark {
  readonly resyncs: number;
  readonly unfinished: number;
}

export function markOf({ resyncs, unfinishedResyncs }: Journal): Mark {
  return { resyncs: resyncs.length, unfinished: unfinishedResyncs };
}

/** Checks the resyncs that were logged since: each has a reason that may be. */
export function checkResyncs(journal: Journal, since: Mark, kinds: readonly ResyncKind[]): void {
  for (const { agent, kind, reason, unfinished } of journal.resyncs.slice(since.resyncs)) {
    const afterwards = unfinished > since.unfinished ? AFTER_A_RESYNC : [];
    const possible: readonly string[] = [...AT_ANY_TIME, ...kinds, ...afterwards];
    if (!possible.includes(kind) || reason === '') {
      journal.violate(`P3: ${agent} resynced for ${kind}: ${reason}`);
    }
  }
}

/** Resolves when after `work` an agent has resynced; why is checked when the faults are over. */
export async function untilResynced({ journal }: World, work: () => Promise<void>): Promise<void> {
  const seen = journal.resyncs.length;
  await work();
  const isThere = () => journal.resyncs.length > seen;
  await waitFor(isThere, { what: 'a resync', timeoutMs: RESYNC_MS }).catch(() => {
    throw journal.violate('P3: no agent resynced');
  });
}

/** Resolves when after `work` an agent has logged these words. */
export async function untilSaid(
  { agents }: World,
  words: string,
  work: () => Promise<void>,
): Promise<void> {
  const before = agents.map((agent) => ({ agent, lines: agent.lines }));
  await work();
  await waitFor(() => before.some(({ agent, lines }) => agent.saidAfter(lines, words)), {
    what: `an agent to log: ${words}`,
    timeoutMs: RESYNC_MS,
  });
}
