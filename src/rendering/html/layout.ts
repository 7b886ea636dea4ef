/** Where the nodes and the labels of a ring stand. Angles in radians, clockwise from the top. */

/** The length of the whole circle. */
export const CIRCLE = 2 * Math.PI;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The point of a circle around the origin, as SVG counts: y grows downwards. */
export function pointAt(angle: number, radius: number): Point {
  return { x: radius * Math.sin(angle), y: -radius * Math.cos(angle) };
}

interface Placed<Item> {
  readonly item: Item;
  /** Where it belongs. */
  readonly wanted: number;
  /** Where it stands. */
  readonly angle: number;
}

/**
 * The items at angles at least `distance` apart, each as near to its own as they allow. They are in
 * order of their angles, and fit: `items.length * distance` is no more than the circle.
 */
export function spread<Item extends { readonly angle: number }>(
  items: readonly Item[],
  distance: number,
): readonly Placed<Item>[] {
  const turned = afterWidestGap(items);
  const blocks: { from: number; count: number; sum: number }[] = [];
  for (const [at, { angle }] of turned.entries()) {
    // Items of one block touch: less its own offset in the block, each would start it elsewhere.
    blocks.push({ from: at, count: 1, sum: angle - at * distance });
    for (let last = blocks.at(-1), before = blocks.at(-2); last !== undefined; ) {
      if (before === undefined || before.sum / before.count < last.sum / last.count) break;
      blocks.splice(-2, 2, {
        from: before.from,
        count: before.count + last.count,
        sum: before.sum + last.sum,
      });
      [last, before] = [blocks.at(-1), blocks.at(-2)];
    }
  }
  return blocks.flatMap(({ from, count, sum }) =>
    turned.slice(from, from + count).map((item, offset) => ({
      item,
      wanted: item.angle,
      angle: sum / count + (from + offset) * distance,
    })),
  );
}

/** From the item behind the widest gap on, ascending without an end at the top of the circle. */
function afterWidestGap<Item extends { readonly angle: number }>(items: readonly Item[]) {
  const gaps = items.map(({ angle }, at) => {
    const previous = items.at(at - 1)?.angle ?? angle;
    return at === 0 ? angle - previous + CIRCLE : angle - previous;
  });
  const first = gaps.indexOf(Math.max(...gaps));
  return [
    ...items.slice(first),
    ...items.slice(0, Math.max(first, 0)).map((item) => ({ ...item, angle: item.angle + CIRCLE })),
  ];
}

/** The middle of a label that is too long is left out. */
export function cutMiddle(text: string, maxLength: number): string {
  const characters = [...text];
  if (characters.length <= maxLength) return text;
  const head = Math.floor((maxLength - 1) / 2);
  const tail = maxLength - 1 - head;
  return `${characters.slice(0, head).join('')}…${characters.slice(-tail).join('')}`;
}

/** The names without the domain that all of them share; as they are where none is left of one. */
export function withoutDomain(names: readonly string[]): readonly string[] {
  const domain = /\.(?!\d+$)[^:]*$/.exec(names[0] ?? '')?.[0];
  if (domain === undefined || !names.every((name) => name.endsWith(domain))) return names;
  return names.map((name) => name.slice(0, -domain.length));
}

/** The items by their key, both in the order in which they come. */
export function grouped<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): ReadonlyMap<Key, readonly Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** A coordinate of SVG. */
export function fixed(value: number): string {
  return value.toFixed(1);
}
