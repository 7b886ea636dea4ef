/**
 * The meanings of the dangers, and the dangers of a plan as a whole; the others are found where a
 * change is planned. schema/plan.schema.json lists their names.
 */
import { LenkwerkError } from '../model/errors.js';
import { KINDS, type Section } from '../model/kinds.js';
import type { RecordedState } from '../model/resources.js';
import type { Change, ChangeOf, InstanceAttributes } from './change.js';
import { DANGERS, type Danger } from './format/generated/dangers.js';
import { instanceAttributes, instanceName } from './kinds/instances.js';
import { entriesOfText } from './kinds/servermap.js';
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
  return entriesOfText(recorded.servermap.map).map(({ copies }) => copies);
}

/** Instances whose change removes the last readable copy of some data. */
function newlyUnreadable(
  changes: readonly Change[],
  recorded: RecordedState,
  copies: readonly (readonly string[])[],
): ReadonlySet<string> {
  if (copies.length === 0 || changes.length === 0) return new Set();
  const touched = changes.filter(
    (change): change is ChangeOf<'instance'> =>
      change.kind === 'instance' && change.before !== null,
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
  const reasons = plan.notices.filter((text) => named.some((one) => text.startsWith(`${one} is `)));
  return new LenkwerkError(
    'refused',
    [`dangerous: ${refused.join(', ')} (${named.join(', ')}${more})`, ...reasons].join('; '),
    { hint: `if that is what you want: --allow ${refused.join()}` },
  );
}
