/** The instances of a ring: where each stands, and how it is marked. */
import type { InstanceStatus } from '../../model/resources.js';
import { compareText } from '../../model/text.js';
import type { ServermapEntry } from '../../planning/change.js';
import { CIRCLE } from './layout.js';

export interface Ring {
  readonly entries: readonly ServermapEntry[];
  /** What the entries replace; undefined: the picture is of one state. */
  readonly before: readonly ServermapEntry[] | undefined;
  /** By `host:port`, as far as they are known. One without a status has no mark. */
  readonly statuses: ReadonlyMap<string, InstanceStatus>;
}

/** On larger rings a node is no more than a point, and a label is where something is not well. */
const MAX_LABELLED_HOSTS = 60;
/** Up to so many, labels are horizontal. */
const MAX_HORIZONTAL = 12;

type Mark = '−' | '+' | '×' | 'R' | 'W' | '';

/** The style of a node with the mark, and its meaning. */
export const MARK_NAMES = {
  '−': ['ending', 'leaves the ring'],
  '+': ['new', 'is new'],
  '×': ['offline', 'offline'],
  R: ['read-only', 'read-only'],
  W: ['write-only', 'write-only'],
} as const satisfies Record<Exclude<Mark, ''>, readonly [style: string, words: string]>;

export interface Node {
  readonly name: string;
  readonly host: string;
  readonly angle: number;
  readonly mark: Mark;
  readonly status: InstanceStatus | undefined;
}

export interface Sizes {
  readonly radius: number;
  readonly node: number;
  readonly font: number;
  /** The letters of marks fit into the nodes. */
  readonly hasLetters: boolean;
  /** Nodes are no more than points, and labels are where something is marked. */
  readonly isLarge: boolean;
  readonly isHorizontal: boolean;
}

/** Those of both states, in the order of the ring. */
export function nodesOf({ entries, before = [], statuses }: Ring): readonly Node[] {
  const [now, earlier] = [entries, before].map(namesOf);
  const names = [...new Set([...(now ?? []), ...(earlier ?? [])])].map(splitName).sort(byHost);
  return names.map(({ name, host }, at) => {
    const status = statuses.get(name);
    const isNew = before.length > 0 && earlier?.has(name) !== true;
    const mark = now?.has(name) !== true ? '−' : isNew ? '+' : markOf(status);
    return { name, host, angle: (at / names.length) * CIRCLE, mark, status };
  });
}

function namesOf(entries: readonly ServermapEntry[]): ReadonlySet<string> {
  return new Set(entries.flatMap(({ schaufel, copies }) => [schaufel, ...copies]));
}

function splitName(name: string) {
  const host = name.replace(/:\d+$/, '');
  return { name, host, port: Number(name.slice(host.length + 1)) };
}

type Name = ReturnType<typeof splitName>;

function byHost(a: Name, b: Name): number {
  return compareText(a.host, b.host) || a.port - b.port;
}

function markOf(status: InstanceStatus | undefined): Mark {
  if (status === 'offline') return '×';
  return status === 'read-only' ? 'R' : status === 'write-only' ? 'W' : '';
}

/** The sizes in units of the picture; more instances have smaller nodes. */
export function sizesOf(instances: number, hosts: number): Sizes {
  const isLarge = hosts > MAX_LABELLED_HOSTS;
  const radius = isLarge ? 320 : hosts > MAX_HORIZONTAL ? 240 : 150;
  const font = isLarge ? 24 : hosts > MAX_HORIZONTAL ? 17 : 15;
  const node = Math.min(10, (0.42 * CIRCLE * radius) / instances);
  const isHorizontal = hosts <= MAX_HORIZONTAL;
  return { radius, node, font, hasLetters: node >= 7, isLarge, isHorizontal };
}
