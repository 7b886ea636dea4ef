/** The agent's database, simulated. */
import { LenkwerkError, ResyncRequired } from '../../../src/model/errors.js';
import type { JsonValue } from '../../../src/model/json.js';
import { lsnFromBytes } from '../../../src/model/lsn.js';
import { TABLES, type TableName } from '../../../src/model/resources.js';
import {
  type Generations,
  MAX_GENERATIONS,
  type PublishableTables,
} from '../../../src/publishing/records/published-tables.js';
import type {
  Activation,
  Barrier,
  BarrierTry,
  SourceDatabase,
  SourceReplication,
  SourceSession,
  Standing,
} from '../../../src/publishing/source/source-database.js';
import type { Surroundings } from '../world/surroundings.js';
import { Commands } from './commands.js';
import { CLOSED, Connection } from './connection.js';
import { connectionBroke, type Server } from './server.js';
import { startStream } from './stream.js';
import { columnsOf, generationsOf, printOf, recordOf, recordsOf, type State } from './tables.js';

const DATABASE = 'lenkwerk';
const CLUSTER = '00000000-0000-4000-8000-000000000000';
/** How often another transaction holds the tables when a barrier wants them. */
const LOCKED = 0.2;

export function simulatedDatabase(world: Surroundings, client: string): SourceDatabase {
  return {
    name: DATABASE,
    connect: async (purpose) => {
      await world.loop.sleep(world.latency());
      const server = world.serverFor(client);
      if (server?.isOpen === true) {
        if (purpose === 'agent') world.observer.publishes(world.loop.process, server);
        return new Session(world, server, client);
      }
      await world.loop.sleep(world.latency() * 5);
      throw connectionBroke('connection refused');
    },
  };
}

class Session implements SourceSession {
  readonly #world: Surroundings;
  readonly #server: Server;
  readonly #client: string;
  readonly #link: Connection;

  constructor(world: Surroundings, server: Server, client: string) {
    this.#world = world;
    this.#server = server;
    this.#client = client;
    this.#link = new Connection(world, server);
  }

  readConfig(): Promise<ReadonlyMap<string, JsonValue>> {
    return this.#link.call(() => new Map());
  }

  /** Every role of this world may do everything. */
  async requireRights(): Promise<void> {}

  look(name: string): Promise<Standing> {
    return this.#link.call(() => {
      this.#world.reached('look');
      const server = this.#server;
      const held = server.last.agentSlots.get(name);
      const slot = server.slots.get(name);
      return {
        systemId: server.systemId,
        startedAt: `${server.name} ${server.starts}`,
        inRecovery: server.inRecovery,
        timeline: server.inRecovery ? undefined : server.timeline,
        flushLsn: lsnFromBytes(server.insertLsn),
        cluster: CLUSTER,
        activation: held?.activation,
        former: new Map(
          [...(held?.former ?? [])].map(([activation, upTo]) => [activation, lsnFromBytes(upTo)]),
        ),
        isResyncing: server.resyncLocks.has(name),
        slot: slot && {
          name,
          reader: slot.reader?.pid,
          lost: slot.isLost,
          confirmedFlush: lsnFromBytes(slot.confirmed),
          plugin: 'pgoutput',
          database: DATABASE,
        },
      };
    });
  }

  activate({ slot, expected, activation, upTo }: Activation): Promise<boolean> {
    return this.#link.call(() => {
      const server = this.#server;
      if (server.inRecovery) throw new LenkwerkError('database-error', 'read-only transaction');
      const { agentSlots } = server.last;
      const before = agentSlots.get(slot);
      if (expected !== undefined && before?.activation !== expected) return false;
      const former = new Map(before?.former);
      if (before !== undefined && upTo !== undefined) former.set(before.activation, upTo);
      server.commit({
        operations: [],
        bytes: 1n,
        nowMs: this.#world.loop.nowMs,
        agentSlots: new Map(agentSlots).set(slot, { activation, former }),
      });
      this.#world.reached('activation');
      return true;
    });
  }

  dropSlot(name: string): Promise<void> {
    return this.#link.call(() => {
      const slot = this.#server.slots.get(name);
      if (slot?.reader !== undefined) {
        throw new LenkwerkError('slot-in-use', 'another agent reads the slot');
      }
      if (slot !== undefined && this.#server.inRecovery) {
        throw new LenkwerkError('database-error', 'cannot drop a slot that is synchronised');
      }
      this.#server.slots.delete(name);
    });
  }

  tryLockResync(slot: string): Promise<boolean> {
    return this.#link.call(() => {
      if (this.#server.resyncLocks.has(slot)) return false;
      this.#server.resyncLocks.set(slot, this.#link);
      this.#world.reached('lock');
      return true;
    });
  }

  ping(): Promise<void> {
    return this.#link.call(() => {});
  }

  readPublication(): Promise<string> {
    return this.#link.call(() => {
      this.#world.observer.looks(this.#link.process);
      if (this.#server.publishesAll) return `p${this.#server.publication}`;
      const hint = 'run `lenkwerk init`';
      throw new LenkwerkError('database-not-initialised', 'changes are left out', { hint });
    });
  }

  readShapes(): Promise<ReadonlyMap<TableName, string>> {
    return this.#link.call(() => fingerprintsOf(this.#server.last));
  }

  /** As where another tool declared the key of `config` deferrable. */
  readDeferrable(): Promise<ReadonlySet<string>> {
    return this.#link.call(() => new Set(['config']));
  }

  readGenerations() {
    return this.#link.call(() => ({
      generations: newestGenerations(this.#server.last),
      position: lsnFromBytes(this.#server.insertLsn),
    }));
  }

  readConfirmed() {
    return this.#link.call(() => {
      const { last, slots } = this.#server;
      return new Map(
        [...slots].map(([name, { confirmed }]) => {
          const activation = last.agentSlots.get(name)?.activation;
          return [name, { lsn: lsnFromBytes(confirmed), activation }];
        }),
      );
    });
  }

  readTables(): Promise<PublishableTables> {
    return this.#link.call(() => tablesOf(this.#server.last));
  }

  /** A snapshot is named by the number of transactions that it shows. */
  readTablesAt(snapshotName: string): Promise<PublishableTables> {
    return this.#link.call(() => {
      const later = this.#server.transactions.slice(Number(snapshotName));
      const isAltered = later.some(({ operations }) =>
        operations.some(({ kind }) => kind === 'truncate' || kind === 'alter'),
      );
      const state = this.#server.transactions[Number(snapshotName) - 1];
      if (state !== undefined && !isAltered) return tablesOf(state);
      const message = 'a table was truncated or altered while it was read';
      throw new ResyncRequired('altered-meanwhile', message);
    });
  }

  tryBarrier({ nonce, onRead }: BarrierTry): Promise<Barrier> {
    return this.#link.call(() => {
      const server = this.#server;
      if (server.inRecovery) throw new LenkwerkError('database-error', 'read-only transaction');
      if (this.#world.chances.chance(LOCKED)) {
        throw new LenkwerkError('lock-not-obtained', 'another transaction writes');
      }
      const tables = tablesOf(server.last);
      onRead?.(tables);
      server.commit({
        operations: [{ kind: 'message', prefix: 'lenkwerk/barrier', content: nonce }],
        bytes: 1n,
        nowMs: this.#world.loop.nowMs,
      });
      this.#world.reached('barrier');
      return { after: lsnFromBytes(server.insertLsn), tables };
    });
  }

  async replication(): Promise<SourceReplication> {
    return {
      connect: async () => {
        await this.#world.loop.sleep(this.#world.latency());
        this.#checkReachable();
        return new Commands(this.#world, this.#server);
      },
      start: async (options) => {
        this.#checkReachable();
        return startStream(this.#world, this.#server, options);
      },
    };
  }

  async close(): Promise<void> {
    this.#link.cut(CLOSED);
  }

  #checkReachable(): void {
    if (this.#server.isOpen && this.#world.serverFor(this.#client) === this.#server) return;
    throw connectionBroke('connection refused');
  }
}

function fingerprintsOf(state: State): ReadonlyMap<TableName, string> {
  return new Map(TABLES.map((table) => [table, printOf(columnsOf(state, table))]));
}

function newestGenerations(state: State): Generations {
  const all = generationsOf(state);
  const shape = columnsOf(state, 'servermap');
  const newest = all.slice(0, MAX_GENERATIONS);
  return {
    records: new Map(newest.map((row) => [BigInt(row.id), recordOf(shape, row)])),
    complete: all.length < MAX_GENERATIONS,
  };
}

function tablesOf(state: State): PublishableTables {
  return {
    records: recordsOf(state),
    fingerprints: fingerprintsOf(state),
    generations: newestGenerations(state),
  };
}
