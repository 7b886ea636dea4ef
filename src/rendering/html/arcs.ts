/** The arcs of a ring: from the instance that takes new data to each further copy of it. */
import type { InstanceStatus } from '../../model/resources.js';
import type { ServermapEntry } from '../../planning/change.js';
import { CIRCLE, fixed, type Point, pointAt } from './layout.js';
import type { Ring } from './nodes.js';

/** `new` and `ending` are of a change; `thin`: at most one copy is readable; `lost`: none is. */
export type ArcState = 'same' | 'new' | 'ending' | 'thin' | 'lost';

export interface RingArc {
  readonly state: ArcState;
  /** The data of an SVG path. */
  readonly path: string;
  readonly words: string;
}

interface Circle {
  readonly nodes: readonly { readonly name: string; readonly angle: number }[];
  readonly radius: number;
  /** How far from the middle of a node an arc begins and ends. */
  readonly gap: number;
}

/** Those of both states, each once; what ends comes first, so that others are drawn over it. */
export function arcsOf({ entries, before, statuses }: Ring, circle: Circle): readonly RingArc[] {
  const angles = new Map(circle.nodes.map(({ name, angle }) => [name, angle]));
  const [now, earlier] = [new Set(entries.flatMap(namesOf)), new Set(before?.flatMap(namesOf))];
  const arcs = (of: readonly ServermapEntry[], stateOf: (entry: ServermapEntry) => ArcState) =>
    of.flatMap((entry) =>
      copiesOf(entry).map((copy) => ({ from: entry.schaufel, to: copy, state: stateOf(entry) })),
    );
  const drawn = [
    ...arcs(before ?? [], () => 'ending').filter((arc) => !now.has(nameOf(arc))),
    ...arcs(entries, (entry) => stateOf(entry, statuses)).map((arc) =>
      before === undefined || earlier.has(nameOf(arc)) ? arc : { ...arc, state: 'new' as const },
    ),
  ];
  return drawn.map(({ from, to, state }) => ({
    state,
    path: pathOf(angles.get(from) ?? 0, angles.get(to) ?? 0, circle),
    words: `${from} to ${to}: ${WORDS[state]}`,
  }));
}

const WORDS: Readonly<Record<ArcState, string>> = {
  same: 'no copy is known to be unreadable',
  new: 'new',
  ending: 'ends',
  thin: 'at most one copy is readable',
  lost: 'no copy is readable',
};

/** Of the copies, those that are elsewhere. */
function copiesOf({ schaufel, copies }: ServermapEntry): readonly string[] {
  return [...new Set(copies)].filter((copy) => copy !== schaufel);
}

function namesOf(entry: ServermapEntry): readonly string[] {
  return copiesOf(entry).map((to) => nameOf({ from: entry.schaufel, to }));
}

function nameOf({ from, to }: { readonly from: string; readonly to: string }): string {
  return JSON.stringify([from, to]);
}

function stateOf(
  { copies }: ServermapEntry,
  statuses: ReadonlyMap<string, InstanceStatus>,
): ArcState {
  const names = new Set(copies);
  const readable = [...names].filter((name) => isReadable(statuses.get(name))).length;
  if (readable === 0) return 'lost';
  return readable === 1 && names.size > 1 ? 'thin' : 'same';
}

function isReadable(status: InstanceStatus | undefined): boolean {
  return status === undefined || status === 'online' || status === 'read-only';
}

/** Near the circle between neighbours, and beside the other direction's where both exist. */
function pathOf(from: number, to: number, { radius, gap }: Circle): string {
  const ahead = (to - from + CIRCLE) % CIRCLE;
  const isAhead = ahead <= Math.PI;
  const distance = isAhead ? ahead : CIRCLE - ahead;
  const middle = isAhead ? from + distance / 2 : from - distance / 2;
  const depth = Math.max(0.15, (isAhead ? 0.84 : 0.68) * (1 - distance / Math.PI));
  const control = pointAt(middle, radius * depth);
  const start = towards(pointAt(from, radius), control, gap);
  const end = towards(pointAt(to, radius), control, gap + 1);
  return `M${text(start)}Q${text(control)} ${text(end)}`;
}

function towards(from: Point, to: Point, length: number): Point {
  const share = length / Math.max(length, Math.hypot(to.x - from.x, to.y - from.y));
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function text({ x, y }: Point): string {
  return `${fixed(x)} ${fixed(y)}`;
}
