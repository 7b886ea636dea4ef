/** Parts of a plan: patterns on addresses, and the addresses that they match. */
import { addressOf, addressOfRow } from '../model/address.js';
import { LenkwerkError } from '../model/errors.js';
import { ROW_KINDS, type RowKind, SECTIONS } from '../model/kinds.js';
import { type DesiredState, type RecordedState, rowsOf } from '../model/resources.js';
import { matchesPattern, nearestName } from '../model/text.js';
import type { Timestamp } from '../model/time-bounds.js';
import type { Change } from './change.js';
import { desiredFromRecorded } from './desired-from-recorded.js';
import { PLANNERS } from './kinds/registry.js';
import type { AddressRequest } from './kinds/section.js';
import type { PlanProblem } from './problems.js';

/** `*` matches any characters, `?` one. */
export interface Selection {
  /** None: everything that is not excluded. */
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
}

/** True for the addresses that are planned. A field is selected with its index. */
export function isSelected(address: string, { targets, excludes }: Selection): boolean {
  const names = [address, indexOfField(address)].filter((name) => name !== undefined);
  const matches = (patterns: readonly string[]): boolean =>
    names.some((name) => patterns.some((pattern) => matchesPattern(name, pattern)));
  return (targets.length === 0 || matches(targets)) && !matches(excludes);
}

/**
 * Throws `usage`, with the nearest address, for a pattern that matches nothing desired or recorded.
 * Only for the requested plan: after its execution deleted rows no longer match.
 */
export function requireMatches(selection: Selection, request: AddressRequest): void {
  const known = [...knownAddresses(request)];
  for (const pattern of [...selection.targets, ...selection.excludes]) {
    if (known.some((address) => matchesPattern(address, pattern))) continue;
    const nearest = nearestName(pattern, known);
    throw new LenkwerkError('usage', `no address matches ${pattern}`, {
      hint:
        nearest === undefined
          ? 'addresses look like instance/HOST:PORT, index/NAME, config/KEY, servermap'
          : `did you mean ${nearest}?`,
    });
  }
}

/** The addresses of all desired and recorded resources. */
function knownAddresses(request: AddressRequest): ReadonlySet<string> {
  const { recorded } = request;
  return new Set([
    ...SECTIONS.flatMap((section) => PLANNERS[section].addresses(request)),
    ...ROW_KINDS.flatMap((kind) => recordedAddresses(recorded, kind)),
    ...(recorded.servermap === undefined ? [] : [addressOf('servermap', {})]),
  ]);
}

function recordedAddresses(recorded: RecordedState, kind: RowKind): readonly string[] {
  if (kind !== 'index-field') {
    return rowsOf(recorded, kind).map((row) => addressOfRow(kind, row));
  }
  const indexNames = indexNamesOf(recorded);
  return recorded.indexFields.map(({ indexId, ordinality }) =>
    addressOf('index-field', { index: indexNames.get(indexId) ?? '', ordinality }),
  );
}

function indexNamesOf({ indexes }: RecordedState): ReadonlyMap<number, string> {
  return new Map(indexes.map(({ id, name }) => [id, name]));
}

/** The address of the index of a field; undefined for other addresses. */
export function indexOfField(address: string): string | undefined {
  return /^(index\/.*)\/field\/\d+$/s.exec(address)?.[1];
}

// What a partial plan leaves out: the narrowed desired state, and changes that depend on others.

/**
 * The same desired state, but config and instances that are not selected are desired as they are
 * recorded: settings and the ring then follow from the resulting state. Dimensions and indexes stay
 * whole, because they share one order; their changes are selected afterwards.
 */
export function narrowDesired(
  desired: DesiredState,
  recorded: RecordedState,
  { selection, now }: { readonly selection: Selection; readonly now: Timestamp },
): DesiredState {
  const kept = desiredFromRecorded(recorded, { now, unmanaged: desired.unmanaged });
  const chosen = (address: string): boolean => isSelected(address, selection);
  let narrowed = desired;
  for (const section of SECTIONS) {
    narrowed = { ...narrowed, ...PLANNERS[section].narrow({ desired, kept, chosen }) };
  }
  return narrowed;
}

const HINT = 'plan what it depends on too, with another --only or without an --exclude';

/** Selected changes that depend on another one, which was left out. */
export function dependencyProblems(
  changes: readonly Change[],
  recorded: RecordedState,
): readonly PlanProblem[] {
  return [...takenPlaces(changes, recorded), ...missingIndexes(changes, recorded)];
}

function missingIndexes(
  changes: readonly Change[],
  recorded: RecordedState,
): readonly PlanProblem[] {
  const names = new Set([
    ...recorded.indexes.map(({ name }) => name),
    ...changes.flatMap((change) => (change.kind === 'index' ? (change.after?.name ?? []) : [])),
  ]);
  return changes.flatMap((change) => {
    if (change.kind !== 'index-field' || names.has(change.after?.index ?? '')) return [];
    const message = 'cannot be planned alone: its index is not recorded yet';
    return [{ address: change.address, message, hint: HINT, source: change.source }];
  });
}

/** Two rows at one place: the move of the row that holds it was left out. */
function takenPlaces(changes: readonly Change[], recorded: RecordedState): readonly PlanProblem[] {
  const indexNames = indexNamesOf(recorded);
  const holders = new Map<string, number>();
  const moved = new Set(changes.map((change) => rowOf(change)));
  const hold = (place: string): void => void holders.set(place, (holders.get(place) ?? 0) + 1);
  for (const { id, ordinality } of recorded.dimensions) {
    if (!moved.has(`dimension ${id}`)) hold(`/ ${ordinality}`);
  }
  for (const { id, indexId, ordinality } of recorded.indexFields) {
    if (!moved.has(`index-field ${id}`)) hold(`${indexNames.get(indexId)} ${ordinality}`);
  }
  const placed = changes.map((change) => [change, placeOf(change)] as const);
  for (const [, place] of placed) if (place !== undefined) hold(place);
  return placed.flatMap(([{ address, source }, place]) => {
    if (place === undefined || (holders.get(place) ?? 0) < 2) return [];
    const message = 'cannot be planned alone: its place is held by what was left out';
    return [{ address, message, hint: HINT, source }];
  });
}

function rowOf(change: Change): string | undefined {
  if (change.kind !== 'dimension' && change.kind !== 'index-field') return undefined;
  return `${change.kind} ${change.before?.id}`;
}

function placeOf(change: Change): string | undefined {
  if (change.after === null) return undefined;
  if (change.kind === 'dimension') return `/ ${change.after.ordinality}`;
  if (change.kind !== 'index-field') return undefined;
  return `${change.after.index} ${change.after.ordinality}`;
}
