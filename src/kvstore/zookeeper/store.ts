/** ZooKeeper as a key-value store: a node for each key, and a journal of the commits. */
import { LenkwerkError } from '../../model/errors.js';
import type { FoundAcknowledgement } from '../acknowledgements.js';
import { changesOf, checkCommitSize, commitBytes } from '../driver-kit.js';
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
import { requirePassword } from './access.js';
import { Committer } from './commit/committer.js';
import { Ensemble } from './ensemble.js';
import { JournalReader } from './journal.js';
import { ZookeeperLimits } from './limits.js';
import { orAbsent } from './protocol/errors.js';
import { getData, sync } from './protocol/requests.js';
import { readServerReport } from './protocol/server-report.js';
import { listKeys, recordOf } from './range.js';
import { listReports, makeFolder, removeReport, report } from './reports.js';
import { describeZookeeper, type ZookeeperSettings } from './settings.js';
import { judgeZookeeper, readZookeeperFacts } from './troubles.js';
import { watchZookeeper } from './watch.js';

/** Below it a lost request was not refused for its size. */
const LARGE_BYTES = 16 * 1024;

/**
 * Connects to ZooKeeper, creates nothing, and probes how large a request may be. Throws
 * `store-unavailable`, `store-rejected` (login, an old version) or `environment` (certificate files
 * that cannot be read).
 */
export async function connectZookeeper(settings: ZookeeperSettings): Promise<KeyValueStore> {
  const ensemble = new Ensemble(settings);
  try {
    const what = `connect to ${describeZookeeper(settings)}`;
    await ensemble.anywhere(what, async () => {});
    await requirePassword(ensemble);
    const limits = new ZookeeperLimits(ensemble);
    await limits.probe();
    return new ZookeeperStore(ensemble, limits);
  } catch (error) {
    await ensemble.close();
    throw error;
  }
}

class ZookeeperStore extends JsonStore {
  readonly limits: ZookeeperLimits;
  readonly #ensemble: Ensemble;
  readonly #committer: Committer;

  constructor(ensemble: Ensemble, limits: ZookeeperLimits) {
    const { settings } = ensemble;
    super({ prefix: settings.prefix, description: describeZookeeper(settings) });
    this.limits = limits;
    this.#ensemble = ensemble;
    this.#committer = new Committer(ensemble, limits);
  }

  async serverVersion(): Promise<string> {
    const { version } = await readServerReport(this.#ensemble.address);
    return version ?? '';
  }

  async troubles(): Promise<readonly StoreTrouble[]> {
    return judgeZookeeper(await readZookeeperFacts(this.#ensemble, this.limits));
  }

  async read(key: string): Promise<StoredValue | undefined> {
    const { paths } = this.#ensemble;
    const [, node] = await this.#ensemble.anywhere(`read ${key}`, (connection) =>
      Promise.all([
        connection.send(sync(paths.root)),
        orAbsent(connection.send(getData(paths.ofKey(key)))),
      ]),
    );
    const record = node && recordOf(key, node);
    return record && { value: record.value, modRevision: record.modRevision };
  }

  async readRange(prefixes: readonly string[], atRevision?: Revision): Promise<StoreSnapshot> {
    const { paths } = this.#ensemble;
    const what = `list ${prefixes.join(' and ')}`;
    const { snapshot } = await this.#ensemble.anywhere(what, async (connection) => {
      await connection.send(sync(paths.root));
      const reader = new JournalReader(connection, paths);
      return listKeys({ connection, paths, reader }, { prefixes, atRevision });
    });
    return snapshot;
  }

  async commit(commit: GuardedCommit): Promise<CommitOutcome> {
    const changes = changesOf(commit);
    // A record that is alone may be larger: the request is measured before it is sent.
    if (commit.puts.size + commit.deletes.size > 1) checkCommitSize(commit, this.limits);
    return this.#write('commit', { changes, guard: commit.guard }, commitBytes(commit));
  }

  async probeRecord(key: string, value: string): Promise<void> {
    await this.limits.probe();
    await this.#committer.probe(`probe ${key}`, key, value);
  }

  protected put(key: string, value: string): Promise<unknown> {
    const changes = new Map([[key, value]]);
    return this.#write(`write ${key}`, { changes, guard: undefined }, Buffer.byteLength(value));
  }

  async #write(
    what: string,
    wanted: Parameters<Committer['commit']>[1],
    sizeBytes: number,
  ): Promise<CommitOutcome> {
    try {
      await this.limits.probe();
      return await this.#committer.commit(what, wanted);
    } catch (error) {
      const isLost = error instanceof LenkwerkError && error.retryable;
      if (isLost && sizeBytes > LARGE_BYTES) this.limits.doubt();
      throw error;
    }
  }

  protected makeFolder(folder: string): Promise<void> {
    return makeFolder(this.#ensemble, folder);
  }

  protected report(node: string, key: string, text: string): Promise<void> {
    return report(this.#ensemble, node, [key, text]);
  }

  protected listReports(folder: string): AsyncIterable<FoundAcknowledgement> {
    return listReports(this.#ensemble, folder);
  }

  protected removeReport(key: string): Promise<void> {
    return removeReport(this.#ensemble, key);
  }

  watch(options: WatchOptions): AsyncIterable<WatchEvent> {
    return watchZookeeper(this.#ensemble, options);
  }

  close(): Promise<void> {
    return this.#ensemble.close();
  }
}
