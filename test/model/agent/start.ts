/** Steps 1 to 8 of becoming the active agent. */

import type { Rule } from '../rule.js';
import {
  append,
  changeServer,
  must,
  nonce,
  remaining,
  serverOf,
  spend,
  storeOf,
} from '../world/changes.js';
import { activationAt, isIn, isTransaction, lsnOf, pathTo, shownAfter } from '../world/history.js';
import { type Look, NONE, REPAIR, type Server, type State } from '../world/state.js';
import { judge } from './judge.js';
import { gaveUp, type Turn } from './turn.js';

/** Steps 1 to 3: holds the slot, then looks (or the other way round). */
export function offerLook(turn: Turn): void {
  const { state, family, index } = turn;
  if (remaining(state, 'starts') === 0) return;
  const store = family.ownStores ? index : 0;
  const empty = storeOf(state, store).checkpoint === undefined;
  if (family.ownStores && !family.emptyStores && empty) return;
  const waitsForClone = state.servers.length === 1 && remaining(state, 'clones') > 0;
  if (family.apart && index === 0 && waitsForClone && state.image !== undefined) return;
  state.servers.forEach((server, i) => {
    if (family.apart && index === 1 && i === 0) return;
    if (mayLook(turn.rule, server)) offerLookAt(turn, i, store);
  });
}

function mayLook(rule: Rule, server: Server): boolean {
  if (!server.up || server.holder !== NONE) return false;
  if (!rule.step2HoldsFirst && rule.resyncLock && server.lock !== NONE) return false;
  return server.primary || !rule.step1PrimaryOnly;
}

function offerLookAt(turn: Turn, index: number, store: number): void {
  const { rule } = turn;
  const server = serverOf(turn.state, index);
  const first = rule.step2HoldsFirst;
  const label = first ? 'holds the slot at server' : 'connects to server';
  turn.go(`${label} ${index} and looks (steps 1-3)`, (next) => {
    const { timeline, system, switches, confirmed } = server;
    spend(next, 'starts');
    if (first && confirmed !== NONE && server.primary) {
      changeServer(next, index, { holder: turn.index });
    }
    if (!first && rule.resyncLock) changeServer(next, index, { lock: turn.index });
    const activation = activationAt(next, server.head);
    const flush = lsnOf(next, server.head);
    const look = { confirmed, activation, system, timeline, switches, flush };
    const session = { store, server: index, connected: true, timeline, system, confirmed };
    turn.set(next, { phase: 'read', look, ...session });
  });
}

/** Steps 4 and 5: reads the checkpoint and decides. */
export function offerRead(turn: Turn): void {
  const { me, rule } = turn;
  turn.go('reads the checkpoint (steps 4-5)', (next) => {
    const { checkpoint, revision } = storeOf(next, me.store);
    const look = lookOf(turn);
    const inherited = checkpoint?.partOf === REPAIR;
    const writeId = checkpoint?.writeId ?? 0;
    turn.set(next, { checkpoint, writeId, revision, inherited, watched: revision });
    switch (judge(rule, look, checkpoint)) {
      case 'wait':
        return turn.end(next);
      case 'resync':
        return toResync(next, turn);
      case 'go on':
        return turn.set(next, { phase: AFTER_READ[rule.step6Order] });
    }
  });
}

const AFTER_READ = {
  'store first': 'intent',
  'row first': 'row',
  none: 'start',
} as const;

function lookOf({ me: { look } }: Turn): Look {
  if (look === undefined) throw new Error('the agent has not looked');
  return look;
}

/** Step 6: the store learns of the next activation first. */
export function offerIntent(turn: Turn): void {
  const { rule, family, checkpoint } = turn;
  const { activation: known, confirmed } = lookOf(turn);
  turn.go('announces its activation in the store (step 6)', (next) => {
    const own = nonce(next);
    const others = rule.step6KeepsPending ? checkpoint.pending.filter((p) => p !== known) : [];
    const keeps = rule.step6KeepsPending && rule.step6KeepsActivation;
    const former = keeps && checkpoint.activation !== known ? [checkpoint.activation] : [];
    const pending = [...new Set([...others, ...former, own])].slice(-family.pendingLimit);
    const lsn = rule.step6Falls ? Math.max(confirmed, checkpoint.witness.end) : checkpoint.lsn;
    if (turn.write(next, { ...checkpoint, activation: known, pending, lsn })) {
      turn.set(next, { phase: 'row', activation: own });
    }
  });
}

/** Step 7: then the row. */
export function offerRow(turn: Turn): void {
  const { me, rule, server } = turn;
  const { activation: known, confirmed } = lookOf(turn);
  turn.ask('writes its activation to the row (step 7)', (next) => {
    const changed = activationAt(next, server.head) !== known;
    if (!server.primary || (rule.step7Guarded && changed)) return turn.end(next);
    const activation = me.activation === 0 ? nonce(next) : me.activation;
    if (gaveUp(next)) {
      const guard = rule.step7Guarded ? known : undefined;
      const row = { kind: 'row', server: me.server, guard, activation, upTo: confirmed } as const;
      next.late = [...next.late, row];
      return turn.end(next);
    }
    append(next, me.server, { kind: 'row', activation, upTo: confirmed });
    turn.set(next, { phase: 'start', activation });
  });
}

/** Step 8: proved at once where the slot is at or beyond the witness. */
export function offerStream(turn: Turn): void {
  const { me, rule, server, checkpoint } = turn;
  const { confirmed, flush } = lookOf(turn);
  turn.ask('takes up the stream (step 8)', (next) => {
    const expected = rule.step2HoldsFirst ? turn.index : NONE;
    const lost = server.confirmed === NONE || server.holder !== expected || !server.primary;
    if (lost) return turn.end(next);
    changeServer(next, me.server, { holder: turn.index });
    const from = { witness: 0, position: checkpoint.witness.end, none: checkpoint.lsn };
    const received = Math.max(from[rule.step8Proof], server.confirmed);
    const inParts = rule.step10FlushEnds && checkpoint.partOf >= 0;
    const position = { received, flush: inParts ? flush : NONE };
    turn.set(next, { phase: 'stream', look: undefined, ...position });
    if (rule.step8Proof !== 'witness' || confirmed >= checkpoint.witness.end) {
      const falls = rule.step8Falls && rule.step8Proof !== 'none';
      goOn(next, turn, falls ? received : checkpoint.lsn);
    }
  });
}

/** The agent takes continuity for proved; the checker knows better. */
export function goOn(next: State, turn: Turn, lsn: number): void {
  const { checkpoint, server } = turn;
  const { received } = next.agents[turn.index] ?? turn.me;
  const { node } = checkpoint.witness;
  must(isIn(next, node, server.head), 'P3: goes on, but the witness is not in this history');
  const path = pathTo(next, server.head);
  const shown = shownAfter(next, server.head, received);
  const later = path.slice(path.indexOf(node) + 1).filter((n) => isTransaction(next, n));
  const whole = later.every((n) => shown.includes(n));
  must(whole, 'P3: goes on beyond a transaction that was never published');
  const compares = turn.rule.watchForeign && turn.rule.watchCompares;
  const heals = compares && storeOf(next, turn.me.store).foreign !== NONE;
  turn.set(next, { proved: true, checkpoint: { ...checkpoint, lsn }, heals });
}

/** The stream ends; the session stays. */
export function toResync(next: State, turn: Turn): void {
  const { server, connected } = turn.me;
  if (connected && serverOf(next, server).holder === turn.index) {
    changeServer(next, server, { holder: NONE });
  }
  turn.set(next, {
    phase: 'resync',
    queue: [],
    proved: false,
    part: 0,
    look: undefined,
    holds: false,
    everything: false,
    heals: false,
    barrier: NONE,
  });
}
