/** Changes that differ in their names alone are shown once, with the names folded. */
import type { Change } from '../../planning/change.js';
import { type AttributeView, attributesOf } from './attributes.js';

export interface ChangeGroup {
  readonly first: Change;
  /** Of one kind, in the order of the plan. */
  readonly changes: readonly Change[];
  /** The same for all of them. */
  readonly attributes: readonly AttributeView[];
}

/** Fewer are shown one by one. */
const MIN_GROUP_SIZE = 3;

/** Every change once, each group at the place of its first change. */
export function groupsOf(changes: readonly Change[]): readonly ChangeGroup[] {
  const alike = new Map<string, Change[]>();
  const keys = changes.map((change) => {
    const { kind, action, reason, dangers } = change;
    const key = JSON.stringify([kind, action, reason, dangers, attributesOf(change)]);
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [change]);
    else group.push(change);
    return key;
  });
  return changes.flatMap((change, at) => {
    const group = alike.get(keys[at] ?? '') ?? [];
    if (group.length < MIN_GROUP_SIZE) return [groupOf([change], change)];
    return group[0] === change ? [groupOf(group, change)] : [];
  });
}

function groupOf(changes: readonly Change[], first: Change): ChangeGroup {
  return { first, changes, attributes: attributesOf(first) };
}

/** What is dangerous first, then the servermap and what ends; of those alike the larger group. */
export function byImportance(groups: readonly ChangeGroup[]): readonly ChangeGroup[] {
  return groups.toSorted((a, b) => rank(a) - rank(b) || b.changes.length - a.changes.length);
}

/** Smaller is more important. */
function rank({ first }: ChangeGroup): number {
  if (first.dangers.length > 0) return 0;
  if (first.kind === 'servermap') return 1;
  return first.action === 'create' ? 3 : first.kind === 'config' ? 1 : 2;
}
