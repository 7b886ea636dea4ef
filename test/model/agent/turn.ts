/** What one agent's steps share: how a step is offered, and the guarded write to the store. */

import type { Family } from '../family.js';
import type { Rule } from '../rule.js';
import {
  agentOf,
  changeAgent,
  changeStore,
  endSession,
  Impossible,
  must,
  nonce,
  remaining,
  serverOf,
  spend,
  storeOf,
} from '../world/changes.js';
import { tablesAt } from '../world/history.js';
import {
  type Agent,
  type Checkpoint,
  NONE,
  type Server,
  type State,
  type Store,
} from '../world/state.js';

/** The rule that agents follow and the world that they do it in. */
export interface World {
  readonly rule: Rule;
  readonly family: Family;
}

/** Offers a step: its label and what it changes in a copy of the state. */
export type Offer = (label: string, change: (next: State) => void) => void;

/** One agent in one state. */
export class Turn {
  readonly state: State;
  readonly index: number;
  readonly rule: Rule;
  readonly family: Family;
  readonly me: Agent;
  readonly #offer: Offer;

  constructor(state: State, index: number, world: World & { readonly offer: Offer }) {
    this.state = state;
    this.index = index;
    this.rule = world.rule;
    this.family = world.family;
    this.me = agentOf(state, index);
    this.#offer = world.offer;
  }

  get server(): Server {
    return serverOf(this.state, this.me.server);
  }

  get store(): Store {
    return storeOf(this.state, this.me.store);
  }

  /** The checkpoint last read or written, where there must be one. */
  get checkpoint(): Checkpoint {
    if (this.me.checkpoint === undefined) throw new Error('no checkpoint was read');
    return this.me.checkpoint;
  }

  /** A step; where the budget allows, also with its request sent and given up. */
  go(label: string, change: (next: State) => void): void {
    this.#offer(`agent ${this.index}: ${label}`, change);
    if (remaining(this.state, 'late') === 0) return;
    this.#offer(`agent ${this.index}: ${label} [sent, no answer, gives up]`, (next) => {
      next.givesUp = true;
      change(next);
      if (next.givesUp) throw new Impossible();
    });
  }

  /** A step at the server: without its session the agent starts over. */
  ask(label: string, change: (next: State) => void): void {
    this.go(label, (next) => (this.me.connected ? change(next) : this.end(next)));
  }

  set(next: State, change: Partial<Agent>): void {
    changeAgent(next, this.index, change);
  }

  end(next: State): void {
    endSession(next, this.index);
  }

  /** A guarded write: true when it won; else the agent is fenced and starts over. */
  write(next: State, checkpoint: Checkpoint, records?: Partial<Store>): boolean {
    const won = commit(next, this, { checkpoint, records });
    if (!won) this.end(next);
    return won;
  }
}

/** Consumes the giving up of a step's request: true when it happened. */
export function gaveUp(next: State): boolean {
  if (!next.givesUp) return false;
  next.givesUp = false;
  spend(next, 'late');
  return true;
}

/** P1: a checkpoint that claims to be whole stands beside the tables as of its witness. */
export function mustBeTables(state: State, store: number, checkpoint: Checkpoint): void {
  if (checkpoint.snapshot || checkpoint.partOf !== NONE) return;
  const { a, b, last } = tablesAt(state, checkpoint.witness.node);
  const stored = storeOf(state, store);
  const equal = a === stored.a && b === stored.b && last === stored.last;
  must(equal, 'P1: the records are not the tables as of the witness');
}

interface Write {
  readonly checkpoint: Checkpoint;
  readonly records: Partial<Store> | undefined;
}

function commit(next: State, turn: Turn, { checkpoint, records }: Write): boolean {
  const { rule, me, index } = turn;
  const store = storeOf(next, me.store);
  if (gaveUp(next)) {
    sendLate(next, turn, { checkpoint, records });
    return false;
  }
  const expected = store.checkpoint?.writeId ?? 0;
  if (me.revision !== store.revision) return false;
  if (rule.writeValue && me.writeId !== expected) return false;
  must(me.writeId === expected, 'P4: a fenced agent changed the store');
  const atPrimary = !me.connected || serverOf(next, me.server).primary;
  must(atPrimary, 'P4: an agent at a standby changed the store');
  const written = { ...checkpoint, writeId: nonce(next) };
  const revision = store.revision + 1;
  changeStore(next, me.store, { checkpoint: written, revision, ...records });
  changeAgent(next, index, { writeId: written.writeId, revision, checkpoint: written });
  mustBeTables(next, me.store, checkpoint);
  return true;
}

function sendLate(next: State, { me }: Turn, { checkpoint, records }: Write): void {
  const written = { ...checkpoint, writeId: nonce(next) };
  next.late = [
    ...next.late,
    {
      kind: 'write',
      store: me.store,
      revision: me.revision,
      expected: me.writeId,
      checkpoint: written,
      records,
    },
  ];
}
