/** Rings of every size: nothing overlaps, nothing is cut, and each mark has words. */
import { describe, expect, test } from 'vitest';
import type { InstanceStatus } from '../../../../src/model/resources.js';
import { pairRing, servermapKey } from '../../../../src/model/servermap.js';
import type { ServermapEntry } from '../../../../src/planning/change.js';
import { ringPicture } from '../../../../src/rendering/html/ring.js';
import { HOSTILE } from '../../../support/states/example-plans.js';

function name(host: number, port = 5432): string {
  return `storage-${String(host).padStart(3, '0')}.example.com:${port}`;
}

/** The entries of so many hosts, without some of them. */
function entriesOf(hosts: number, without: readonly number[] = []): readonly ServermapEntry[] {
  const members = Array.from({ length: hosts }, (_, i) => i)
    .filter((host) => !without.includes(host))
    .map((host) => ({ host: name(host).replace(/:\d+$/, ''), port: 5432 }));
  const nameOf = (member: { host: string; port: number }) => `${member.host}:${member.port}`;
  return pairRing(members).map(({ first, second }) => {
    const copies = [nameOf(first), nameOf(second)];
    return { key: servermapKey(first), schaufel: nameOf(first), copies };
  });
}

function stateOf(hosts: number, statuses: Readonly<Record<string, InstanceStatus>> = {}): string {
  const entries = entriesOf(hosts);
  const found = new Map(Object.entries(statuses));
  return ringPicture({ entries, before: undefined, statuses: found }).toString();
}

interface Circle {
  readonly x: number;
  readonly y: number;
  readonly r: number;
}

function circlesOf(picture: string): readonly Circle[] {
  const found = picture.matchAll(/cx="([-\d.]+)" cy="([-\d.]+)" r="([-\d.]+)"/g);
  return [...found].map(([, x, y, r]) => ({ x: Number(x), y: Number(y), r: Number(r) }));
}

describe.each([1, 2, 3, 12, 13, 60, 61, 500, 1_000])('a ring of %i', (hosts) => {
  const all = Object.fromEntries(
    Array.from({ length: hosts }, (_, i) => [name(i), 'offline' as const]),
  );
  const picture = stateOf(hosts, all);

  test('has each instance once, and none touches another or the edge', () => {
    const circles = circlesOf(picture);
    expect(circles).toHaveLength(hosts);
    const [left = 0, top = 0] =
      /viewBox="([-\d ]+)"/.exec(picture)?.[1]?.split(' ').map(Number) ?? [];
    for (const [at, circle] of circles.entries()) {
      const next = circles[(at + 1) % hosts] ?? circle;
      const distance = Math.hypot(circle.x - next.x, circle.y - next.y);
      if (next !== circle) expect(distance).toBeGreaterThan(circle.r + next.r);
      expect(Math.abs(circle.x) + circle.r).toBeLessThanOrEqual(-left);
      expect(Math.abs(circle.y) + circle.r).toBeLessThanOrEqual(-top);
    }
  });

  test('has labels whose lines are apart', () => {
    const places = [
      ...picture.matchAll(
        /class="host" font-size="(\d+)"\s+(?:transform="translate\(([-\d.]+) ([-\d.]+)\)|x="([-\d.]+)" y="([-\d.]+)")/g,
      ),
    ];
    const points = places.map(([, font, x, y, ownX, ownY]) => {
      return { font: Number(font), x: Number(x ?? ownX), y: Number(y ?? ownY) };
    });
    expect(points).toHaveLength(hosts <= 60 ? hosts : 48);
    for (const [at, point] of points.entries()) {
      const next = points[(at + 1) % points.length] ?? point;
      const distance = Math.hypot(point.x - next.x, point.y - next.y);
      if (next !== point) expect(distance).toBeGreaterThan(point.font);
    }
    expect(picture.includes('have no label')).toBe(hosts > 60);
  });
});

test('a large ring labels only what is marked, and shows its mark', () => {
  const picture = stateOf(500, { [name(7)]: 'read-only', [name(8)]: 'online' });
  expect(picture.match(/class="host"/g)).toHaveLength(1);
  expect(picture).toContain('>storage-007 R</text>');
});

test('arcs show whether both copies, one or none can be read', () => {
  const picture = stateOf(12, {
    [name(3)]: 'offline',
    [name(4)]: 'write-only',
    [name(8)]: 'read-only',
  });
  expect(picture.match(/class="arc same"/g)).toHaveLength(9);
  expect(picture.match(/class="arc thin"/g)).toHaveLength(2);
  expect(picture).toContain(`<title>${name(3)} to ${name(4)}: no copy is readable</title>`);
  expect(picture).toContain('with at most one readable copy: 2, with none: 1.</desc>');
  expect(picture).toContain('× offline; R read-only; W write-only; dashed');
});

test('a change shows what is new and what ends', () => {
  const picture = ringPicture({
    entries: entriesOf(12, [1]),
    before: entriesOf(12, [4]),
    statuses: new Map(),
  }).toString();
  expect(picture.match(/class="node (new|ending)"/g)).toEqual([
    'class="node ending"',
    'class="node new"',
  ]);
  expect(picture.match(/class="arc new"/g)).toHaveLength(3);
  expect(picture.match(/class="arc ending"/g)).toHaveLength(3);
  expect(picture).toContain('− leaves the ring; + is new; a green arc is new');
});

test('of too many instances, and of none, there is a sentence', () => {
  expect(stateOf(1_001)).toBe(
    '<p class="quiet">1001 instances on 1001 hosts: too many to draw.</p>',
  );
  expect(stateOf(0)).toBe('<p class="quiet">The ring is empty.</p>');
});

test('names are text, also those that are no names', () => {
  const names = [HOSTILE, '<script>', '', '10.0.0.1:5432', 'x'.repeat(5_000)];
  const entries = names.map((one, at) => {
    return { key: one, schaufel: one, copies: [one, names[(at + 1) % names.length] ?? ''] };
  });
  const picture = ringPicture({
    entries,
    before: entries.slice(1),
    statuses: new Map(),
  }).toString();
  expect(picture).not.toMatch(/<script|<\/details|NaN|undefined/);
  expect(circlesOf(picture)).toHaveLength(names.length);
  expect(picture.length).toBeLessThan(40_000);
});
