/** Writing batches of whole transactions, at once or in parts. */
import { at } from '../world/changes.js';
import { lsnOf, recordOf, takenFor, withTransaction } from '../world/history.js';
import { type Checkpoint, NONE, REPAIR, type Records, type State } from '../world/state.js';
import type { Turn } from './turn.js';

/** Step 9: the checkpoint of the next write, with the new activation where the rule asks for it. */
export function carried(turn: Turn, renews: boolean): Checkpoint {
  const { me, checkpoint } = turn;
  const base = { ...checkpoint, timeline: me.timeline };
  if (!renews) return base;
  const activation = me.activation === 0 ? checkpoint.activation : me.activation;
  return { ...base, activation, pending: [] };
}

/** Which changes of a batch a part has. */
type Part = 'half' | 'keys' | 'shared';

export function offerBatch(turn: Turn): void {
  const { me, rule, family, state, checkpoint } = turn;
  const { queue } = me;
  const end = at(queue, queue.length - 1);
  if (me.part === 0 && queue.length === 1 && recordOf(state, end).kind === 'huge') {
    offerPart(turn, 'half');
  }
  if (me.part === 0 && queue.length > 1 && family.mergedInParts) {
    offerPart(turn, 'keys');
    offerPart(turn, 'shared');
  }
  turn.go(`writes a batch of ${queue.length}`, (next) => {
    const lsn = lsnOf(next, end);
    const whole: Checkpoint = {
      ...carried(turn, rule.step9Batches),
      witness: { node: end, end: lsn, point: false },
      lsn: rule.step8Falls ? lsn : Math.max(lsn, checkpoint.lsn),
      partOf: partOfWhole(next, turn, end),
    };
    const records = afterBatch(next, turn, (tables, node) =>
      me.holds ? withoutB(next, tables, node) : withTransaction(next, tables, node),
    );
    if (turn.write(next, whole, records)) turn.set(next, { queue: [], part: 0 });
  });
}

function offerPart(turn: Turn, part: Part): void {
  const { me, rule } = turn;
  turn.go(`writes a part (${part}) of a batch of ${me.queue.length}`, (next) => {
    const partOf = partOfPart(next, turn, at(me.queue, me.queue.length - 1));
    const records = afterBatch(next, turn, (tables, node) =>
      afterPart(next, turn, { tables, node, part }),
    );
    if (turn.write(next, { ...carried(turn, rule.step9Parts), partOf }, records)) {
      turn.set(next, { part: 1 });
    }
  });
}

/** Changes are held or owed: parts of them stand in the store until a repair. */
function owesRepair({ me, rule, checkpoint: { partOf } }: Turn): boolean {
  if (me.holds || (me.heals && partOf >= 0)) return true;
  return rule.repairStands && partOf === REPAIR;
}

function partOfPart(state: State, turn: Turn, end: number): number {
  const { partOf } = turn.checkpoint;
  if (owesRepair(turn)) return REPAIR;
  switch (turn.rule.partOfBecomes) {
    case 'later':
      return partOf >= 0 && lsnOf(state, partOf) > lsnOf(state, end) ? partOf : end;
    case 'of the batch':
      return end;
    case 'unchanged':
      return partOf >= 0 ? partOf : end;
  }
}

function partOfWhole(state: State, turn: Turn, end: number): number {
  const { me, rule } = turn;
  const { partOf } = turn.checkpoint;
  if (owesRepair(turn)) return REPAIR;
  if (partOf < 0 || lsnOf(state, partOf) <= lsnOf(state, end)) return NONE;
  if (rule.partOfBecomes !== 'unchanged') return partOf;
  const received = me.queue.some((node) => takenFor(state, rule, [node, partOf]));
  return me.part > 0 || received ? NONE : partOf;
}

type Fold = (tables: Records, node: number) => Records;

function afterBatch(state: State, { me }: Turn, fold: Fold): Records {
  const { a, b, last } = at(state.stores, me.store);
  return me.queue.reduce<Records>(fold, { a, b, last });
}

function withoutB(state: State, tables: Records, node: number): Records {
  const after = withTransaction(state, tables, node);
  return recordOf(state, node).kind === 'wipe' ? after : { ...after, b: tables.b };
}

function afterPart(
  state: State,
  { me }: Turn,
  { tables, node, part }: { readonly tables: Records; readonly node: number; readonly part: Part },
): Records {
  if (recordOf(state, node).kind === 'wipe') return withTransaction(state, tables, node);
  if (part === 'shared' && node !== me.queue.at(-1)) return tables;
  const onlyA = part === 'half' || me.holds;
  const after = onlyA ? withoutB(state, tables, node) : withTransaction(state, tables, node);
  return part === 'shared' ? after : { ...after, last: tables.last };
}
