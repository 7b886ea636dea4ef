/** Whose records a store holds, compared with the cluster that an environment is for. */
import { readIdentity } from '../../database/state.js';
import type { KeyValueStore } from '../../kvstore/store.js';
import { LenkwerkError } from '../../model/errors.js';
import { isClusterId, namesCluster } from '../../model/installation.js';
import { decodeCheckpoint } from '../../publishing/records/checkpoint.js';
import { KeySpace } from '../../publishing/records/key-space.js';
import type { ApplyContext } from './context.js';
import { withDatabase } from './database.js';

/**
 * Throws `wrong-cluster` where the records of the target are of another cluster than that of the
 * environment, by their checkpoint. For a uuid the store suffices, so that a store can be read while
 * its database is away; for the name of a database that one is asked for its uuid, and so it is
 * where no agent has published yet: then the database alone can be compared. Throws as well what
 * the database and the store throw.
 */
export async function requireStoreOfCluster(
  context: ApplyContext,
  store: KeyValueStore,
  target: string,
): Promise<void> {
  const { cluster, origin } = context.projectEnvironment ?? {};
  if (cluster === undefined) return;
  const found = await store.read(new KeySpace(store.prefix).checkpointKey(target));
  const published = found && decodeCheckpoint(found.value)?.cluster;
  const isKnown = published !== undefined && published !== '';
  if (isKnown && namesCluster(cluster, { database: '', clusterId: published })) return;
  if (!isKnown || !isClusterId(cluster)) {
    const { clusterId } = await withDatabase(context, 'settings', readIdentity);
    if (!isKnown || clusterId === published) return;
  }
  const what = `the records of target ${target} in ${store.description} are of cluster ${published}`;
  throw new LenkwerkError('wrong-cluster', `${origin} is for cluster ${cluster}, and ${what}`, {
    hint: '`lenkwerk env` shows where the store comes from',
  });
}
