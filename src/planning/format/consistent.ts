/** What a plan file repeats of its changes is compared with them: `show` has no database to ask. */
import { addressOfRow } from '../../model/address.js';
import type { Change } from '../change.js';
import type { Plan, PlanSummary } from '../plan.js';

/** The counts of a plan with these changes. */
export function summaryOf(changes: readonly Change[]): PlanSummary {
  const summary = { add: 0, change: 0, expire: 0, delete: 0 };
  const counted = { create: 'add', revive: 'add', update: 'change' } as const;
  for (const { action } of changes) {
    if (action === 'expire' || action === 'delete') summary[action] += 1;
    else summary[counted[action]] += 1;
  }
  return summary;
}

/** Where a plan contradicts itself, in a clause; undefined: nowhere. */
export function contradictionIn({ changes, summary }: Plan): string | undefined {
  const counted = summaryOf(changes);
  const { add, change, expire } = counted;
  const isCounted = add === summary.add && change === summary.change && expire === summary.expire;
  if (!isCounted || counted.delete !== summary.delete) return 'its summary counts other changes';
  const wrong = changes.find((one) => !isNamed(one) || !isPossible(one));
  return wrong && `the change at ${wrong.address} is of another row or another kind`;
}

/** A change is approved by its address. */
function isNamed(change: Change): boolean {
  if (change.kind === 'servermap') return change.address === 'servermap';
  const rows = [change.before, change.after].flatMap((row) => (row === null ? [] : [row]));
  return rows.length > 0 && rows.every((row) => addressOfRow(change.kind, row) === change.address);
}

function isPossible({ kind, action, before, after }: Change): boolean {
  if (action === 'create') return after !== null && (before === null || kind === 'servermap');
  if (action === 'delete') return before !== null && after === null;
  return before !== null && after !== null;
}
