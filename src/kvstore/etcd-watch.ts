import { LenkwerkError } from '../model/errors.js';
import type { EtcdEndpoints } from './etcd-client.js';
import type { WatchEvent, WatchOptions } from './store.js';

export async function* watchEtcd(
  endpoints: EtcdEndpoints,
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  yield { kind: 'changes', revision: 0n, changes: [] };
  throw new LenkwerkError('store-rejected', `${endpoints.count}${options.prefix}`);
}
