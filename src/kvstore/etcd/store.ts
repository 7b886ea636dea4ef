import type { ITxnResponse } from 'etcd3';
import { CommitTooLarge, StoreForbidden } from '../../model/errors.js';
import type { FoundAcknowledgement } from '../acknowledgements.js';
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
import { EtcdEndpoints } from './connection/failover.js';
import { EtcdLimits, PROBE_KEY } from './limits.js';
import { readEtcdRange, readPages } from './range.js';
import { describeEtcd, type EtcdSettings } from './settings.js';
import { commitRequest, recordProbe } from './transaction.js';
import { judgeEtcd, readEtcdFacts } from './troubles.js';
import { watchEtcd } from './watch.js';

/**
 * Connects to etcd and probes how much one transaction may hold. Throws `store-unavailable`,
 * `store-rejected` (login), or `environment` (certificate files that cannot be read).
 */
export async function connectEtcd(settings: EtcdSettings): Promise<KeyValueStore> {
  const endpoints = new EtcdEndpoints(settings);
  try {
    return new EtcdStore(endpoints, await EtcdLimits.probe(endpoints));
  } catch (error) {
    endpoints.close();
    throw error;
  }
}

class EtcdStore extends JsonStore {
  readonly limits: EtcdLimits;
  readonly #endpoints: EtcdEndpoints;

  constructor(endpoints: EtcdEndpoints, limits: EtcdLimits) {
    const { settings } = endpoints;
    super({ prefix: settings.prefix, description: describeEtcd(settings) });
    this.limits = limits;
    this.#endpoints = endpoints;
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

  async readRange(prefixes: readonly string[], atRevision?: Revision): Promise<StoreSnapshot> {
    const { revision, records } = await readEtcdRange(this.#endpoints, prefixes, atRevision);
    return { revision, records };
  }

  async commit(commit: GuardedCommit): Promise<CommitOutcome> {
    // A record that is alone is tried, however large: only the server knows what it takes.
    if (commit.puts.size + commit.deletes.size > 1) checkCommitSize(commit, this.limits);
    const request = commitRequest(commit, this.limits.shape);
    try {
      const response = await this.#endpoints.once('commit', (client) => client.kv.txn(request));
      return commitOutcome(response);
    } catch (error) {
      if (error instanceof CommitTooLarge) await this.limits.learnFrom(commit);
      throw error;
    }
  }

  async probeRecord(key: string, value: string): Promise<void> {
    const request = recordProbe(key, Buffer.from(value));
    await this.#endpoints.anywhere(`probe ${key}`, (client) => client.kv.txn(request));
  }

  protected put(key: string, value: string): Promise<unknown> {
    const request = { key: Buffer.from(key), value: Buffer.from(value) };
    return this.#endpoints.once(`write ${key}`, (client) => client.kv.put(request));
  }

  /** Keys are below nothing. */
  protected async makeFolder(): Promise<void> {}

  protected async report(node: string, key: string, text: string): Promise<void> {
    const request = { key: Buffer.from(key), value: Buffer.from(text) };
    await this.#endpoints
      .once(`acknowledge as ${node}`, (client) => client.kv.put(request))
      .catch(granting(`write ${key}`));
  }

  protected async *listReports(folder: string): AsyncGenerator<FoundAcknowledgement> {
    try {
      // Not of one revision: none of them is compacted meanwhile.
      for await (const page of readPages(this.#endpoints, folder, () => undefined)) {
        for (const { key, value } of page.records()) yield [key, value];
      }
    } catch (error) {
      granting(`readwrite --prefix=true ${folder}`)(error);
    }
  }

  protected async removeReport(key: string): Promise<void> {
    const request = { key: Buffer.from(key) };
    await this.#endpoints
      .once(`remove ${key}`, (client) => client.kv.deleteRange(request))
      .catch(granting(`readwrite ${key}`));
  }

  watch(options: WatchOptions): AsyncIterable<WatchEvent> {
    return watchEtcd(this.#endpoints, options);
  }

  async close(): Promise<void> {
    this.#endpoints.close();
  }
}

/** Throws the error of a request, with what grants the right that it lacked. */
function granting(permission: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof StoreForbidden)) throw error;
    const hint = `etcdctl role grant-permission ROLE ${permission}`;
    throw new StoreForbidden(error.message, { cause: error.cause, hint });
  };
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
