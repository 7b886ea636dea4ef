/** Where tests that run over every driver find a store of each: one line a driver, by its type. */
import { describe, inject } from 'vitest';
import { kvconnect } from '../../../src/kvstore/connect.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { createDatabase, etcdEndpoint, uniquePrefix } from '../servers/servers.js';

export interface StorePlace {
  /** With a prefix that no other test uses. */
  readonly url: string;
  /** Two connections are to the same store. */
  readonly connect: () => Promise<KeyValueStore>;
  /** Called when every connection is closed. */
  readonly drop: () => Promise<void>;
}

/** Each makes a place where a test is alone below the prefixes that it makes up. */
const PLACES: Readonly<Record<string, () => Promise<StorePlace>>> = {
  etcd: async () => placeBelow(etcdEndpoint().replace('http:', 'etcd:')),
  postgres: async () => {
    const { url, drop } = await createDatabase();
    return placeBelow(url, drop);
  },
  // The commits of one store trim each other's journal, so that each place has one of its own.
  redis: async () => placeBelow(`redis://${inject('redisEndpoint')}`),
  valkey: async () => placeBelow(`valkey://${inject('valkeyEndpoint')}`),
  // Who lists everything meets nodes of other tests that it may not read, hence the chroot.
  zookeeper: async () => placeBelow(`zookeeper://${inject('zookeeperEndpoint')}${uniquePrefix()}`),
};

function placeBelow(server: string, drop = async () => {}): StorePlace {
  const url = `${server}?prefix=${uniquePrefix()}`;
  return { url, connect: () => kvconnect({ url }), drop };
}

/** Makes a place for a store of the type. */
export async function createPlace(type: string): Promise<StorePlace> {
  const place = await PLACES[type]?.();
  if (place === undefined) throw new Error(`places.ts has no place for ${type}`);
  return place;
}

/** A suite over a store of the type: skipped, with the reason, where there is no server of it. */
export function describeWithStore(type: string, name: string, tests: () => void): void {
  const missing = inject('missingServers')[type];
  const reason = missing === undefined ? '' : ` (skipped: ${missing})`;
  describe.skipIf(missing !== undefined)(`${name}${reason}`, tests);
}
