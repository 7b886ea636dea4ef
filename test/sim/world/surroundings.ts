/** What the parts of a world know of it. */
import type { GuardedCommit, Revision, StoredValue } from '../../../src/kvstore/store.js';
import type { Random } from '../../soak/random.js';
import type { Loop, Process } from '../clock/loop.js';
import type { Server } from '../database/server.js';
import type { Values } from '../store/store.js';

/** Places in an agent's work at which a step of a scenario may wait to happen. */
export const MOMENTS = [
  /** It has looked at the slot. */
  'look',
  /** It has the lock of the resync. */
  'lock',
  /** It has created a slot. */
  'slot',
  /** It streams from the slot. */
  'start',
  /** The store applied a commit of it. */
  'commit',
  /** The same, of a part of something larger. */
  'part',
  /** It has written its activation to the database. */
  'activation',
  /** A barrier was committed. */
  'barrier',
] as const;
export type Moment = (typeof MOMENTS)[number];

/** Who sends a commit. */
export interface Writer {
  readonly process: Process;
  /** Whose history it shows. */
  readonly server: Server;
}

/** What the oracle of a target observes. */
export interface Observer {
  /** From here on the process works with that server. */
  publishes(process: Process, server: Server): void;
  /** The process reads what the publication leaves out. */
  looks(process: Process): void;
  /** The process begins a resync: it reads all tables. */
  madeSlot(process: Process): void;
  /** The session that sent the commit first; undefined: none. */
  writerOf(process: Process, commit: GuardedCommit): Writer | undefined;
  /** The process opens a replication session, whatever comes of it. */
  starts(process: Process): void;
  acknowledged(process: Process, position: bigint, server: Server): void;
  read(process: Process, key: string, found: StoredValue | undefined): void;
  /** `before`: what the store held. */
  committed(before: Values, written: Written): void;
  /** An exception that is no LenkwerkError. */
  defect(error: unknown): void;
}

export interface Written {
  readonly commit: GuardedCommit;
  readonly revision: Revision;
  readonly process: Process;
}

/** What everything in a world shares. */
export interface Environment {
  readonly loop: Loop;
  /** Chances of the network and the servers. */
  readonly chances: Random;
  /** How long a message takes, in milliseconds: drawn anew each time. */
  latency(): number;
  trace(line: string): void;
  newPid(): number;
  /** Steps that wait for this moment happen right after the present event. */
  reached(moment: Moment): void;
  /** The server that a client reaches; undefined: none. */
  serverFor(client: string): Server | undefined;
}

/** The environment of one target's agents. */
export interface Surroundings extends Environment {
  readonly observer: Observer;
}
