/** A repair: the rows as of a barrier, written where the barrier arrives in the stream. */
import { append, remaining, spend } from '../world/changes.js';
import { lsnOf, tablesAt } from '../world/history.js';
import { NONE, REPAIR, type Records } from '../world/state.js';
import type { Turn } from './turn.js';
import { carried } from './write.js';

export function offerBarrier(turn: Turn): void {
  const { me, state, server, checkpoint } = turn;
  const owed = me.holds || me.heals || checkpoint.partOf === REPAIR;
  if (!owed || me.barrier !== NONE || !server.primary) return;
  if (remaining(state, 'barriers') === 0) return;
  turn.ask('emits a barrier and reads the rows', (next) => {
    spend(next, 'barriers');
    turn.set(next, { barrier: append(next, me.server, { kind: 'barrier' }) });
  });
}

export function offerRepair(turn: Turn): void {
  const { me, rule, state, store, checkpoint } = turn;
  const { partOf } = checkpoint;
  const rows = tablesAt(state, me.barrier);
  const inherited = partOf === REPAIR && me.inherited && rule.repairOfEverything;
  const everything = me.everything || me.heals || inherited;
  const base = carried(turn, rule.step9Batches);
  if (me.part === 0) {
    turn.go('writes a part of the repair', (next) => {
      const part: Records = { a: store.a | rows.a, b: store.b, last: rows.last };
      const parts = { ...carried(turn, rule.step9Parts), partOf: REPAIR };
      if (turn.write(next, parts, part)) turn.set(next, { part: 1 });
    });
  }
  turn.go(`writes the repair of ${everything ? 'everything' : 'table B'}`, (next) => {
    const end = lsnOf(next, me.barrier);
    const later = partOf >= 0 && lsnOf(next, partOf) > end ? partOf : NONE;
    const witness = { node: me.barrier, end, point: false };
    const whole = { ...base, witness, lsn: end, partOf: later };
    const one: Records = { a: store.a, b: rows.b, last: store.last };
    const records = everything ? { ...rows, foreign: NONE } : one;
    if (!turn.write(next, whole, records)) return;
    const paid = { holds: false, everything: false, heals: false, inherited: false };
    turn.set(next, { queue: [], part: 0, barrier: NONE, ...paid });
  });
}
