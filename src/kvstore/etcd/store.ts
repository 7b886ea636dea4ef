import type { ITxnResponse } from 'etcd3';
import { LenkwerkError } from '../../model/errors.js';
import { checkCommitSize } from '../driver-kit.js';
import { JsonStore } from '../json-access.js';
import type {
  CommitOutcome,
  GuardedCommit,
  KeyValueStore,
  Revision,
  StoredValue,
  StoreSnapshot,
  StoreTrouble,
  WatchEvent,
  WatchOptions,
} from '../store.js';
import { isInvalidArgument, isPermissionDenied } from './errors.js';
import { EtcdEndpoints } from './failover.js';
import { readEtcdRange } from './range.js';
import { describeEtcd, ETCD_LIMITS, type EtcdSettings } from './settings.js';
import {
  commitRequest,
  DEFAULT_SHAPE,
  maxOperations,
  probeRequest,
  TRANSACTION_SHAPES,
  type TransactionShape,
} from './transaction.js';
import { judgeEtcd, readEtcdFacts } from './troubles.js';
import { watchEtcd } from './watch.js';

/** Probes of the transaction size and of the history read this key; it is never written. */
const PROBE_KEY = '/Lenkwerk/Probe';

/**
 * Connects to etcd and probes how much one transaction may hold. Throws `store-unavailable`,
 * `store-rejected` (login), or `environment` (certificate files that cannot be read).
 */
export async function connectEtcd(settings: EtcdSettings): Promise<KeyValueStore> {
  const endpoints = new EtcdEndpoints(settings);
  try {
    return new EtcdStore(endpoints, await probeShape(endpoints));
  } catch (error) {
    endpoints.close();
    throw error;
  }
}

async function probeShape(endpoints: EtcdEndpoints): Promise<TransactionShape> {
  const key = `${endpoints.settings.prefix}${PROBE_KEY}`;
  const what = `connect to ${describeEtcd(endpoints.settings)}`;
  for (const shape of TRANSACTION_SHAPES) {
    try {
      await endpoints.anywhere(what, (client) => client.kv.txn(probeRequest(key, shape)));
      return shape;
    } catch (error) {
      const cause = error instanceof LenkwerkError ? error.cause : undefined;
      if (isPermissionDenied(cause)) return DEFAULT_SHAPE;
      if (!isInvalidArgument(cause)) throw error;
    }
  }
  const message = 'etcd accepts no transaction of two operations';
  throw new LenkwerkError('store-rejected', message);
}

class EtcdStore extends JsonStore {
  readonly #endpoints: EtcdEndpoints;
  readonly #shape: TransactionShape;

  constructor(endpoints: EtcdEndpoints, shape: TransactionShape) {
    const { settings } = endpoints;
    super({
      prefix: settings.prefix,
      description: describeEtcd(settings),
      limits: { ...ETCD_LIMITS, maxChanges: maxOperations(shape) },
    });
    this.#endpoints = endpoints;
    this.#shape = shape;
  }

  async serverVersion(): Promise<string> {
    const { version } = await this.#endpoints.anywhere('read the version', (client) =>
      client.maintenance.status(),
    );
    return version;
  }

  async troubles(): Promise<readonly StoreTrouble[]> {
    return judgeEtcd(await readEtcdFacts(this.#endpoints, `${this.prefix}${PROBE_KEY}`));
  }

  async read(key: string): Promise<StoredValue | undefined> {
    const request = { key: Buffer.from(key) };
    const { kvs } = await this.#endpoints.anywhere(`read ${key}`, (client) =>
      client.kv.range(request),
    );
    return storedValue(kvs[0]);
  }

  async readRange(prefix: string, atRevision?: Revision): Promise<StoreSnapshot> {
    const { revision, records } = await readEtcdRange(this.#endpoints, prefix, atRevision);
    return { revision, records };
  }

  async commit(commit: GuardedCommit): Promise<CommitOutcome> {
    checkCommitSize(commit, this.limits);
    const request = commitRequest(commit, this.#shape);
    const response = await this.#endpoints.once('commit', (client) => client.kv.txn(request));
    return commitOutcome(response);
  }

  protected put(key: string, value: string): Promise<unknown> {
    const request = { key: Buffer.from(key), value: Buffer.from(value) };
    return this.#endpoints.once(`write ${key}`, (client) => client.kv.put(request));
  }

  watch(options: WatchOptions): AsyncIterable<WatchEvent> {
    return watchEtcd(this.#endpoints, options);
  }

  async close(): Promise<void> {
    this.#endpoints.close();
  }
}

function commitOutcome(response: ITxnResponse): CommitOutcome {
  if (response.succeeded) {
    return { kind: 'committed', revision: BigInt(response.header.revision) };
  }
  return { kind: 'conflict', current: storedValue(response.responses[0]?.response_range.kvs[0]) };
}

function storedValue(
  kv: { readonly value: Buffer; readonly mod_revision: string } | undefined,
): StoredValue | undefined {
  if (kv === undefined) return undefined;
  return { value: kv.value.toString(), modRevision: BigInt(kv.mod_revision) };
}
