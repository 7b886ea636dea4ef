import type { GuardedCommit, KeyValueStore, Revision } from '../../../src/kvstore/store.js';
import { uniquePrefix } from '../servers/servers.js';

/** A commit that no other client guards: its guard key must not exist. */
export function freeCommit(
  prefix: string,
  puts: Iterable<readonly [string, string]>,
  deletes: Iterable<string> = [],
): GuardedCommit {
  const guard = { key: `${prefix}/guard${uniquePrefix()}`, expected: undefined, value: '{}' };
  return { puts: new Map(puts), deletes: new Set(deletes), guard };
}

/** Commits and returns the revision; throws on a conflict. */
export async function commitOrThrow(
  store: KeyValueStore,
  commit: GuardedCommit,
): Promise<Revision> {
  const outcome = await store.commit(commit);
  if (outcome.kind === 'conflict') throw new Error(`conflict at ${commit.guard.key}`);
  return outcome.revision;
}

export function entries(prefix: string, count: number, value = 'v'): [string, string][] {
  return Array.from({ length: count }, (_, i) => [`${prefix}/k${i}`, `${value}${i}`]);
}
