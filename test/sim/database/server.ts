/** PostgreSQL as far as an agent can see: committed transactions, slots, timelines, sessions. */
import { LenkwerkError } from '../../../src/model/errors.js';
import type { TableName } from '../../../src/model/resources.js';
import { FIRST_STATE, type Operation, type State, stateAfter } from './tables.js';

/** What the database holds of an agent's slot. */
interface AgentSlot {
  readonly activation: string;
  /** Position by former activation. */
  readonly former: ReadonlyMap<string, bigint>;
}

/** One committed transaction, and the tables after it. */
export interface Transaction extends State {
  readonly xid: number;
  /** Where its commit record begins, and the position after it. */
  readonly commitLsn: bigint;
  readonly endLsn: bigint;
  readonly committedMs: number;
  readonly operations: readonly Operation[];
  /** Was left out of the publication at that time. */
  readonly hidden: TableName | undefined;
  /** By slot, after it. */
  readonly agentSlots: ReadonlyMap<string, AgentSlot>;
}

export interface ServerSlot {
  /** The end of the log when it was created. */
  readonly madeAt: bigint;
  confirmed: bigint;
  /** What a crash leaves of it. */
  onDisk: bigint;
  isLost: boolean;
  /** The session that reads it. */
  reader: ServerSession | undefined;
}

export interface ServerSession {
  readonly pid: number;
  cut(why: string): void;
}

const FIRST_LSN = 100n;
const SYSTEM_ID = '7300';

const ROOT: Transaction = {
  ...FIRST_STATE,
  xid: 1,
  commitLsn: 0n,
  endLsn: 0n,
  committedMs: 0,
  operations: [],
  hidden: undefined,
  agentSlots: new Map(),
};

interface Commit {
  readonly operations: readonly Operation[];
  /** WAL before its commit record. */
  readonly bytes: bigint;
  readonly nowMs: number;
  /** undefined: as before. */
  readonly agentSlots?: ReadonlyMap<string, AgentSlot>;
}

export class Server {
  readonly name: string;
  readonly systemId = SYSTEM_ID;
  timeline = 1;
  switches: readonly { readonly timeline: number; readonly at: bigint }[] = [];
  transactions: Transaction[] = [ROOT];
  insertLsn = FIRST_LSN;
  readonly slots = new Map<string, ServerSlot>();
  /**
   * A person advanced slots: on a volume that was put back their positions prove nothing any more,
   * which the protocol does not cover.
   */
  hasMovedSlots = false;
  inRecovery = false;
  isUp = true;
  /** It waits for the readers of its log, and accepts no sessions. */
  isShuttingDown = false;
  /** Changes with every start. */
  starts = 1;
  /** Changes with every change of the publication. */
  publication = 1;
  publishesAll = true;
  readonly sessions = new Set<ServerSession>();
  /** The session that holds the lock of the resync, by slot. */
  readonly resyncLocks = new Map<string, object>();
  /** Called at every commit. */
  readonly readers = new Set<() => void>();

  constructor(name: string) {
    this.name = name;
  }

  get last(): Transaction {
    return this.transactions.at(-1) ?? ROOT;
  }

  /** The end of the last transaction that changed a row. */
  get lastChangedLsn(): bigint {
    const isChange = ({ kind }: Operation) => kind !== 'message' && kind !== 'alter';
    return this.transactions.findLast(({ operations }) => operations.some(isChange))?.endLsn ?? 0n;
  }

  /** A crash-consistent copy: what the disk holds at one instant. */
  image(name: string): Server {
    const copy = new Server(name);
    copy.timeline = this.timeline;
    copy.switches = this.switches;
    copy.transactions = [...this.transactions];
    copy.insertLsn = this.insertLsn;
    copy.hasMovedSlots = this.hasMovedSlots;
    copy.inRecovery = this.inRecovery;
    copy.publication = this.publication;
    copy.publishesAll = this.publishesAll;
    for (const [slotName, slot] of this.slots) {
      copy.slots.set(slotName, { ...slot, confirmed: slot.onDisk, reader: undefined });
    }
    return copy;
  }

  /** A standby that lacks the last `behind` transactions. `hasSlots`: they are synchronised. */
  standby(name: string, behind: number, hasSlots: boolean): Server {
    const copy = this.image(name);
    copy.transactions = this.transactions.slice(0, Math.max(1, this.transactions.length - behind));
    if (copy.transactions.length < this.transactions.length) {
      copy.insertLsn = max(copy.last.endLsn, FIRST_LSN);
    }
    copy.inRecovery = true;
    if (!hasSlots) copy.slots.clear();
    // A slot is synchronised when the standby has the log up to it, and what was committed before.
    for (const [slot, { madeAt }] of copy.slots) {
      if (madeAt > copy.insertLsn) copy.slots.delete(slot);
    }
    // Its files neither: no slot of a standby was ever beyond the log that the standby has.
    for (const slot of copy.slots.values()) {
      slot.confirmed = min(slot.confirmed, copy.insertLsn);
      slot.onDisk = min(slot.onDisk, copy.insertLsn);
    }
    return copy;
  }

  promote(): void {
    this.switches = [...this.switches, { timeline: this.timeline, at: this.insertLsn }];
    this.timeline += 1;
    this.inRecovery = false;
  }

  /** Accepts sessions. */
  get isOpen(): boolean {
    return this.isUp && !this.isShuttingDown;
  }

  /** For good, or until it is started again. */
  stop(why: string): void {
    this.isUp = false;
    this.isShuttingDown = false;
    this.crash(why);
  }

  /** All sessions end, and the slots are as the disk holds them. */
  crash(why: string): void {
    for (const slot of this.slots.values()) {
      slot.confirmed = slot.onDisk;
      slot.reader = undefined;
    }
    this.resyncLocks.clear();
    this.starts += 1;
    for (const session of [...this.sessions]) session.cut(why);
  }

  commit({ operations, bytes, nowMs, agentSlots }: Commit): Transaction {
    const commitLsn = this.insertLsn + bytes;
    const transaction: Transaction = {
      ...stateAfter(this.last, operations),
      xid: this.last.xid + 1,
      commitLsn,
      endLsn: commitLsn + 1n,
      committedMs: nowMs,
      operations,
      hidden: this.publishesAll ? undefined : 'config',
      agentSlots: agentSlots ?? this.last.agentSlots,
    };
    this.transactions.push(transaction);
    this.insertLsn = transaction.endLsn;
    for (const notify of this.readers) notify();
    return transaction;
  }

  /** The last transaction that ended by `lsn`. */
  at(lsn: bigint): Transaction {
    let [low, high] = [0, this.transactions.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const found = this.transactions[middle] ?? ROOT;
      if (found.endLsn <= lsn) low = middle;
      else high = middle - 1;
    }
    return this.transactions[low] ?? ROOT;
  }
}

export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function connectionBroke(why: string): LenkwerkError {
  return new LenkwerkError('database-unavailable', `the connection to the database broke: ${why}`, {
    retryable: true,
  });
}
