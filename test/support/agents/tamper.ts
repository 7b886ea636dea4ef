/** Foreign writes to the store. */
import type { Revision } from '../../../src/kvstore/store.js';
import { uniqueName } from '../servers/servers.js';
import type { Cluster } from './agent-cluster.js';

/** Keys without the prefix; undefined deletes. Returns the one revision that changed them all. */
export async function tamper(
  { keySpace: { prefix }, store }: Pick<Cluster, 'keySpace' | 'store'>,
  changes: Readonly<Record<string, string | undefined>>,
): Promise<Revision> {
  const puts = new Map<string, string>();
  const deletes = new Set<string>();
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) deletes.add(prefix + key);
    else puts.set(prefix + key, value);
  }
  // Guarded by a key that no other client knows.
  const guard = { key: `${prefix}/Elsewhere/${uniqueName('x')}`, expected: undefined, value: '' };
  const outcome = await store.commit({ puts, deletes, guard });
  if (outcome.kind === 'conflict') throw new Error('the guard was in use');
  return outcome.revision;
}
