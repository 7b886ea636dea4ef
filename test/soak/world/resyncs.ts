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
/** What a resync leaves that was cut off, or that another agent was beside. */
const AFTER_A_RESYNC: readonly ResyncKind[] = [
  ...(['unfinished-resync', 'no-slot', 'no-activation', 'other-history'] as const),
  ...(['altered-meanwhile', 'unprovable'] as const),
];
const RESYNC_MS = 60_000;

/** Every kind of resync that may follow where these may. */
function possible(kinds: readonly ResyncKind[]): ReadonlySet<string> {
  return new Set([...AT_ANY_TIME, ...kinds, ...(kinds.length === 0 ? [] : AFTER_A_RESYNC)]);
}

/** Checks the resyncs logged after the first `seen` ones: each has a reason that may be. */
export function checkResyncs(journal: Journal, seen: number, kinds: readonly ResyncKind[]): void {
  const expected = possible(kinds);
  for (const { agent, kind, reason } of journal.resyncs.slice(seen)) {
    if (!expected.has(kind) || reason === '') {
      journal.violate(`${agent} resynced for ${kind}: ${reason}`);
    }
  }
}

/** Resolves when after `work` an agent has resynced for one of these reasons. */
export async function untilResynced(
  { journal }: World,
  kinds: readonly ResyncKind[],
  work: () => Promise<void>,
): Promise<void> {
  const seen = journal.resyncs.length;
  await work();
  const expected: readonly string[] = kinds;
  const isThere = () => journal.resyncs.slice(seen).some(({ kind }) => expected.includes(kind));
  await waitFor(isThere, { what: 'a resync', timeoutMs: RESYNC_MS }).catch(() => {
    throw journal.violate(`P3: no agent resynced for ${kinds.join(', ')}`);
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
