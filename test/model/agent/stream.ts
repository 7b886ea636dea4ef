/** Step 8 while the witness is awaited, steps 9 and 10, and acknowledging. */
import { at, changeServer, remaining, spend } from '../world/changes.js';
import { firstShownAfter, lsnOf, recordOf, takenFor } from '../world/history.js';
import { type Checkpoint, NONE, type State } from '../world/state.js';
import { offerBarrier, offerRepair } from './repair.js';
import { goOn, toResync } from './start.js';
import type { Turn } from './turn.js';
import { carried, offerBatch } from './write.js';

export function offerStreaming(turn: Turn): void {
  const { me, rule, store, server } = turn;
  if (!me.connected) turn.go('notices that its session is gone', (next) => turn.end(next));
  if (rule.writeWatch && store.checkpoint?.writeId !== me.writeId) {
    turn.go('sees a checkpoint that is not its own (watch)', (next) => turn.end(next));
  }
  const sees = rule.watchForeign && store.foreign !== NONE && store.foreign >= me.watched;
  if (sees && me.proved && !me.heals) {
    turn.go('sees a write of another client (watch)', (next) => turn.set(next, { heals: true }));
  }
  const next = firstShownAfter(turn.state, server.head, me.received);
  if (next !== undefined) offerReceive(turn, next);
  else if (me.connected) offerKeepalive(turn);
  const [first] = me.queue;
  if (first === undefined) {
    if (next === undefined && me.connected) offerIdle(turn);
  } else if (first === me.barrier) offerRepair(turn);
  else offerBatch(turn);
  if (me.connected && me.proved) offerBarrier(turn);
  if (me.connected && me.proved) offerConfirm(turn);
}

function mayReceive({ me, family }: Turn, node: number): boolean {
  if (!me.connected || me.part > 0 || me.queue.length >= family.merge) return false;
  // A batch ends before the barrier of a repair; nothing is merged with it.
  return me.queue.length === 0 || (node !== me.barrier && me.queue[0] !== me.barrier);
}

function offerReceive(turn: Turn, node: number): void {
  const { me, state } = turn;
  if (!mayReceive(turn, node)) return;
  turn.ask('receives a transaction', (next) => receive(next, turn, { node, holds: false }));
  const changed = recordOf(state, node).kind === 'huge' && remaining(state, 'shapes') > 0;
  if (!me.proved || me.holds || !changed) return;
  turn.ask('receives a changed shape: holds the changes of table B', (next) =>
    receive(next, turn, { node, holds: true }),
  );
}

interface Received {
  readonly node: number;
  readonly holds: boolean;
}

function receive(next: State, turn: Turn, { node, holds }: Received) {
  const { me, rule, checkpoint } = turn;
  turn.set(next, { received: lsnOf(next, node) });
  if (!me.proved) return awaitWitness(next, turn, node);
  if (isPartOfMissing(next, turn, node)) return toResync(next, turn);
  if (holds) spend(next, 'shapes');
  const everything = holds && rule.heldInParts && checkpoint.partOf !== NONE;
  turn.set(next, {
    queue: [...me.queue, node],
    holds: holds || me.holds,
    everything: everything || me.everything,
  });
}

/** Step 8: dropped, the witness itself, or the proof that this is another history. */
function awaitWitness(next: State, turn: Turn, node: number): void {
  const { rule, checkpoint } = turn;
  const lsn = lsnOf(next, node);
  if (lsn < checkpoint.witness.end) {
    if (!rule.step8Drops) turn.set(next, { queue: [node] });
  } else if (takenFor(next, rule, [node, checkpoint.witness.node])) {
    goOn(next, turn, rule.step8Falls ? lsn : checkpoint.lsn);
  } else if (rule.step8OtherBegin) toResync(next, turn);
}

/** Step 10 at a Begin: it shows that the transaction in parts does not come. */
function isPartOfMissing(next: State, turn: Turn, node: number): boolean {
  const { me, rule, checkpoint } = turn;
  const { partOf } = checkpoint;
  if (rule.step10Begin === 'none' || partOf < 0) return false;
  if (rule.step10Begin === 'first of a batch' && me.queue.length > 0) return false;
  const lsn = lsnOf(next, node);
  const passes = lsn >= lsnOf(next, partOf) || (me.flush !== NONE && lsn > me.flush);
  return passes && ![...me.queue, node].some((other) => takenFor(next, rule, [other, partOf]));
}

/** A keepalive when nothing is left to receive: what is awaited does not come. */
function offerKeepalive(turn: Turn): void {
  const { me, rule, state, server, checkpoint } = turn;
  const head = lsnOf(state, server.head);
  if (!me.proved) {
    if (!rule.step8Keepalive || head < checkpoint.witness.end) return;
    turn.ask('hears of WAL beyond the witness, which did not come (step 8)', (next) =>
      toResync(next, turn),
    );
    return;
  }
  const { partOf } = checkpoint;
  if (me.queue.length > 0 || !rule.step10Keepalive || partOf < 0) return;
  if (head < lsnOf(state, partOf) && me.flush === NONE) return;
  turn.ask('hears that the rest of a part does not come (step 10)', (next) => toResync(next, turn));
}

function offerIdle(turn: Turn): void {
  const { me, rule, state, server, checkpoint } = turn;
  const head = lsnOf(state, server.head);
  const inParts = rule.idleNotInParts && checkpoint.partOf !== NONE;
  if (!me.proved || head <= checkpoint.lsn || inParts || me.holds) return;
  turn.go('writes an idle position', (next) => {
    const idle: Checkpoint = { ...carried(turn, rule.step9Idle), lsn: head };
    if (turn.write(next, idle)) turn.set(next, { received: Math.max(head, me.received) });
  });
}

function offerConfirm(turn: Turn): void {
  const { me, rule, state, server, checkpoint } = turn;
  const upTo = rule.ackAfterStore ? checkpoint.lsn : me.received;
  if (upTo <= at(state.servers, me.server).confirmed) return;
  turn.ask('confirms', (next) => changeServer(next, me.server, { confirmed: upTo, onDisk: upTo }));
  if (remaining(state, 'crashes') === 0 || !server.up) return;
  turn.ask('confirms, not on disk yet', (next) =>
    changeServer(next, me.server, { confirmed: upTo }),
  );
}
