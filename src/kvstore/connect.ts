import { connectEtcd } from './etcd.js';
import type { StoreSettings } from './settings.js';
import type { KeyValueStore } from './store.js';

/**
 * Connects to the store that the settings name; see each driver for what it throws. Keys are
 * given whole to every method: `settings.prefix` is for the caller to put before them.
 */
export function connectStore(settings: StoreSettings): Promise<KeyValueStore> {
  switch (settings.driver) {
    case 'etcd':
      return connectEtcd(settings);
  }
}
