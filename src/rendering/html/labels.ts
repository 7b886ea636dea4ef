/** The labels of a ring. */
import { printable } from '../../model/text.js';
import { type Html, html } from './html.js';
import { cutMiddle, fixed, grouped, pointAt, spread, withoutDomain } from './layout.js';
import type { Node, Sizes } from './nodes.js';

const MAX_LABELS = 48;
const MAX_LABEL_LENGTH = 16;
/** Of a character, in its height; wide enough for capitals. */
const CHARACTER_WIDTH = 0.62;

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
export function labelsOf(nodes: readonly Node[], sizes: Sizes) {
  const { radius, node, font, isLarge } = sizes;
  const wanted = wantedLabels(nodes, sizes);
  const shown = isLarge ? wanted.slice(0, MAX_LABELS) : wanted;
  const isHorizontal = sizes.isHorizontal;
  const at = radius + (isLarge ? 40 : node + 9);
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

/** Along the radius, for whose neighbours the height of a line suffices; never upside down. */
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
