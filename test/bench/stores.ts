/** A store of each kind beside its bare client. */
import { startRedis } from '../../src/dev/stores/redis.js';
import { startZookeeper } from '../../src/dev/stores/zookeeper.js';
import { kvconnect } from '../../src/kvstore/connect.js';
import type { KeyValueStore, StoredValue } from '../../src/kvstore/store.js';
import { LenkwerkError } from '../../src/model/errors.js';
import type { Bench } from './bench.js';
import {
  type BareStore,
  bareEtcd,
  barePostgres,
  bareRedis,
  bareZookeeper,
} from './floors/stores.js';

/** What every store is below. */
const PREFIX = '/bench';
const VALUE_BYTES = 200;
const GUARD = `${PREFIX}/Lenkwerk/Checkpoint`;

interface StoreServer {
  readonly url: string;
  readonly bare: BareStore;
  readonly stop: () => Promise<void>;
}

/** Each server keeps what it acknowledged as it does by default. */
const SERVERS: Readonly<Record<string, (bench: Bench) => Promise<StoreServer>>> = {
  etcd: async ({ etcdUrl: url }) => ({ url, bare: bareEtcd(url), stop: async () => {} }),
  async postgres(bench) {
    const url = await bench.database();
    return { url, bare: await barePostgres(url), stop: async () => {} };
  },
  redis: () => redisServer('redis'),
  valkey: () => redisServer('valkey'),
  async zookeeper() {
    const javaOptions = ['-Dzookeeper.forceSync=yes'];
    const server = await startZookeeper({ env: process.env, javaOptions });
    const url = `zookeeper://${server.endpoint}`;
    return { url, bare: await bareZookeeper(url), stop: () => server.stop() };
  },
};

async function redisServer(kind: 'redis' | 'valkey'): Promise<StoreServer> {
  const server = await startRedis({ kind, env: process.env });
  const url = `${kind}://${server.endpoint}`;
  return { url, bare: await bareRedis(url), stop: () => server.stop() };
}

/** A connected store. */
export class BenchStore {
  readonly type: string;
  /** Without a prefix. */
  readonly url: string;
  readonly bare: BareStore;
  readonly store: KeyValueStore;
  readonly #stop: () => Promise<void>;
  #guard: StoredValue | undefined;
  #commits = 0;

  private constructor(type: string, server: StoreServer, store: KeyValueStore) {
    this.type = type;
    this.url = server.url;
    this.bare = server.bare;
    this.store = store;
    this.#stop = server.stop;
  }

  /** Undefined, with a remark on stderr, where its server cannot be had. */
  static async start(bench: Bench, type: string): Promise<BenchStore | undefined> {
    try {
      const server = await SERVERS[type]?.(bench);
      if (server === undefined) throw new Error(`no server for ${type}`);
      const store = await kvconnect({ url: `${server.url}?prefix=${PREFIX}` });
      return new BenchStore(type, server, store);
    } catch (error) {
      if (!(error instanceof LenkwerkError) || error.code !== 'environment') throw error;
      console.error(`${type}: skipped: ${error.message}`);
      return undefined;
    }
  }

  async stop(): Promise<void> {
    await this.store.close();
    await this.bare.close();
    await this.#stop();
  }

  /** A commit of records `from` to below `to`, with values that no commit had before. */
  async commit(from: number, to: number): Promise<void> {
    this.#commits += 1;
    const value = JSON.stringify({ writeId: this.#commits });
    const outcome = await this.store.commit({
      puts: new Map(this.#records(from, to, 'Config')),
      deletes: new Set(),
      guard: { key: GUARD, expected: this.#guard, value },
    });
    if (outcome.kind === 'conflict') throw new Error(`another client wrote ${GUARD}`);
    this.#guard = { value, modRevision: outcome.revision };
  }

  /** The same with the bare client. */
  async bareCommit(puts: number): Promise<void> {
    this.#commits += 1;
    const guard = [`${GUARD}-bare`, JSON.stringify({ writeId: this.#commits })] as const;
    await this.bare.commit([guard, ...this.#records(0, puts, 'Bare')]);
  }

  #records(from: number, to: number, folder: string): readonly (readonly [string, string])[] {
    const value = String(this.#commits).padEnd(VALUE_BYTES, 'v');
    return Array.from({ length: to - from }, (_, i) => [keyOf(from + i, folder), value] as const);
  }
}

/** The key of a record. */
export function keyOf(number: number, folder = 'Config'): string {
  return `${PREFIX}/${folder}/bench-${number}`;
}
