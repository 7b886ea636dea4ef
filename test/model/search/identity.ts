/**
 * What makes two states the same: everything but names, which are the numbers of nodes, nonces and
 * writeIds in the order in which they are met, and branches of the history without a reference.
 */

import type { Family } from '../family.js';
import { at } from '../world/changes.js';
import {
  type Agent,
  type Checkpoint,
  FAULTS,
  type Image,
  type Late,
  NONE,
  PHASES,
  RECORD_KINDS,
  REPAIR,
  type Server,
  type State,
  type Store,
  type Switch,
} from '../world/state.js';
import type { Hash } from './hashing.js';

const ABSENT = -7;

/** Adds one state to a hash. */
export class Identity {
  readonly #hash: Hash;
  readonly #family: Family;
  readonly #nodes = new Map<number, number>();
  readonly #queue: number[] = [];
  readonly #nonces = new Map<number, number>();

  constructor(hash: Hash, family: Family) {
    this.#hash = hash;
    this.#family = family;
  }

  add(state: State): void {
    this.#hash.reset();
    this.#nodes.clear();
    this.#nonces.clear();
    this.#queue.length = 0;
    for (const late of state.late) if (late.kind !== 'write') this.#late(late);
    for (const server of state.servers) this.#server(server);
    for (const agent of state.agents) this.#agent(agent);
    for (const store of state.stores) this.#store(store);
    for (const late of state.late) {
      if (late.kind === 'write' && mayStillWin(late, state)) this.#late(late);
    }
    if (state.backup === undefined) this.#number(ABSENT);
    else this.#store(state.backup);
    this.#image(state.image);
    this.#history(state);
    for (const fault of FAULTS) this.#number(state.budget[fault] ?? 0);
  }

  #number(value: number) {
    this.#hash.add(value);
  }

  #flag(value: boolean): void {
    this.#hash.add(value ? 1 : 2);
  }

  #node(node: number) {
    if (node < 0) return this.#number(node);
    let name = this.#nodes.get(node);
    if (name === undefined) {
      name = this.#nodes.size;
      this.#nodes.set(node, name);
      this.#queue.push(node);
    }
    this.#number(name);
  }

  #nonce(nonce: number) {
    if (nonce === 0) return this.#number(0);
    let name = this.#nonces.get(nonce);
    if (name === undefined) {
      name = this.#nonces.size + 1;
      this.#nonces.set(nonce, name);
    }
    this.#number(name);
  }

  #bits(bits: number): void {
    for (let node = 0, rest = bits; rest !== 0; node += 1, rest >>>= 1) {
      if ((rest & 1) === 1) this.#node(node);
    }
    this.#number(ABSENT);
  }

  #switches(switches: readonly Switch[]): void {
    this.#number(switches.length);
    for (const { timeline, lsn } of switches) {
      this.#number(timeline);
      this.#number(lsn);
    }
  }

  #server(server: Server): void {
    this.#flag(server.up);
    this.#flag(server.primary);
    this.#node(server.head);
    this.#number(server.confirmed);
    this.#number(server.onDisk);
    this.#number(server.timeline);
    this.#switches(server.switches);
    this.#number(server.system);
    this.#number(server.lock);
    this.#number(server.holder);
  }

  #checkpoint(checkpoint: Checkpoint | undefined) {
    if (checkpoint === undefined) return this.#number(ABSENT);
    this.#nonce(checkpoint.writeId);
    this.#number(checkpoint.system);
    this.#number(checkpoint.timeline);
    this.#nonce(checkpoint.activation);
    this.#number(checkpoint.pending.length);
    for (const activation of checkpoint.pending) this.#nonce(activation);
    this.#flag(checkpoint.snapshot);
    this.#node(checkpoint.witness.node);
    this.#number(checkpoint.witness.end);
    this.#flag(checkpoint.witness.point);
    this.#number(checkpoint.lsn);
    if (checkpoint.partOf === REPAIR) this.#number(REPAIR);
    else this.#node(checkpoint.partOf);
  }

  #store(store: Store): void {
    this.#checkpoint(store.checkpoint);
    this.#number(store.revision);
    this.#bits(store.a);
    this.#bits(store.b);
    this.#node(store.last);
    this.#number(store.foreign);
  }

  #agent(agent: Agent): void {
    this.#number(PHASES.indexOf(agent.phase));
    if (agent.phase === 'off') return;
    this.#number(agent.server);
    this.#number(agent.timeline);
    this.#number(agent.system);
    this.#flag(agent.connected);
    this.#look(agent);
    if (this.#family.guarded) this.#number(agent.confirmed);
    this.#nonce(agent.writeId);
    this.#number(agent.revision);
    this.#checkpoint(agent.checkpoint);
    this.#nonce(agent.activation);
    this.#number(agent.received);
    this.#flag(agent.proved);
    this.#number(agent.queue.length);
    for (const node of agent.queue) this.#node(node);
    this.#number(agent.part);
    this.#node(agent.snapshotAt);
    for (const flag of FLAGS) this.#flag(agent[flag]);
    this.#node(agent.barrier);
    this.#number(agent.flush);
    if (this.#family.budget.foreign !== undefined) this.#number(agent.watched);
  }

  #look({ look }: Agent) {
    if (look === undefined) return this.#number(ABSENT);
    this.#number(look.confirmed);
    this.#nonce(look.activation);
    this.#number(look.system);
    this.#number(look.timeline);
    this.#switches(look.switches);
    this.#number(look.flush);
  }

  #late(late: Late): void {
    if (late.kind !== 'write') {
      this.#number(LATE_KINDS.indexOf(late.kind));
      this.#number(late.server);
      if (late.kind !== 'row') return;
      this.#nonce(late.guard ?? 0);
      this.#nonce(late.activation);
      this.#number(late.upTo);
      return;
    }
    this.#number(late.revision);
    this.#nonce(late.expected);
    this.#flag(late.records !== undefined);
    const { a = 0, b = 0, last = NONE, foreign = ABSENT } = late.records ?? {};
    this.#store({ checkpoint: late.checkpoint, revision: late.store, a, b, last, foreign });
  }

  #image(image: Image | undefined) {
    if (image === undefined) return this.#number(ABSENT);
    this.#node(image.head);
    this.#number(image.confirmed);
    this.#number(image.timeline);
    this.#switches(image.switches);
    this.#number(image.system);
  }

  /** The nodes that were met, and through them all that they stand on. */
  #history(state: State): void {
    for (let index = 0; index < this.#queue.length; index += 1) {
      const { kind, parent, lsn, activation, upTo } = at(state.history, at(this.#queue, index));
      this.#number(RECORD_KINDS.indexOf(kind));
      this.#node(parent);
      this.#number(lsn);
      this.#nonce(activation);
      if (this.#family.guarded) this.#number(upTo);
    }
  }
}

const FLAGS = ['holds', 'everything', 'heals', 'inherited'] as const;
const LATE_KINDS: readonly Late['kind'][] = ['write', 'row', 'drop', 'create'];

/** A write that expects another checkpoint is lost for ever, unless the store goes back. */
function mayStillWin(late: Late & { kind: 'write' }, state: State): boolean {
  if (state.backup !== undefined || (state.budget.backups ?? 0) > 0) return true;
  const { revision, checkpoint } = at(state.stores, late.store);
  return late.revision === revision && late.expected === (checkpoint?.writeId ?? 0);
}
