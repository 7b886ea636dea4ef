/** Resync: a database may delete from a store without a person where the store is its own past. */
import { must, serverOf, storeOf } from '../world/changes.js';
import { activationAt, activationsAt, isIn, lsnOf, tablesAt } from '../world/history.js';
import { type Checkpoint, NONE, type Records, type State } from '../world/state.js';
import type { Turn } from './turn.js';

export function deletes(store: Records, rows: Records): boolean {
  return (store.a & ~rows.a) !== 0 || (store.b & ~rows.b) !== 0;
}

/** May this resync go on without a person? Judged by what the agent knows. */
export function mayDelete(next: State, turn: Turn): boolean {
  const { me, rule, family } = turn;
  const { checkpoint } = me;
  if (!family.guarded) return true;
  const server = serverOf(next, me.server);
  const from = me.snapshotAt === NONE ? server.head : me.snapshotAt;
  if (!deletes(storeOf(next, me.store), tablesAt(next, from))) return true;
  if (checkpoint === undefined) return rule.resyncOwnPast === 'anything';
  switch (rule.resyncOwnPast) {
    case 'former with upTo':
    case 'former':
      return isFormer(next, turn, { checkpoint, from });
    case 'position of the server':
      return isBehindServer(next, turn, { checkpoint, from });
    case 'anything':
      return true;
  }
}

interface Judged {
  readonly checkpoint: Checkpoint;
  readonly from: number;
}

function isFormer(next: State, { me, family, rule }: Turn, { checkpoint, from }: Judged): boolean {
  const known = activationsAt(next, from).slice(-(family.formerLimit + 1));
  const index = known.findIndex(({ activation }) => activation === checkpoint.activation);
  if (index < 0) return false;
  const upTo = known[index + 1]?.upTo ?? me.confirmed;
  return rule.resyncOwnPast === 'former' || checkpoint.witness.end <= upTo;
}

function isBehindServer(next: State, { me }: Turn, { checkpoint, from }: Judged): boolean {
  const { head, timeline, switches } = serverOf(next, me.server);
  const { activation, pending, witness } = checkpoint;
  const known = activationsAt(next, from).some((row) => row.activation === activation);
  if (!known) return pending.includes(activationAt(next, head));
  if (witness.end > lsnOf(next, head)) return false;
  if (checkpoint.timeline === timeline) return true;
  const left = switches.find((entry) => entry.timeline === checkpoint.timeline);
  return left !== undefined && left.lsn >= witness.end;
}

/** The checker: does a difference that deletes belong to the history of what it deletes? */
export function mustBeItsOwnPast(next: State, { me, family }: Turn): void {
  if (!family.guarded || next.givesUp) return;
  const store = storeOf(next, me.store);
  const { checkpoint, revision } = store;
  if (revision !== me.revision || (checkpoint?.writeId ?? 0) !== me.writeId) return;
  if (checkpoint?.activation === me.activation) return;
  if (!deletes(store, tablesAt(next, me.snapshotAt))) return;
  const own = checkpoint !== undefined && isIn(next, checkpoint.witness.node, me.snapshotAt);
  must(own, 'another database emptied the store without a person');
}
