/**
 * Commits: what is not known is read, then one transaction writes, provided that nothing had
 * changed.
 */
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
import { KnownNodes } from './known-nodes.js';
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
  readonly #known = new KnownNodes();
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
      const { writes } = await this.#preparer.prepare(connection, seen);
      await this.#send(connection, multi([...writes, never]));
    });
  }

  async #commit(connection: Connection, { changes, guard }: WantedCommit): Promise<CommitOutcome> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      // The server may lag behind: only what it shows after a sync is a conflict.
      const synced = attempt > 1 && connection.send(sync(this.#ensemble.paths.root));
      const [seen] = await Promise.all([this.#look(connection, changes), synced]);
      const conflict = guard && conflictOf(guard, seen);
      if (conflict !== undefined && attempt > 1) return conflict;
      if (conflict !== undefined) {
        this.#known.forget();
        continue;
      }
      const { request, kept } = await this.#preparer.prepare(connection, seen);
      const revision = await this.#send(connection, request);
      if (revision !== undefined) {
        this.#known.learn(connection, kept, revision);
        return { kind: 'committed', revision };
      }
      this.#preparer.forget();
      this.#known.forget();
      await pauseAfter(1, this.#ensemble.closed);
    }
    const message = `other clients were faster, ${MAX_ATTEMPTS} times`;
    throw new LenkwerkError('store-unavailable', message, { retryable: true });
  }

  /** The revision; undefined: nothing happened, since a node is not as it was read. */
  async #send(connection: Connection, request: Request<bigint>): Promise<bigint | undefined> {
    try {
      return await connection.send(request);
    } catch (error) {
      if (isOvertaken(error)) return undefined;
      throw error;
    }
  }

  async #look(connection: Connection, changes: KeyChanges): Promise<SeenNodes> {
    const { paths } = this.#ensemble;
    const places = [...changes].map(([key, value]) => ({ key, value, path: paths.ofKey(key) }));
    const known = new Map([[paths.journal, this.#known.of(connection, paths.journal)]]);
    for (const { path, value } of places) {
      // Of what is deleted the number of children counts, too, which others may have changed.
      known.set(path, value === undefined ? undefined : this.#known.of(connection, path));
    }
    const unknown = [...known].filter(([, node]) => node === undefined).map(([path]) => path);
    const longest = unknown.find((path) => Buffer.byteLength(path) > this.#limits.maxBytes);
    if (longest !== undefined) throw new CommitTooLarge(`a key of ${longest.length} characters`);
    const read = await readNodes(connection, unknown);
    for (const [index, path] of unknown.entries()) known.set(path, read[index]);
    const records = places.map((place) => ({ ...place, node: known.get(place.path) }));
    return { journal: known.get(paths.journal), records };
  }
}

function conflictOf(
  { key, expected }: GuardedCommit['guard'],
  { records }: SeenNodes,
): CommitOutcome | undefined {
  const node = records.find((record) => record.key === key)?.node;
  const found = node && recordOf(key, node);
  const current = found && { value: found.value, modRevision: found.modRevision };
  const isSame =
    current?.value === expected?.value && current?.modRevision === expected?.modRevision;
  return isSame ? undefined : { kind: 'conflict', current };
}
