/** A replication session that takes commands. */
import { LenkwerkError } from '../../../src/model/errors.js';
import { lsnFromBytes } from '../../../src/model/lsn.js';
import type { ReplicationCommands } from '../../../src/publishing/source/source-database.js';
import type { Surroundings } from '../world/surroundings.js';
import { CLOSED, Connection } from './connection.js';
import type { Server } from './server.js';

export class Commands implements ReplicationCommands {
  readonly #world: Surroundings;
  readonly #server: Server;
  readonly #link: Connection;

  constructor(world: Surroundings, server: Server) {
    this.#world = world;
    this.#server = server;
    this.#link = new Connection(world, server);
  }

  identifySystem() {
    return this.#link.call(() => ({
      systemId: this.#server.systemId,
      timeline: this.#server.timeline,
      flushLsn: lsnFromBytes(this.#server.insertLsn),
    }));
  }

  switchPoint(timeline: number) {
    return this.#link.call(() => {
      const found = this.#server.switches.find((point) => point.timeline === timeline);
      return found && lsnFromBytes(found.at);
    });
  }

  createSlot(name: string) {
    return this.#link.call(() => {
      const { slots, insertLsn, inRecovery, transactions } = this.#server;
      if (inRecovery) throw new LenkwerkError('database-error', 'recovery is in progress');
      if (slots.has(name)) throw new LenkwerkError('database-error', 'the slot already exists');
      const at = { madeAt: insertLsn, confirmed: insertLsn, onDisk: insertLsn };
      slots.set(name, { ...at, isLost: false, reader: undefined });
      this.#world.observer.starts(this.#link.process);
      this.#world.observer.publishes(this.#link.process, this.#server);
      this.#world.observer.madeSlot(this.#link.process);
      this.#world.reached('slot');
      return { consistentPoint: lsnFromBytes(insertLsn), snapshotName: `${transactions.length}` };
    });
  }

  cancel(): void {}

  async close(): Promise<void> {
    this.#link.cut(CLOSED);
  }
}
