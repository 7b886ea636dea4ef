/** Questions about the tree of histories. */

import type { Rule } from '../rule.js';
import { at } from './changes.js';
import { NONE, type RecordKind, type Records, type State, type WalRecord } from './state.js';

const TRANSACTIONS: readonly RecordKind[] = ['commit', 'huge', 'barrier', 'wipe'];

export const recordOf = (state: State, node: number): WalRecord => at(state.history, node);
export const lsnOf = (state: State, node: number): number => recordOf(state, node).lsn;

/** A record that the stream shows as a transaction. */
export function isTransaction(state: State, node: number): boolean {
  return TRANSACTIONS.includes(recordOf(state, node).kind);
}

/** The records from the root to a node. */
export function pathTo(state: State, node: number): readonly number[] {
  const path: number[] = [];
  for (let here = node; here !== NONE; here = recordOf(state, here).parent) path.push(here);
  return path.reverse();
}

/** Is a node in the history that ends at `head`? */
export function isIn(state: State, node: number, head: number): boolean {
  for (let here = head; here !== NONE; here = recordOf(state, here).parent) {
    if (here === node) return true;
  }
  return false;
}

/** What a slot shows of the history up to `head` after an LSN: nothing of an earlier system. */
export function shownAfter(state: State, head: number, lsn: number): readonly number[] {
  const shown: number[] = [];
  for (let here = head; here !== NONE; ) {
    const record = recordOf(state, here);
    if (record.kind === 'system') break;
    if (record.lsn > lsn && isTransaction(state, here)) shown.push(here);
    here = record.parent;
  }
  return shown.reverse();
}

/** The first of them. */
export function firstShownAfter(state: State, head: number, lsn: number): number | undefined {
  let first: number | undefined;
  for (let here = head; here !== NONE; ) {
    const record = recordOf(state, here);
    if (record.kind === 'system') break;
    if (record.lsn > lsn && isTransaction(state, here)) first = here;
    here = record.parent;
  }
  return first;
}

/** The activation in the table `agent_slot` as of a node. */
export function activationAt(state: State, head: number): number {
  for (let here = head; here !== NONE; here = recordOf(state, here).parent) {
    const { kind, activation } = recordOf(state, here);
    if (kind === 'row') return activation;
  }
  return 0;
}

/** The activations that the row had, oldest first, each with `upTo` of what its successor read. */
export function activationsAt(state: State, head: number): readonly WalRecord[] {
  return pathTo(state, head)
    .map((node) => recordOf(state, node))
    .filter(({ kind }) => kind === 'row');
}

/** The tables as of a node. */
export function tablesAt(state: State, head: number): Records {
  let tables: Records = { a: 0, b: 0, last: NONE };
  for (const node of pathTo(state, head)) tables = withTransaction(state, tables, node);
  return tables;
}

/** The tables after one more record. */
export function withTransaction(state: State, tables: Records, node: number): Records {
  const bit = 1 << node;
  switch (recordOf(state, node).kind) {
    case 'commit':
      return { a: tables.a | bit, b: tables.b, last: node };
    case 'huge':
      return { a: tables.a | bit, b: tables.b | bit, last: node };
    case 'wipe':
      return { a: 0, b: 0, last: node };
    case 'root':
    case 'row':
    case 'other':
    case 'system':
    case 'barrier':
      return tables;
  }
}

/** Does an agent take one transaction for another: same LSN, xid and, by the rule, commit time? */
export function takenFor(state: State, rule: Rule, [one, other]: readonly [number, number]) {
  if (rule.step8Time) return one === other;
  return lsnOf(state, one) === lsnOf(state, other) && xidOf(state, one) === xidOf(state, other);
}

function xidOf(state: State, node: number): number {
  const counts = (here: number) =>
    isTransaction(state, here) || recordOf(state, here).kind === 'row';
  return pathTo(state, node).filter(counts).length;
}
