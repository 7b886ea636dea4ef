/** Where the contract suite finds a store of each driver: one line a driver, by its type. */
import { inject } from 'vitest';
import { kvconnect } from '../../../src/kvstore/connect.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { connectTo } from '../servers/etcd-store.js';
import { connectToPostgres } from '../servers/postgres-store.js';
import { createDatabase, etcdEndpoint, uniquePrefix } from '../servers/servers.js';
import { connectToZookeeper, zookeeperEndpoint } from '../zookeeper/store.js';

export interface ContractPlace {
  /** Two connections are to the same store. */
  readonly connect: () => Promise<KeyValueStore>;
  /** Called when every store is closed. */
  readonly drop: () => Promise<void>;
}

/** Each makes a place where the suite is alone below the prefixes that it makes up. */
export const CONTRACT_PLACES: Readonly<Record<string, () => Promise<ContractPlace>>> = {
  etcd: async () => ({ connect: () => connectTo([etcdEndpoint()]), drop: async () => {} }),
  postgres: postgresPlace,
  redis: async () => redisPlace(`redis://${inject('redisEndpoint')}`),
  valkey: async () => redisPlace(`valkey://${inject('valkeyEndpoint')}`),
  zookeeper: async () => zookeeperPlace(uniquePrefix()),
};

async function postgresPlace(): Promise<ContractPlace> {
  const { url, drop } = await createDatabase();
  return { connect: () => connectToPostgres(url), drop };
}

/** The suite lists everything, and other tests have nodes that it may not read. */
function zookeeperPlace(chroot: string): ContractPlace {
  const connect = () => connectToZookeeper([zookeeperEndpoint()], { chroot });
  return { connect, drop: async () => {} };
}

/** The commits of one store trim each other's journal, so that each suite has one of its own. */
function redisPlace(url: string): ContractPlace {
  const place = `${url}?prefix=${uniquePrefix()}`;
  return { connect: () => kvconnect({ url: place }), drop: async () => {} };
}
