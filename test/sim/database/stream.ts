/** A walsender and its client: a server's transactions from a slot as events. */
import { LenkwerkError, ResyncRequired } from '../../../src/model/errors.js';
import { lsnFromBytes } from '../../../src/model/lsn.js';
import type { TableName } from '../../../src/model/resources.js';
import { standbyServer } from '../../../src/postgres/server.js';
import type { StreamStart } from '../../../src/publishing/source/source-database.js';
import type {
  ChangeEvent,
  ChangeSource,
  Relation,
  Row,
  StreamServer,
} from '../../../src/replication/change-source.js';
import type { Event, Process } from '../clock/loop.js';
import { EPOCH_MS } from '../clock/virtual-time.js';
import type { Surroundings } from '../world/surroundings.js';
import { CLOSED, Connection } from './connection.js';
import { connectionBroke, max, type Server, type Transaction } from './server.js';
import { columnsOf, type Operation, type TableRow } from './tables.js';

const STATUS_INTERVAL_MS = 3_000;
const URGENT_INTERVAL_MS = 300;

/** Answers like START_REPLICATION. */
export async function startStream(
  world: Surroundings,
  server: Server,
  options: StreamStart,
): Promise<ChangeSource> {
  await world.loop.sleep(world.latency());
  const link = new Connection(world, server);
  world.observer.starts(link.process);
  try {
    const from = await link.call(() => {
      const slot = server.slots.get(options.slot);
      if (server.inRecovery) throw standbyServer();
      if (slot === undefined || slot.isLost || !server.publishesAll) {
        throw new ResyncRequired('slot-unusable', 'the slot or the publication cannot go on');
      }
      if (slot.reader !== undefined) {
        throw new LenkwerkError('slot-in-use', 'another agent reads the slot');
      }
      slot.reader = link;
      world.observer.publishes(link.process, server);
      world.reached('start');
      return slot.confirmed;
    });
    return new Stream(world, { link, options, from });
  } catch (error) {
    link.cut(CLOSED);
    throw error;
  }
}

interface StreamWork {
  readonly link: Connection;
  readonly options: StreamStart;
  readonly from: bigint;
}

class Stream implements ChangeSource {
  readonly server: StreamServer;
  readonly ended: Promise<void>;
  readonly #world: Surroundings;
  readonly #link: Connection;
  readonly #server: Server;
  readonly #process: Process;
  readonly #options: StreamStart;
  readonly #sent = new Map<TableName, Relation>();
  #durable = 0n;
  #next: number;
  #isScheduled = false;
  #isPaused = false;
  #isOver = false;
  /** Of the next status. */
  #timer: Event | undefined;
  #settle: (error: unknown) => void = () => {};

  constructor(world: Surroundings, { link, options, from }: StreamWork) {
    this.#world = world;
    this.#link = link;
    this.#server = link.server;
    this.#process = link.process;
    this.#options = options;
    const { systemId, timeline, starts } = this.#server;
    this.server = {
      systemId,
      timeline,
      pid: link.pid,
      startedAt: `${this.#server.name} ${starts}`,
    };
    this.ended = new Promise((resolve, reject) => {
      this.#settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.ended.catch(() => {});
    link.onCut = () => {
      world.loop.after(world.latency(), () => this.#finish(link.closed), this.#process);
    };
    const { transactions } = this.#server;
    const first = transactions.findIndex(({ commitLsn }) => commitLsn >= from);
    this.#next = first === -1 ? transactions.length : first;
    this.#server.readers.add(this.#wake);
    this.#wake();
    this.#wait();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#wake();
  }

  acknowledge(position: bigint): void {
    this.#durable = position;
    this.#sendStatus();
  }

  async stop(): Promise<void> {
    this.#sendStatus();
    this.#end(undefined);
    await this.ended.catch(() => {});
  }

  readonly #wake = (): void => {
    if (this.#isScheduled || this.#isOver) return;
    this.#isScheduled = true;
    this.#world.loop.after(this.#world.latency(), () => this.#pump(), this.#process);
  };

  #pump(): void {
    this.#isScheduled = false;
    if (this.#isOver || this.#isPaused || this.#link.closed !== undefined) return;
    const transaction = this.#server.transactions[this.#next];
    if (transaction === undefined) {
      if (this.#server.isShuttingDown) this.#askForAll();
      return;
    }
    this.#next += 1;
    this.#send(transaction);
    const isMore = this.#next < this.#server.transactions.length;
    if (isMore || this.#server.isShuttingDown) this.#wake();
  }

  /** A server that shuts down asks until everything is confirmed. */
  #askForAll(): void {
    const walEnd = lsnFromBytes(this.#server.insertLsn);
    this.#deliver({ kind: 'keepalive', walEnd, urgent: true });
    this.#isScheduled = true;
    this.#world.loop.after(URGENT_INTERVAL_MS, () => this.#pump(), this.#process);
  }

  /** A transaction of which nothing is published leaves no trace in the stream. */
  #send(transaction: Transaction): void {
    const shown = transaction.operations.filter((operation) => isShown(operation, transaction));
    if (shown.length === 0) return;
    const { commitLsn, xid, committedMs } = transaction;
    const committedAtUs = BigInt(EPOCH_MS) * 1000n + BigInt(Math.floor(committedMs * 1000));
    const begun = { commitLsn: lsnFromBytes(commitLsn), xid, committedAtUs };
    this.#deliver({ kind: 'begin', transaction: begun });
    for (const operation of shown) this.#sendOperation(operation, transaction);
    this.#deliver({ kind: 'commit', endLsn: lsnFromBytes(transaction.endLsn) });
  }

  #sendOperation(operation: Operation, transaction: Transaction): void {
    switch (operation.kind) {
      case 'alter':
        return;
      case 'message':
        this.#deliver({ ...operation, transactional: true });
        return;
      case 'truncate':
        this.#deliver({
          kind: 'truncate',
          relations: [this.#relation(operation.table, transaction)],
        });
        return;
      case 'insert': {
        const relation = this.#relation(operation.table, transaction);
        this.#deliver({ kind: 'insert', relation, row: wholeRow(relation, operation.row) });
        return;
      }
      case 'update': {
        const relation = this.#relation(operation.table, transaction);
        const old = wholeRow(relation, operation.old);
        this.#deliver({ kind: 'update', relation, old, row: wholeRow(relation, operation.row) });
        return;
      }
      case 'delete': {
        const relation = this.#relation(operation.table, transaction);
        this.#deliver({ kind: 'delete', relation, old: wholeRow(relation, operation.old) });
        return;
      }
    }
  }

  /** Sent before the first change of a table, and again when it has other columns. */
  #relation(table: TableName, transaction: Transaction): Relation {
    const columns = columnsOf(transaction, table);
    const known = this.#sent.get(table);
    if (known?.columns.length === columns.length) return known;
    const relation = { schema: 'storage', name: table, columns };
    this.#sent.set(table, relation);
    this.#deliver({ kind: 'relation', relation, fullIdentity: true });
    return relation;
  }

  #deliver(event: ChangeEvent): void {
    if (this.#isOver) return;
    try {
      this.#options.onEvent(event);
    } catch (error) {
      if (!(error instanceof LenkwerkError)) this.#world.observer.defect(error);
      this.#end(error);
    }
  }

  #tick(): void {
    if (this.#isOver) return;
    this.#sendStatus();
    const isIdle = !this.#isPaused && this.#next >= this.#server.transactions.length;
    const walEnd = lsnFromBytes(this.#server.insertLsn);
    if (isIdle) this.#deliver({ kind: 'keepalive', walEnd, urgent: false });
    this.#wait();
  }

  #wait(): void {
    const { loop } = this.#world;
    this.#timer = loop.after(STATUS_INTERVAL_MS, () => this.#tick(), this.#process);
  }

  #sendStatus(): void {
    if (this.#isOver) return;
    const position = this.#durable;
    const { loop } = this.#world;
    const receive = () => {
      const slot = this.#server.slots.get(this.#options.slot);
      if (this.#link.closed !== undefined || slot?.reader !== this.#link) return;
      // A position of zero confirms nothing.
      if (position === 0n) return;
      this.#world.observer.acknowledged(this.#process, position, this.#server);
      slot.confirmed = max(slot.confirmed, position);
    };
    loop.after(this.#world.latency(), receive, loop.world);
  }

  #finish(why: string | undefined): void {
    this.#end(connectionBroke(why ?? 'cut'));
  }

  #end(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#timer !== undefined) this.#timer.run = undefined;
    this.#server.readers.delete(this.#wake);
    const close = () => {
      this.#link.cut(CLOSED);
      this.#settle(error);
    };
    this.#world.loop.after(this.#world.latency(), close, this.#process);
  }
}

function isShown(operation: Operation, { hidden }: Transaction): boolean {
  if (operation.kind === 'alter') return false;
  return operation.kind === 'message' || operation.table !== hidden;
}

function wholeRow({ columns }: Relation, row: TableRow): Row {
  return Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]));
}
