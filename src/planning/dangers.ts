/** Dangers that only the plan as a whole shows; the others are known where a change is made. */

import type { RecordedState, Section, TimeBound } from '../model/resources.js';
import type { Change, Danger, InstanceAttributes, InstanceChange } from './change.js';
import { instanceAttributes, instanceName } from './kinds/instances.js';
import { entriesOfText } from './kinds/servermap.js';
import { type PeriodRule, presence, type Rules } from './periods.js';

const MANY_DELETIONS = 3;
const MANY_DELETIONS_SHARE = 0.1;

/** The same changes, with `copies:offline`, `servermap:drops-data` and `deletes:many` added. */
export function withPlanDangers(
  changes: readonly Change[],
  recorded: RecordedState,
  rules: Rules,
): readonly Change[] {
  const copies = recordedCopies(recorded);
  const mayHoldData = new Set([...copies.flat(), ...recorded.formerCopies]);
  const unreadable = newlyUnreadable(changes, recorded, copies);
  const many = sectionsWithManyDeletions(changes, recorded, rules);
  return changes.map((change) => {
    const dangers: Danger[] = [...change.dangers];
    if (change.kind === 'instance' && change.before !== null) {
      const name = instanceName(change.before);
      if (unreadable.has(name)) dangers.push('copies:offline');
      if (change.action === 'delete' && mayHoldData.has(name)) {
        dangers.push('servermap:drops-data');
      }
    }
    if (isRemoval(change) && many.has(sectionOf(change))) dangers.push('deletes:many');
    return dangers.length === change.dangers.length ? change : { ...change, dangers };
  });
}

/** The instances of each entry of the current generation. */
function recordedCopies(recorded: RecordedState): readonly (readonly string[])[] {
  if (recorded.servermap === undefined) return [];
  return entriesOfText(recorded.servermap.serverMap).map(({ copies }) => copies);
}

/** Instances whose change takes the last readable copy of some data away. */
function newlyUnreadable(
  changes: readonly Change[],
  recorded: RecordedState,
  copies: readonly (readonly string[])[],
): ReadonlySet<string> {
  if (copies.length === 0 || changes.length === 0) return new Set();
  const touched = changes.filter(
    (change): change is InstanceChange => change.kind === 'instance' && change.before !== null,
  );
  const readableNow = new Map(
    recorded.instances.map((row) => [instanceName(row), isReadable(instanceAttributes(row))]),
  );
  const readableThen = new Map(readableNow);
  for (const { before, after } of touched) {
    if (before !== null)
      readableThen.set(instanceName(before), after !== null && isReadable(after));
  }
  const lost = copies.filter(
    (names) =>
      names.some((name) => readableNow.get(name)) && !names.some((name) => readableThen.get(name)),
  );
  return new Set(lost.flat().filter((name) => readableNow.get(name) && !readableThen.get(name)));
}

function isReadable(instance: InstanceAttributes): boolean {
  return instance.status === 'online' || instance.status === 'read-only';
}

function sectionsWithManyDeletions(
  changes: readonly Change[],
  recorded: RecordedState,
  rules: Rules,
): ReadonlySet<Section> {
  const removals = new Map<Section, number>();
  for (const change of changes.filter(isRemoval)) {
    const section = sectionOf(change);
    removals.set(section, (removals.get(section) ?? 0) + 1);
  }
  const present = (rows: readonly TimeBound[], rule: PeriodRule): number =>
    rows.filter((row) => presence(row, rule) === 'present').length;
  const sizes = new Map<Section, number>([
    ['instances', recorded.instances.length],
    ['dimensions', present(recorded.dimensions, rules.dimensions)],
    ['indexes', present(recorded.indexes, rules.indexes)],
    ['config', recorded.config.length],
  ]);
  const many = [...removals].filter(
    ([section, count]) =>
      count > MANY_DELETIONS && count > MANY_DELETIONS_SHARE * (sizes.get(section) ?? 0),
  );
  return new Set(many.map(([section]) => section));
}

/** Fields are not counted: they go with their index. */
function isRemoval(change: Change): boolean {
  return (
    change.kind !== 'index-field' && (change.action === 'delete' || change.action === 'expire')
  );
}

function sectionOf(change: Change): Section {
  switch (change.kind) {
    case 'instance':
      return 'instances';
    case 'dimension':
      return 'dimensions';
    case 'index':
    case 'index-field':
      return 'indexes';
    case 'config':
      return 'config';
    case 'servermap':
      return 'servermap';
  }
}
