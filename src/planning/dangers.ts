/**
 * The meanings of the dangers, and the dangers of a plan as a whole; the others are found where a
 * change is planned. schema/plan.schema.json lists their names.
 */
import { LenkwerkError } from '../model/errors.js';
import { KINDS, type Section } from '../model/kinds.js';
import { foldNames } from '../model/names.js';
import type { RecordedState } from '../model/resources.js';
import type { Change } from './change.js';
import { DANGERS, type Danger } from './format/generated/dangers.js';
import {
  copiesOf,
  type EntryCopies,
  lostEntries,
  newestGenerations,
  readableInstances,
} from './instances/copies.js';
import { instanceName, instancesAfter } from './kinds/instances.js';
import { entriesOf } from './kinds/servermap.js';
import { presentCount, type Rules } from './periods.js';
import type { Plan } from './plan.js';

/** The possible effect, in one clause, for plans and the README. */
export const MEANINGS: Readonly<Record<Danger, string>> = {
  'delete:instance': 'an instance is removed from the cluster state for good',
  'delete:config': 'a configuration value is removed',
  'expire:dimension': 'partitions are no longer split by this field',
  'expire:index': 'later partitions lack this index',
  'reorder:dimension': 'the order of dimensions names the partitions',
  'copies:offline': 'every copy of some data would be unreadable',
  'copies:same-host': 'both copies of some data would lie on one host',
  'servermap:drops-data': 'an instance is removed that may still hold data younger than retain_hrs',
  'deletes:many': 'an unusually large part of a section is deleted',
  'store:redirect': 'what is published, or a login, goes to another store than before',
  'expression:unvetted':
    'an expression or a name runs in the storage nodes and could not be vetted',
  'node:command': 'storage nodes run this value, or join it into their statements',
};

const MANY_DELETIONS = 3;
const MANY_DELETIONS_SHARE = 0.1;

/** The same changes, with `copies:offline`, `servermap:drops-data` and `deletes:many` added. */
export function withPlanDangers(
  changes: readonly Change[],
  recorded: RecordedState,
  rules: Rules,
): readonly Change[] {
  const entries = changes.some(isOfRecordedInstance) ? copiesAfter(changes, recorded) : [];
  const mayHoldData = new Set(entries.flatMap(({ copies }) => copies));
  const unreadable = new Set(lostEntries(entries).flatMap(({ readableNow }) => readableNow));
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

function isOfRecordedInstance({ kind, before }: Change): boolean {
  return kind === 'instance' && before !== null;
}

function copiesAfter(changes: readonly Change[], recorded: RecordedState): readonly EntryCopies[] {
  return copiesOf(recorded, readableInstances(instancesAfter(recorded, changes)));
}

const NO_COPY_LEFT = 'no readable copy would be left of ';
const ENTRIES_NAMED = 5;

/**
 * The reason of `copies:offline` in a plan, and entries of a new servermap that have no readable
 * copy from the start: each as one notice that names the entries of the servermap.
 */
export function copiesNotices(
  changes: readonly Change[],
  recorded: RecordedState,
): readonly string[] {
  const isOffline = changes.some(({ dangers }) => dangers.includes('copies:offline'));
  const lost = isOffline ? lostEntries(copiesAfter(changes, recorded)) : [];
  const generations = newestGenerations(lost.flatMap((entry) => entry.generations));
  const left = namedEntries(lost.map(({ entry }) => entry));
  const mapped = namedEntries(unreadableMapped(changes, recorded));
  return [
    ...(lost.length > 0 ? [`${NO_COPY_LEFT}${left} (servermap generation ${generations})`] : []),
    ...(mapped === '' ? [] : [`the new servermap has no readable copy of ${mapped}`]),
  ];
}

/** Keys of the entries of a planned servermap, none of whose copies can be read after the plan. */
function unreadableMapped(changes: readonly Change[], recorded: RecordedState): readonly string[] {
  const planned = changes.find((change) => change.kind === 'servermap');
  if (planned?.after === undefined || planned.after === null) return [];
  const readable = readableInstances(instancesAfter(recorded, changes));
  const entries = entriesOf(planned.after);
  const unreadable = entries.filter(({ copies }) => !copies.some((one) => readable.has(one)));
  return unreadable.map(({ key }) => key);
}

function namedEntries(keys: readonly string[]): string {
  const names = foldNames([...new Set(keys)]);
  const more = names.length > ENTRIES_NAMED ? ` and ${names.length - ENTRIES_NAMED} more` : '';
  return `${names.slice(0, ENTRIES_NAMED).join(', ')}${more}`;
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
  const many = [...removals].filter(
    ([section, count]) =>
      count > MANY_DELETIONS &&
      count > MANY_DELETIONS_SHARE * presentCount(section, recorded, rules),
  );
  return new Set(many.map(([section]) => section));
}

/** Parts are not counted: fields are deleted with their index. */
function isRemoval(change: Change): boolean {
  return (
    KINDS[change.kind].partOf === null && (change.action === 'delete' || change.action === 'expire')
  );
}

function sectionOf({ kind }: Change): Section {
  return KINDS[kind].section;
}

const ADDRESSES_NAMED = 3;

/** Throws `refused` when the plan holds a danger that is not allowed. */
export function requireAllowed(plan: Plan, allowed: readonly Danger[]): void {
  const refusal = refusalOf(plan, allowed);
  if (refusal !== undefined) throw refusal;
}

/** The error `refused` for a plan that holds a danger that is not allowed, or undefined. */
export function refusalOf(plan: Plan, allowed: readonly Danger[]): LenkwerkError | undefined {
  const found = new Set(plan.changes.flatMap(({ dangers }) => dangers));
  const refused = DANGERS.filter((danger) => found.has(danger) && !allowed.includes(danger));
  if (refused.length === 0) return undefined;
  const places = plan.changes
    .filter(({ dangers }) => dangers.some((danger) => refused.includes(danger)))
    .map(({ address }) => address);
  const named = places.slice(0, ADDRESSES_NAMED);
  const more = places.length > named.length ? ` and ${places.length - named.length} more` : '';
  const isReason = (text: string) =>
    named.some((one) => text.startsWith(`${one} is `)) ||
    (refused.includes('copies:offline') && text.startsWith(NO_COPY_LEFT));
  const reasons = plan.notices.filter(isReason);
  return new LenkwerkError(
    'refused',
    [`dangerous: ${refused.join(', ')} (${named.join(', ')}${more})`, ...reasons].join('; '),
    { hint: `if that is what you want: --allow ${refused.join()}` },
  );
}
