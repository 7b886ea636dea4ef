/** The servermap as a picture: instances on a circle, and where the copies of their data are. */
import type { InstanceStatus } from '../../model/resources.js';
import { compareText, counted, printable } from '../../model/text.js';
import type { ServermapEntry } from '../../planning/change.js';
import { type ArcState, arcsOf, type RingArc } from './arcs.js';
import { type Html, html } from './html.js';
import { CIRCLE, cutMiddle, grouped, pointAt, spread, withoutDomain } from './layout.js';

export interface Ring {
  readonly entries: readonly ServermapEntry[];
  /** What the entries replace; undefined: the picture is of one state. */
  readonly before: readonly ServermapEntry[] | undefined;
  /** By `host:port`. One without a status counts as readable, and has no mark. */
  readonly statuses: ReadonlyMap<string, InstanceStatus>;
}

/** On larger rings a node is no more than a point, and a label is where something is not well. */
const MAX_LABELLED_HOSTS = 60;
/** Up to so many, labels are horizontal. */
const MAX_HORIZONTAL = 12;
/** A picture of more shows nothing. */
const MAX_INSTANCES = 1_000;
const MAX_LABELS = 48;
const MAX_LABEL_LENGTH = 16;
/** Of a character, in its height; wide enough for capitals. */
const CHARACTER_WIDTH = 0.62;

type Mark = '−' | '+' | '×' | 'R' | 'W' | '';

const MARK_NAMES = {
  '−': ['ending', 'leaves the ring'],
  '+': ['new', 'is new'],
  '×': ['offline', 'offline'],
  R: ['read-only', 'read-only'],
  W: ['write-only', 'write-only'],
} as const satisfies Record<Exclude<Mark, ''>, readonly [style: string, words: string]>;

interface Node {
  readonly name: string;
  readonly host: string;
  readonly angle: number;
  readonly mark: Mark;
  readonly status: InstanceStatus | undefined;
}

interface Sizes {
  readonly radius: number;
  readonly node: number;
  readonly font: number;
  /** The letters of marks have room inside of the nodes. */
  readonly hasLetters: boolean;
  readonly isLarge: boolean;
}

/** A figure with a caption that explains its marks; a sentence in place of a picture of too many. */
export function ringPicture(ring: Ring): Html {
  const nodes = nodesOf(ring);
  const hosts = new Set(nodes.map(({ host }) => host)).size;
  const size = `${counted(nodes.length, 'instance')} on ${counted(hosts, 'host')}`;
  if (nodes.length === 0) return html`<p class="quiet">The ring is empty.</p>`;
  if (nodes.length > MAX_INSTANCES) return html`<p class="quiet">${size}: too many to draw.</p>`;
  const sizes = sizesOf(nodes.length, hosts);
  const arcs = arcsOf(ring, { nodes, radius: sizes.radius, gap: sizes.node + 1 });
  const { labels, left, reach } = labelsOf(nodes, sizes);
  const box = [-reach.x, -reach.y, 2 * reach.x, 2 * reach.y].map(Math.round).join(' ');
  const title = ring.before === undefined ? 'Ring of copies' : 'Ring of copies, before and after';
  return html`<figure class="ring"><svg viewBox="${box}" role="img" aria-label="${title}">
<title>${title}</title><desc>${size}. ${describe(nodes, arcs)}</desc>
${arrowHead()}${arcPaths(arcs, sizes)}
${nodes.map((node) => nodeMarkup(node, sizes))}${labels}</svg>
<figcaption>${size}. ${caption(nodes, arcs, left)}</figcaption></figure>`;
}

function nodesOf({ entries, before = [], statuses }: Ring): readonly Node[] {
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

function sizesOf(instances: number, hosts: number): Sizes {
  const isLarge = hosts > MAX_LABELLED_HOSTS;
  const radius = isLarge ? 320 : hosts > MAX_HORIZONTAL ? 240 : 150;
  const font = isLarge ? 24 : hosts > MAX_HORIZONTAL ? 17 : 15;
  const node = Math.min(10, (0.42 * CIRCLE * radius) / instances);
  return { radius, node, font, hasLetters: node >= 7, isLarge };
}

// --- arcs ------------------------------------------------------------------------------------

/** Scripts and links have no part in it: the reference stays within the picture. */
function arrowHead(): Html {
  return html`<defs><marker id="ring-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8"
markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="arrow"
d="M0 0L8 4L0 8Z"/></marker></defs>`;
}

/** Each with its title, or in large rings one path for all that look alike. */
function arcPaths(arcs: readonly RingArc[], { isLarge }: Sizes): readonly Html[] {
  if (!isLarge) {
    return arcs.map(
      ({ state, path, words }) =>
        html`<path class="arc ${state}" d="${path}" marker-end="url(#ring-arrow)"><title>${words}</title></path>\n`,
    );
  }
  const paths = grouped(arcs, ({ state }) => state);
  return Array.from(paths, ([state, alike]) => {
    return html`<path class="arc ${state}" d="${alike.map(({ path }) => path).join('')}"/>\n`;
  });
}

// --- nodes and labels ------------------------------------------------------------------------

function nodeMarkup({ name, angle, mark, status }: Node, sizes: Sizes): Html {
  const { x, y } = pointAt(angle, sizes.radius);
  const style = mark === '' ? 'well' : MARK_NAMES[mark][0];
  const letter =
    sizes.hasLetters && mark !== ''
      ? html`<text class="letter" x="${fixed(x)}" y="${fixed(y + 4.3)}">${mark}</text>`
      : undefined;
  const words = [name, status, mark === '+' || mark === '−' ? MARK_NAMES[mark][1] : undefined];
  return html`<g><title>${words.filter((word) => word !== undefined).join(', ')}</title><circle
class="node ${style}" cx="${fixed(x)}" cy="${fixed(y)}" r="${fixed(sizes.node)}"/>${letter}</g>\n`;
}

interface Label {
  readonly angle: number;
  readonly text: string;
}

/** One for each host, of large rings for those with a mark. */
function wantedLabels(nodes: readonly Node[], { isLarge, hasLetters }: Sizes): readonly Label[] {
  const hosts = [...grouped(nodes, ({ host }) => host)];
  const short = withoutDomain(hosts.map(([host]) => host));
  return hosts.flatMap(([, of], at) => {
    const marks = [...new Set(of.map(({ mark }) => mark))].join('');
    if (isLarge && marks === '') return [];
    const angle = of.reduce((sum, node) => sum + node.angle, 0) / of.length;
    const name = cutMiddle(printable(short[at] ?? ''), MAX_LABEL_LENGTH);
    return [{ angle, text: hasLetters || marks === '' ? name : `${name} ${marks}` }];
  });
}

/** The labels, how many hosts have none for want of space, and how far the picture reaches. */
function labelsOf(nodes: readonly Node[], sizes: Sizes) {
  const { radius, node, font, isLarge } = sizes;
  const wanted = wantedLabels(nodes, sizes);
  const shown = isLarge ? wanted.slice(0, MAX_LABELS) : wanted;
  const isHorizontal = !isLarge && radius === 150;
  const at = radius + (isLarge ? 40 : node + 6);
  const width = Math.max(0, ...shown.map(({ text }) => [...text].length * font * CHARACTER_WIDTH));
  const placed = isHorizontal
    ? shown.map((item) => ({ item, wanted: item.angle, angle: item.angle }))
    : spread(shown, (1.2 * font) / at);
  const labels = placed.map(({ item, wanted: from, angle }) => {
    const line = isLarge ? leader({ from, to: angle, radius, at }) : undefined;
    const style = { angle, at, font };
    return html`${line}${isHorizontal ? horizontal(item, style) : radial(item, style)}\n`;
  });
  const side = (shown.length === 0 ? radius + node : at + width) + 8;
  const reach = { x: side, y: isHorizontal ? at + 1.5 * font : side };
  return { labels, left: wanted.length - shown.length, reach };
}

interface LabelPlace {
  readonly angle: number;
  readonly at: number;
  readonly font: number;
}

function horizontal({ text }: Label, { angle, at, font }: LabelPlace): Html {
  const { x, y } = pointAt(angle, at);
  const isCentred = Math.abs(x) < 1;
  const anchor = isCentred ? 'middle' : x < 0 ? 'end' : 'start';
  const lower = isCentred ? (y < 0 ? 0 : font * 0.8) : font * 0.35;
  return html`<text class="host" font-size="${font}" x="${fixed(x)}" y="${fixed(y + lower)}"
text-anchor="${anchor}">${text}</text>`;
}

/** Along the radius, so that neighbours need no more than the height of a line; never upside down. */
function radial({ text }: Label, { angle, at, font }: LabelPlace): Html {
  const { x, y } = pointAt(angle, at);
  const isLeft = x < -0.01;
  const turned = (angle * 180) / Math.PI - 90 + (isLeft ? 180 : 0);
  const place = `translate(${fixed(x)} ${fixed(y)}) rotate(${fixed(turned)})`;
  return html`<text class="host" font-size="${font}" transform="${place}" y="${fixed(font * 0.35)}"
text-anchor="${isLeft ? 'end' : 'start'}">${text}</text>`;
}

/** From a node to its label, which may be pushed aside. */
function leader({ from, to, radius, at }: Record<'from' | 'to' | 'radius' | 'at', number>): Html {
  const [start, end] = [pointAt(from, radius + 4), pointAt(to, at - 4)];
  return html`<line class="leader" x1="${fixed(start.x)}" y1="${fixed(start.y)}" x2="${fixed(end.x)}"
y2="${fixed(end.y)}"/>`;
}

function fixed(value: number): string {
  return value.toFixed(1);
}

// --- words -----------------------------------------------------------------------------------

const ARC_NAMES: Readonly<Record<Exclude<ArcState, 'same'>, string>> = {
  new: 'a green arc is new',
  ending: 'a dotted red one ends',
  thin: 'dashed: one copy is readable',
  lost: 'red: none is',
};

function caption(nodes: readonly Node[], arcs: readonly RingArc[], left: number): string {
  const marks = new Set(nodes.map(({ mark }) => mark));
  const states = new Set(arcs.map(({ state }) => state));
  const explained = [
    ...Object.entries(MARK_NAMES).flatMap(([mark, [, words]]) =>
      [...marks].some((one) => one === mark) ? [`${mark} ${words}`] : [],
    ),
    ...Object.entries(ARC_NAMES).flatMap(([state, words]) =>
      [...states].some((one) => one === state) ? [words] : [],
    ),
  ];
  const what = 'An arc leads from the instance that takes new data to the one with its second copy';
  const more = left === 0 ? '' : ` ${counted(left, 'host')} with a mark have no label.`;
  return `${what}${explained.length === 0 ? '' : `; ${explained.join('; ')}`}.${more}`;
}

/** For those who do not see the picture: how much of it is not as it should be, or changes. */
function describe(nodes: readonly Node[], arcs: readonly RingArc[]): string {
  const marks = grouped(nodes, ({ mark }) => mark);
  const of = (state: ArcState) => arcs.filter((arc) => arc.state === state).length;
  const parts = [
    ...Object.entries(MARK_NAMES).flatMap(([mark, [, words]]) =>
      [...marks].flatMap(([one, found]) => (one === mark ? [`${words}: ${found.length}`] : [])),
    ),
    `new arcs: ${of('new')}`,
    `ending arcs: ${of('ending')}`,
    `with one readable copy: ${of('thin')}`,
    `with none: ${of('lost')}`,
  ];
  return `${parts.join(', ')}.`;
}
