/** What the oracle remembers of each session of an agent. */
import type { Process } from '../clock/loop.js';
import type { Server } from '../database/server.js';
import type { Values } from '../store/store.js';
import type { Writer } from '../world/surroundings.js';

/** Who wrote a revision, and whose tables it shows. */
export interface Author {
  readonly session: Session;
  readonly history: Server;
}

/** A checkpoint, and the one that it replaces. */
export interface Place {
  readonly text: string;
  readonly replaced: string | undefined;
}

interface Resync {
  /** When its slot was created. */
  readonly createdMs: number;
  /** When the publication was read before that. */
  readonly lookedMs: number;
  /** What the store held before its first write; undefined: there was none yet. */
  before: Values | undefined;
}

/** One session of an agent with a server. */
export class Session implements Writer {
  readonly process: Process;
  readonly server: Server;
  /** Of its checkpoints that the store applied. */
  highest = 0n;
  /** Its last checkpoint that the store applied. */
  last: string | undefined;
  /** What each of its checkpoints replaced. */
  readonly replaced = new Map<string, string | undefined>();
  /** From the moment when its slot exists to its first whole state. */
  resync: Resync | undefined;

  constructor(process: Process, server: Server) {
    this.process = process;
    this.server = server;
  }
}
