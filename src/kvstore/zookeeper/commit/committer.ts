/** Commits: everything is read, then one transaction writes, provided that nothing had changed. */
import { CommitTooLarge, LenkwerkError } from '../../../model/errors.js';
import { pauseAfter } from '../../../runtime/async.js';
import type { CommitOutcome, GuardedCommit } from '../../store.js';
import type { Ensemble } from '../ensemble.js';
import type { ZookeeperLimits } from '../limits.js';
import type { Connection } from '../protocol/connection.js';
import { isOvertaken } from '../protocol/errors.js';
import { multi } from '../protocol/multi.js';
import { readNodes } from '../protocol/nodes.js';
import { check, NO_VERSION, type Request, sync } from '../protocol/requests.js';
import { recordOf } from '../range.js';
import { type KeyChanges, Preparer, type SeenNodes } from './prepare.js';

/** Other clients may write at the same time; each attempt that fails means that one of them won. */
const MAX_ATTEMPTS = 8;

/** What to write. */
interface WantedCommit {
  readonly changes: KeyChanges;
  /** undefined: whatever the store holds. */
  readonly guard: GuardedCommit['guard'] | undefined;
}

/** Writes for one store, one commit after the other. */
export class Committer {
  readonly #ensemble: Ensemble;
  readonly #limits: ZookeeperLimits;
  readonly #preparer: Preparer;
  #last: Promise<unknown> = Promise.resolve();

  constructor(ensemble: Ensemble, limits: ZookeeperLimits) {
    this.#ensemble = ensemble;
    this.#limits = limits;
    this.#preparer = new Preparer(ensemble, limits);
  }

  /**
   * See KeyValueStore.commit. A transaction is sent again only where the server answered that
   * nothing had happened.
   */
  commit(what: string, wanted: WantedCommit): Promise<CommitOutcome> {
    const attempts = (connection: Connection) => this.#commit(connection, wanted);
    const running = this.#last.then(() => this.#ensemble.once(what, attempts));
    this.#last = running.catch(() => {});
    return running;
  }

  /** Throws what a commit of this change would throw, by one whose last part always fails. */
  async probe(what: string, key: string, value: string): Promise<void> {
    const changes = new Map([[key, value]]);
    const never = check({ path: this.#ensemble.paths.ofKey(key), version: NO_VERSION });
    await this.#ensemble.anywhere(what, async (connection) => {
      const seen = await this.#look(connection, changes);
      const writes = await this.#preparer.prepare(connection, changes, seen);
      await this.#send(connection, [...writes, never]);
    });
  }

  async #commit(connection: Connection, { changes, guard }: WantedCommit): Promise<CommitOutcome> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      // The server may lag behind: only what it shows after a sync is a conflict.
      const synced = attempt > 1 && connection.send(sync(this.#ensemble.paths.root));
      const [seen] = await Promise.all([this.#look(connection, changes), synced]);
      const conflict = guard && conflictOf(guard, seen);
      if (conflict !== undefined && attempt > 1) return conflict;
      if (conflict !== undefined) continue;
      const writes = await this.#preparer.prepare(connection, changes, seen);
      const revision = await this.#send(connection, writes);
      if (revision !== undefined) return { kind: 'committed', revision };
      this.#preparer.forget();
      await pauseAfter(1, this.#ensemble.closed);
    }
    const message = `other clients were faster, ${MAX_ATTEMPTS} times`;
    throw new LenkwerkError('store-unavailable', message, { retryable: true });
  }

  /** The revision; undefined: nothing happened, since a node is not as it was read. */
  async #send(
    connection: Connection,
    writes: readonly Request<void>[],
  ): Promise<bigint | undefined> {
    try {
      return await connection.send(multi(writes));
    } catch (error) {
      if (isOvertaken(error)) return undefined;
      throw error;
    }
  }

  async #look(connection: Connection, changes: KeyChanges): Promise<SeenNodes> {
    const { paths } = this.#ensemble;
    const keys = [...changes.keys()];
    const all = [paths.journal, ...keys.map((key) => paths.ofKey(key))];
    const longest = all.find((path) => Buffer.byteLength(path) > this.#limits.maxBytes);
    if (longest !== undefined) throw new CommitTooLarge(`a key of ${longest.length} characters`);
    const [journal, ...nodes] = await readNodes(connection, all);
    return { journal, byKey: new Map(keys.map((key, index) => [key, nodes[index]])) };
  }
}

function conflictOf(
  { key, expected }: GuardedCommit['guard'],
  { byKey }: SeenNodes,
): CommitOutcome | undefined {
  const node = byKey.get(key);
  const found = node && recordOf(key, node);
  const current = found && { value: found.value, modRevision: found.modRevision };
  const isSame =
    current?.value === expected?.value && current?.modRevision === expected?.modRevision;
  return isSame ? undefined : { kind: 'conflict', current };
}
