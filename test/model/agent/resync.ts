/** Resync: lock, slot dropped, row, slot, [snapshot,] the difference, stream. */

import type { Rule } from '../rule.js';
import { append, at, changeServer, must, nonce, serverOf } from '../world/changes.js';
import { activationAt, lsnOf, tablesAt } from '../world/history.js';
import { type Checkpoint, type Late, NONE, type State } from '../world/state.js';
import { isOldPrimary } from './judge.js';
import { mayDelete, mustBeItsOwnPast } from './own-past.js';
import { gaveUp, type Turn } from './turn.js';

type ResyncStep = 'lock' | 'drop' | 'row' | 'slot' | 'snapshot' | 'difference';

function stepsOf(rule: Rule): readonly ResyncStep[] {
  const order: readonly ResyncStep[] = !rule.resyncSlotFirst
    ? ['snapshot', 'slot', 'row', 'difference']
    : rule.resyncRowFirst
      ? ['drop', 'row', 'slot', 'snapshot', 'difference']
      : ['drop', 'slot', 'row', 'snapshot', 'difference'];
  const steps = rule.step6Order === 'none' ? order.filter((step) => step !== 'row') : order;
  return rule.step2HoldsFirst && rule.resyncLock ? ['lock', ...steps] : steps;
}

export function offerResync(turn: Turn) {
  switch (stepsOf(turn.rule)[turn.me.part]) {
    case 'lock':
      return offerLock(turn);
    case 'drop':
      return offerDrop(turn);
    case 'row':
      return offerRow(turn);
    case 'slot':
      return offerSlot(turn);
    case 'snapshot':
      offerSnapshot(turn);
      // The difference may fit one revision: no snapshot phase at all.
      if (turn.rule.resyncSlotFirst) offerDifference(turn);
      return;
    case 'difference':
      if (!turn.me.proved) offerHalf(turn);
      return offerDifference(turn);
    case undefined:
      return;
  }
}

function done(next: State, turn: Turn): void {
  turn.set(next, { part: turn.me.part + 1 });
}

/** The request to the server was given up: it may be served later. */
function isLate(next: State, turn: Turn, late: Late): boolean {
  if (!gaveUp(next)) return false;
  next.late = [...next.late, late];
  turn.end(next);
  return true;
}

function offerLock(turn: Turn): void {
  turn.ask('resync: takes the lock', (next) => {
    if (turn.server.lock !== NONE) return turn.end(next);
    changeServer(next, turn.me.server, { lock: turn.index });
    done(next, turn);
  });
}

function offerDrop(turn: Turn): void {
  const { me, server, family } = turn;
  turn.ask('resync: drops the slot', (next) => {
    if (!server.primary || server.holder !== NONE) return turn.end(next);
    must(!family.harmless, 'a resync that is not needed');
    const old = me.checkpoint !== undefined && isOldPrimary(server, me.checkpoint);
    must(!old, 'an old primary is published without a person');
    if (!mayDelete(next, turn)) return turn.end(next);
    if (isLate(next, turn, { kind: 'drop', server: me.server })) return;
    changeServer(next, me.server, { confirmed: NONE, onDisk: NONE });
    done(next, turn);
  });
}

function offerRow(turn: Turn): void {
  const { me, server } = turn;
  turn.ask('resync: writes a fresh activation to the row', (next) => {
    if (!server.primary) return turn.end(next);
    const activation = nonce(next);
    const row = { kind: 'row', activation } as const;
    const late = { ...row, server: me.server, guard: undefined, upTo: NONE };
    if (isLate(next, turn, late)) return;
    append(next, me.server, { ...row, upTo: me.confirmed });
    turn.set(next, { activation, part: me.part + 1 });
  });
}

function offerSlot(turn: Turn): void {
  const { me, rule, server } = turn;
  turn.ask('resync: makes the slot', (next) => {
    const there = rule.resyncSlotFirst && server.confirmed !== NONE;
    if (!server.primary || server.holder !== NONE || there) return turn.end(next);
    if (isLate(next, turn, { kind: 'create', server: me.server })) return;
    const lsn = lsnOf(next, server.head);
    changeServer(next, me.server, { confirmed: lsn, onDisk: lsn });
    turn.set(next, { snapshotAt: server.head, part: me.part + 1 });
  });
}

function snapshotOf({ me, state }: Turn): Checkpoint {
  const node = Math.max(me.snapshotAt, 0);
  return {
    writeId: 0,
    system: me.system,
    timeline: me.timeline,
    activation: me.activation,
    pending: [],
    snapshot: true,
    witness: { node, end: lsnOf(state, node), point: true },
    lsn: 0,
    partOf: NONE,
  };
}

/** A resync that has begun to write its difference was judged before. */
function mayWrite(next: State, turn: Turn): boolean {
  return turn.me.checkpoint?.activation === turn.me.activation || mayDelete(next, turn);
}

function offerSnapshot(turn: Turn): void {
  turn.go('resync: the checkpoint gets phase snapshot', (next) => {
    if (!mayDelete(next, turn)) return turn.end(next);
    if (turn.write(next, snapshotOf(turn))) done(next, turn);
  });
}

function offerHalf(turn: Turn): void {
  turn.go('resync: writes half of the difference', (next) => {
    const { a, b } = tablesAt(next, turn.me.snapshotAt);
    if (!mayWrite(next, turn)) return turn.end(next);
    mustBeItsOwnPast(next, turn);
    if (turn.write(next, snapshotOf(turn), { a, b, last: NONE })) {
      turn.set(next, { proved: true });
    }
  });
}

function offerDifference(turn: Turn): void {
  const { me } = turn;
  turn.go('resync: writes the difference', (next) => {
    const rows = tablesAt(next, me.snapshotAt);
    if (!mayWrite(next, turn)) return turn.end(next);
    mustBeItsOwnPast(next, turn);
    const snapshot = snapshotOf(turn);
    const lsn = snapshot.witness.end;
    const records = { ...rows, foreign: NONE };
    if (!turn.write(next, { ...snapshot, snapshot: false, lsn }, records)) return;
    streamFrom(next, turn, lsn);
  });
}

/** START on the slot that was just created; the session's lock becomes the stream. */
function streamFrom(next: State, turn: Turn, lsn: number) {
  const { me, index, rule } = turn;
  const server = serverOf(next, me.server);
  const own = activationAt(next, server.head) === me.activation || rule.step6Order === 'none';
  const free = me.connected && server.confirmed === lsn && server.holder === NONE;
  if (!free || !own) return turn.end(next);
  changeServer(next, me.server, { holder: index });
  const { revision } = at(next.agents, index);
  const began = { proved: true, part: 0, snapshotAt: NONE, watched: revision };
  turn.set(next, { phase: 'stream', received: lsn, ...began });
}
