import { inject } from 'vitest';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import {
  type ZookeeperSettings,
  zookeeperFromUrl,
} from '../../../src/kvstore/zookeeper/settings.js';
import { connectZookeeper } from '../../../src/kvstore/zookeeper/store.js';
import { describeWithStore } from '../store-contract/places.js';

/** `127.0.0.1:port` of the shared ZooKeeper: keep below a uniquePrefix(). */
export function zookeeperEndpoint(): string {
  return inject('zookeeperEndpoint');
}

/** Connects to ZooKeeper at endpoints such as `127.0.0.1:2181`, by default in plain text. */
export function connectToZookeeper(
  endpoints: readonly string[],
  settings: Partial<ZookeeperSettings> = {},
): Promise<KeyValueStore> {
  return connectZookeeper(zookeeperSettings(endpoints, settings));
}

function zookeeperSettings(
  endpoints: readonly string[],
  settings: Partial<ZookeeperSettings> = {},
): ZookeeperSettings {
  const text = `zookeeper://${endpoints.join(',')}`;
  return { ...zookeeperFromUrl({ text, source: 'private' }, {}), ...settings };
}

/** A suite that needs a ZooKeeper, which needs Java: skipped, with the reason, without one. */
export function describeWithZookeeper(name: string, tests: () => void): void {
  describeWithStore('zookeeper', name, tests);
}
