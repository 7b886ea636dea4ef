/** The promises P1 to P6 of the agents of one target, held against every revision they write. */
import { isDeepStrictEqual } from 'node:util';
import type { GuardedCommit, StoredValue } from '../../../src/kvstore/store.js';
import type { Process } from '../clock/loop.js';
import { max, type Server } from '../database/server.js';
import type { State } from '../database/tables.js';
import type { Store, Values } from '../store/store.js';
import type { ResyncHistory } from '../world/causes.js';
import type { Observer, Writer, Written } from '../world/surroundings.js';
import { type ReadCheckpoint, readCheckpoint, readTables } from './checkpoint.js';
import { difference, isMassDelete, shapesOf } from './difference.js';
import type { Rule, Violation } from './rules.js';
import { type Author, type Place, Session } from './session.js';

interface OracleOptions {
  /** Before each text, where a world has several targets. */
  readonly name: string;
  readonly store: Store;
  readonly nowMs: () => number;
  readonly trace: (line: string) => void;
  readonly reached: (moment: 'commit' | 'part') => void;
  /** Nothing is larger than what one commit may hold. */
  readonly isRoomy: () => boolean;
}

/** So long after it looked at slot and checkpoint an agent may create the slot of its resync. */
const DECISION_MS = 3_000;

export class Oracle implements Observer {
  violation: Violation | undefined;
  /** Revisions that agents wrote, and those of them that were compared with the tables. */
  revisions = 0;
  comparisons = 0;
  /** How many resyncs each process finished. */
  readonly resyncs = new Map<Process, number>();
  /** When each process opened replication sessions since the last change of a record. */
  readonly sessionStarts = new Map<Process, number[]>();
  /** How many each process has ever opened. */
  readonly allStarts = new Map<Process, number>();
  /** Keys of which a change was in no stream, up to a position. */
  readonly blinded = new Map<string, bigint>();
  /** A person allowed it. */
  mayDeleteAnything = true;
  readonly #options: OracleOptions;
  readonly #sessions = new Map<Process, Session>();
  /** Who sent each checkpoint first: its writeId never comes again. */
  readonly #senders = new Map<string, Session>();
  /** Whose tables the records are, for each checkpoint that the store applied. */
  readonly #histories = new Map<string, Server>();
  /** Every checkpoint that a process read or wrote. */
  readonly #seen = new Map<Process, Set<string | undefined>>();
  /** When resyncs created slots, from that of the last finished one on, without it. */
  #slotsMs: number[] = [];
  #mendedMs = 0;
  /** When that one had read the publication. */
  #lookedMs = 0;
  readonly #looks = new Map<Process, number>();
  #finishedMs = Number.NEGATIVE_INFINITY;
  readonly #finished = new Map<Process, ResyncHistory>();

  constructor(options: OracleOptions) {
    this.#options = options;
  }

  fail(rule: Rule, text: string): void {
    const { name, trace } = this.#options;
    this.violation ??= { rule, text: name + text };
    trace(`VIOLATION ${rule}: ${name}${text}`);
  }

  defect(error: unknown): void {
    this.fail('defect', error instanceof Error ? `${error.stack}` : String(error));
  }

  publishes(process: Process, server: Server): void {
    this.#sessions.set(process, new Session(process, server));
  }

  looks(process: Process): void {
    this.#looks.set(process, this.#options.nowMs());
  }

  madeSlot(process: Process): void {
    const session = this.#sessions.get(process);
    const createdMs = this.#options.nowMs();
    const lookedMs = this.#looks.get(process) ?? createdMs;
    if (session !== undefined) session.resync = { createdMs, lookedMs, before: undefined };
    this.#slotsMs.push(createdMs);
  }

  /** Of the last resync that the process finished; undefined: none. */
  historyOf(process: Process): ResyncHistory | undefined {
    return this.#finished.get(process);
  }

  starts(process: Process): void {
    const times = this.sessionStarts.get(process) ?? [];
    this.sessionStarts.set(process, times);
    this.allStarts.set(process, (this.allStarts.get(process) ?? 0) + 1);
    times.push(this.#options.nowMs());
  }

  /**
   * A commit that is sent again belongs to the session that sent it first: the text, with its
   * writeId, is the same, and so is what it claims, whatever server the process reached since.
   */
  writerOf(process: Process, { guard }: GuardedCommit): Writer | undefined {
    const session = this.#senders.get(guard.value) ?? this.#sessions.get(process);
    if (session !== undefined) this.#senders.set(guard.value, session);
    return session;
  }

  read(process: Process, key: string, found: StoredValue | undefined): void {
    if (key === this.#options.store.checkpointKey) this.#seenBy(process).add(found?.value);
  }

  committed(before: Values, written: Written): void {
    this.revisions += 1;
    const { commit, revision, process } = written;
    const checkpoint = readCheckpoint(commit.guard.value);
    const session = this.#senders.get(commit.guard.value);
    if (session === undefined || checkpoint === undefined) {
      this.fail('defect', `${process.name} writes revision ${revision} without a database`);
      return;
    }
    const part = checkpoint.part === undefined ? '' : ` part ${checkpoint.part}`;
    const where = `${checkpoint.phase} ${checkpoint.lsn}`;
    const what = `${process.name} writes revision ${revision}: ${where}`;
    this.#options.trace(`${what}${part} +${commit.puts.size} -${commit.deletes.size}`);
    this.#options.reached(checkpoint.part === undefined ? 'commit' : 'part');
    const replaced = before.get(commit.guard.key);
    this.#checkPlace(what, session, { text: commit.guard.value, replaced: replaced?.value });
    if (session.resync !== undefined) session.resync.before ??= before;
    if (commit.puts.size + commit.deletes.size > 0) this.sessionStarts.clear();
    session.last = commit.guard.value;
    session.highest = max(session.highest, checkpoint.lsn);
    const history = this.#historyOf(replaced, commit, checkpoint) ?? session.server;
    this.#histories.set(commit.guard.value, history);
    this.#compareWhole(what, checkpoint, { session, history });
  }

  /**
   * A session confirms only what it has put into the store itself: the store may go back after
   * that, which the session cannot know at once, but what other sessions put there proves nothing
   * for the slot of this one.
   */
  acknowledged(process: Process, position: bigint, server: Server): void {
    const highest = this.#sessions.get(process)?.highest ?? 0n;
    if (position <= highest) return;
    const what = `${process.name} confirms ${position} at ${server.name}`;
    this.fail('P5 acknowledged last', `${what}, its highest checkpoint is ${highest}`);
  }

  /** `excused`: keys that may differ. */
  difference(state: State, excused: (key: string) => boolean): string | undefined {
    return difference(this.#options.store.values, state, excused);
  }

  /** The checkpoint in the store. */
  get stored(): ReadCheckpoint | undefined {
    return this.#published().checkpoint;
  }

  /**
   * Whether a slot at that position, between the witness and the checkpoint's position, hides that
   * the server does not have the witness: the protocol does not cover it.
   */
  wouldHideHistory(server: Server, confirmed: bigint): boolean {
    const { checkpoint, history } = this.#published();
    if (checkpoint === undefined || history === undefined) return false;
    const { witnessLsn, lsn } = checkpoint;
    if (confirmed < witnessLsn || confirmed > lsn) return false;
    return history.at(witnessLsn) !== server.at(witnessLsn);
  }

  /** The store holds another checkpoint than the one that the session of a process wrote last. */
  hasLostPlace(process: Process): boolean {
    const { values, checkpointKey } = this.#options.store;
    return values.get(checkpointKey)?.value !== this.#sessions.get(process)?.last;
  }

  /**
   * The records are a whole state of the tables, no other client changed them, and `confirmed`,
   * by slot, is not beyond the checkpoint: everything is in order.
   */
  isSound(confirmed: bigint | undefined): boolean {
    const { checkpoint, history: server } = this.#published();
    if (checkpoint === undefined || server === undefined) return false;
    if (this.#options.store.foreign.size > 0) return false;
    if (this.blinded.size > 0 || (confirmed ?? 0n) > checkpoint.lsn) return false;
    if (checkpoint.phase !== 'stream' || checkpoint.part !== undefined) return false;
    const state = server.at(checkpoint.witnessLsn);
    // A table that was altered since is repaired; until then what is published is the former shape.
    if (!isDeepStrictEqual(state.shapes, server.last.shapes)) return false;
    return this.difference(state, () => false) === undefined;
  }

  /** What the store shows, and of which server. */
  #published() {
    const { store } = this.#options;
    const text = store.values.get(store.checkpointKey)?.value;
    const history = text === undefined ? undefined : this.#histories.get(text);
    return { checkpoint: readCheckpoint(text), history };
  }

  /**
   * P4: each write of a session replaces the one before, and the first what its process has read.
   * One that arrives twice replaces the same twice, in a store that went back in between. At a
   * standby, and at a server that is still on an earlier timeline, there is nothing to write.
   */
  #checkPlace(what: string, session: Session, { text, replaced }: Place): void {
    const { server, process, last } = session;
    const isFirst = last === undefined;
    const isTwice = session.replaced.has(text) && session.replaced.get(text) === replaced;
    const isNext = isFirst ? this.#seenBy(process).has(replaced) : replaced === last;
    if (!isNext && !isTwice) this.fail('P4 fenced', `${what} over a checkpoint of another session`);
    session.replaced.set(text, replaced);
    if (server.inRecovery) this.fail('standby', `${what} at the standby ${server.name}`);
    const former = readCheckpoint(replaced);
    if (former !== undefined && former.timeline > server.timeline) {
      this.fail('old primary', `${what} at ${server.name} over timeline ${former.timeline}`);
    }
  }

  /**
   * The server whose tables the records are, where a write only announces an activation (`pending`
   * is empty in every other one). The records and the witness stay: they are the state of the
   * history that they were before, and the agent does not know yet whether its own server has it.
   */
  #historyOf(
    replaced: StoredValue | undefined,
    { puts, deletes, guard }: GuardedCommit,
    checkpoint: ReadCheckpoint,
  ): Server | undefined {
    const former = replaced && this.#histories.get(replaced.value);
    if (former === undefined || checkpoint.pending === 0) return undefined;
    if (puts.size + deletes.size > 0) {
      this.fail('P1 prefix', `an announcement changes records: ${guard.value}`);
    }
    return readCheckpoint(replaced?.value)?.witness === checkpoint.witness ? former : undefined;
  }

  #seenBy(process: Process): Set<string | undefined> {
    const seen = this.#seen.get(process) ?? new Set();
    this.#seen.set(process, seen);
    return seen;
  }

  #compareWhole(what: string, checkpoint: ReadCheckpoint, { session, history }: Author): void {
    const { store, isRoomy } = this.#options;
    if (checkpoint.part !== undefined && isRoomy()) {
      this.fail('P2 atomic', `${what} in parts, though all fits one commit`);
    }
    if (checkpoint.phase !== 'stream' || checkpoint.part !== undefined) return;
    if (session.resync !== undefined) this.#finishResync(what, checkpoint, session);
    const { rows } = history.at(checkpoint.witnessLsn);
    const excused = (key: string) => store.foreign.has(key) || this.blinded.has(key);
    const shapes = shapesOf(history, readTables(store.values.get(store.tablesKey)?.value));
    const wrong = this.difference({ rows, shapes }, excused);
    this.comparisons += 1;
    if (wrong !== undefined) this.fail('P1 prefix', `${what} of ${history.name}: ${wrong}`);
  }

  /** A resync has read all tables. */
  #finishResync(what: string, { lsn }: ReadCheckpoint, session: Session): void {
    const { process, server, resync } = session;
    session.resync = undefined;
    for (const [key, until] of this.blinded) if (until <= lsn) this.blinded.delete(key);
    this.resyncs.set(process, (this.resyncs.get(process) ?? 0) + 1);
    const createdMs = resync?.createdMs ?? 0;
    const besideAnother = this.#slotsMs.length > 1 || createdMs - this.#finishedMs < DECISION_MS;
    this.#finished.set(process, {
      sinceMs: this.#mendedMs,
      lookedMs: this.#lookedMs,
      besideAnother,
    });
    this.#slotsMs = this.#slotsMs.filter((madeMs) => madeMs > createdMs);
    this.#mendedMs = createdMs;
    this.#lookedMs = resync?.lookedMs ?? 0;
    this.#finishedMs = this.#options.nowMs();
    const { store } = this.#options;
    const before: Values = resync?.before ?? new Map();
    const isAllowed = this.mayDeleteAnything || server.hasMovedSlots;
    if (isAllowed || !isMassDelete(before, store.values, store.foreign)) return;
    const text = before.get(store.checkpointKey)?.value;
    const witness = readCheckpoint(text)?.witnessLsn;
    const history = text === undefined ? undefined : this.#histories.get(text);
    const isOwnPast = witness !== undefined && history?.at(witness) === server.at(witness);
    if (isOwnPast) return;
    const of = history === undefined ? 'nothing known' : `${history.name} at ${witness}`;
    this.fail('mass delete', `${what} deletes a large part of ${of}`);
  }
}
