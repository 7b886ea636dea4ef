/** Where the copies of data lie, and which of them may be read. Decision D90. */
import type { InstanceStatus, PlacedCopies, RecordedState } from '../../model/resources.js';
import { compareText } from '../../model/text.js';
import type { Timestamp } from '../../model/time-bounds.js';
import { instanceAttributes, instanceName } from '../kinds/instances.js';
import { copiesOfText } from '../kinds/servermap.js';
import { instancesNamed } from './named.js';

/** An entry of the servermap, by the instances (`host:port`) that hold its copies. */
export interface EntryCopies extends PlacedCopies {
  /** Of the copies, those that may be read as it is recorded. */
  readonly readableNow: readonly string[];
  /** Of the copies, those that may be read then. */
  readonly readableThen: readonly string[];
}

/**
 * The copies of each entry of every generation that may still name where data lies: the current
 * one, and those of `formerCopies`. Equal entries of several generations are one. `then`: the
 * instances that may be read after a change; absent: as it is recorded. In order of the entries'
 * keys, then of their newest generation.
 */
export function copiesOf(
  recorded: RecordedState,
  then: ReadonlySet<string> = readableInstances(recorded.instances.map(instanceAttributes)),
): readonly EntryCopies[] {
  const now = readableInstances(recorded.instances.map(instanceAttributes));
  return placedCopies(recorded).map((placed) => ({
    ...placed,
    readableNow: placed.copies.filter((name) => now.has(name)),
    readableThen: placed.copies.filter((name) => then.has(name)),
  }));
}

/** The entries that can be read now, and then no more. */
export function lostEntries(entries: readonly EntryCopies[]): readonly EntryCopies[] {
  return unreadableEntries(entries).filter(({ readableNow }) => readableNow.length > 0);
}

/** The entries that cannot be read then, whether they can now or not. */
function unreadableEntries(entries: readonly EntryCopies[]): readonly EntryCopies[] {
  return entries.filter(({ readableThen }) => readableThen.length === 0);
}

/** One generation of the servermap that may still name where data lies. */
export interface CountedGeneration {
  readonly id: number;
  readonly isCurrent: boolean;
  /** The time, in UTC, by which it had been replaced; null: not known, or it is current. */
  readonly replacedBy: Timestamp | null;
}

export interface CopiesReport {
  /** The names of the instances that are left out. */
  readonly without: ReadonlySet<string>;
  /** The newest first. */
  readonly generations: readonly CountedGeneration[];
  /** `readableThen`: without the instances that are left out. */
  readonly entries: readonly EntryCopies[];
  /** Of them, those that have no readable copy then. */
  readonly unreadable: readonly EntryCopies[];
  /** Of every registered instance, by its name. */
  readonly statuses: ReadonlyMap<string, InstanceStatus>;
}

interface CopiesRequest {
  /** Instances or hosts to leave out. */
  readonly without: readonly string[];
  /** By the id of each older generation that counts, the time as `replacedBy` has it. */
  readonly replacements: ReadonlyMap<number, Timestamp | null>;
}

/** Throws `usage` for an instance that is not registered. */
export function reportCopies(
  recorded: RecordedState,
  { without: given, replacements }: CopiesRequest,
): CopiesReport {
  const without = instancesNamed(recorded.instances, given);
  const instances = recorded.instances.map(instanceAttributes);
  const left = instances.filter((instance) => !without.has(instanceName(instance)));
  const entries = copiesOf(recorded, readableInstances(left));
  const { servermap } = recorded;
  const current = servermap === undefined ? [] : [[servermap.id, null] as const];
  const generations = [...replacements, ...current].map(([id, replacedBy]) => {
    return { id, isCurrent: id === servermap?.id, replacedBy };
  });
  return {
    without,
    generations: generations.sort((a, b) => b.id - a.id),
    entries,
    unreadable: unreadableEntries(entries),
    statuses: new Map(instances.map((instance) => [instanceName(instance), instance.status])),
  };
}

interface WithStatus {
  readonly host: string;
  readonly port: number;
  readonly status: InstanceStatus;
}

/** The names (`host:port`) of those whose status has bit 0: they may be read. */
export function readableInstances(instances: readonly WithStatus[]): ReadonlySet<string> {
  const readable = instances.filter(({ status }) => status === 'online' || status === 'read-only');
  return new Set(readable.map(instanceName));
}

function placedCopies({ servermap, formerCopies }: RecordedState): readonly PlacedCopies[] {
  const placed = new Map<string, PlacedCopies>();
  const current = servermap === undefined ? [] : copiesOfText(servermap.map);
  const generations = servermap === undefined ? [] : [servermap.id];
  for (const one of [...formerCopies, ...current.map((found) => ({ ...found, generations }))]) {
    const key = JSON.stringify([one.entry, one.copies]);
    const before = placed.get(key)?.generations ?? [];
    placed.set(key, { ...one, generations: [...before, ...one.generations] });
  }
  return [...placed.values()].sort(
    (a, b) =>
      compareText(a.entry, b.entry) ||
      (a.generations.at(-1) ?? 0) - (b.generations.at(-1) ?? 0) ||
      compareText(a.copies.join(), b.copies.join()),
  );
}

const GENERATIONS_NAMED = 5;

/** The ids in ascending order; of many the newest: `3, 4, 5, 6, 10 and 2 older`. */
export function newestGenerations(ids: readonly number[]): string {
  const known = [...new Set(ids)].sort((a, b) => a - b);
  const older = known.length - GENERATIONS_NAMED;
  return `${known.slice(-GENERATIONS_NAMED).join(', ')}${older > 0 ? ` and ${older} older` : ''}`;
}
