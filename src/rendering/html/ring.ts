/** The servermap as a picture: instances on a circle, and where the copies of their data are. */
import { counted } from '../../model/text.js';
import { type ArcState, arcsOf, type RingArc } from './arcs.js';
import { type Html, html } from './html.js';
import { labelsOf } from './labels.js';
import { fixed, grouped, pointAt } from './layout.js';
import { MARK_NAMES, type Node, nodesOf, type Ring, type Sizes, sizesOf } from './nodes.js';

/** A picture of more shows nothing. */
const MAX_INSTANCES = 1_000;

/** A figure with a caption that explains its marks; a sentence in place of one of too many. */
export function ringPicture(ring: Ring): Html {
  const nodes = nodesOf(ring);
  const hosts = new Set(nodes.map(({ host }) => host)).size;
  const size = `${counted(nodes.length, 'instance')} on ${counted(hosts, 'host')}`;
  if (nodes.length === 0) return html`<p class="quiet">The ring is empty.</p>`;
  if (nodes.length > MAX_INSTANCES) return html`<p class="quiet">${size}: too many to draw.</p>`;
  const sizes = sizesOf(nodes.length, hosts);
  const arcs = arcsOf(ring, { nodes, radius: sizes.radius, gap: sizes.node + 1 });
  const { labels, left, reach } = labelsOf(nodes, sizes);
  const [x, y] = [Math.ceil(reach.x), Math.ceil(reach.y)];
  const box = `${-x} ${-y} ${2 * x} ${2 * y}`;
  const title = ring.before === undefined ? 'Ring of copies' : 'Ring of copies, before and after';
  return html`<figure class="ring"><svg viewBox="${box}" width="${2 * x}" role="img" aria-label="${title}">
<title>${title}</title><desc>${size}. ${describe(nodes, arcs)}</desc>
${arrowHead()}${arcPaths(arcs, sizes)}
${nodes.map((node) => nodeMarkup(node, sizes))}${labels}</svg>
<figcaption>${size}. ${caption(nodes, arcs, left)}</figcaption></figure>`;
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

// --- words -----------------------------------------------------------------------------------

const ARC_NAMES: Readonly<Record<Exclude<ArcState, 'same'>, string>> = {
  new: 'a green arc is new',
  ending: 'a dotted red one ends',
  thin: 'dashed: at most one copy is readable',
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
    `with at most one readable copy: ${of('thin')}`,
    `with none: ${of('lost')}`,
  ];
  return `${parts.join(', ')}.`;
}
