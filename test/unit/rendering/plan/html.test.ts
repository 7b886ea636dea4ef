/** A plan as a page: one safe file of bounded size that names every change. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../../src/planning/change.js';
import { planHtml } from '../../../../src/rendering/plan/html.js';
import {
  EVERY_KIND,
  HOSTILE,
  HOSTILE_PLAN,
  literalServermap,
  planOf,
} from '../../../support/states/example-plans.js';

const MEGABYTE = 1_000_000;

function configOf(
  key: string,
  value: string,
  { reason = 'the manifest asks for it', before = '1' } = {},
): Change {
  return {
    ...{ kind: 'config', address: `config/${key}`, action: 'update', source: null, dangers: [] },
    ...{ before: { key, value: before }, after: { key, value }, reason },
  };
}

function sizeOf(page: string): number {
  return Buffer.byteLength(page);
}

test('the policy allows the style of the page and nothing else', () => {
  const page = planHtml(EVERY_KIND);
  const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(page) ?? [];
  const digest = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  expect(page).toContain(`content="${policy.replaceAll("'", '&#39;')}"`);
  expect(page).not.toMatch(/<script|<link|<img|<a |\sstyle=|\son\w+=|src=|href=/);
});

test('dangers come before the pictures and the changes, with what allows them', () => {
  const page = planHtml(EVERY_KIND, { allowedBy: new Map([['delete:instance', '--allow']]) });
  const places = ['>Dangers<', '>Where copies go<', '>When it takes effect<', '>Instances (2)<'];
  const found = places.map((text) => page.indexOf(text));
  expect(found).toEqual(found.toSorted((a, b) => a - b));
  expect(found).not.toContain(-1);
  expect(page).toContain('removed from the cluster state for good (allowed by --allow)');
  expect(page).toMatch(/To apply it: --allow (?!.*delete:instance)/);
});

test('a plan with no ring and no boundary has no picture', () => {
  const page = planHtml(planOf([literalServermap, configOf('a', '2')]));
  expect(page).not.toMatch(/<svg|Where copies go|When it takes effect/);
});

test('a boundary that no clock has is no picture and no failure', () => {
  const boundaries = { production: true, dimensions: 'infinity', indexes: 'infinity' };
  expect(planHtml({ ...EVERY_KIND, boundaries })).not.toContain('When it takes effect');
});

test('the words of a long value that change are marked', () => {
  const value = `"${'same '.repeat(30)}`;
  const change = configOf('a', `${value}new"`, { before: `${value}old"` });
  const page = planHtml(planOf([change]));
  expect(page).toContain('<del>old</del><ins>new</ins>');
});

describe('values of another', () => {
  const markup = `</style><script>alert(1)</script><img src=x onerror=alert(1)>"'${HOSTILE}`;
  const change: Change = {
    ...configOf(markup, markup, { reason: markup }),
    source: { file: markup, line: 1, column: 1 },
  };
  const entries = [{ key: markup, schaufel: markup, copies: [markup, 'b'] }];
  const ring: Change = {
    ...{ kind: 'servermap', address: 'servermap', action: 'update', source: null, dangers: [] },
    ...{ before: null, after: { algorithm: 'ring', entries }, reason: markup },
  };
  const page = planHtml({
    ...planOf([change, ring], { notices: [markup] }),
    cluster: { database: markup, id: 'x' },
  });

  test('are text wherever they stand', () => {
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page).not.toMatch(/<script|<img/);
    expect(page.match(/&lt;script&gt;alert/g)?.length).toBeGreaterThan(6);
  });

  test('add no element', () => {
    const elements = (text: string) => text.match(/<\w+/g)?.sort();
    const plain = planHtml({
      ...planOf(
        [
          { ...configOf('k', 'v', { reason: 'r' }), source: { file: 'f', line: 1, column: 1 } },
          { ...ring, reason: 'r' },
        ],
        { notices: ['n'] },
      ),
    });
    const without = (text: string) => elements(text)?.filter((name) => !/<(del|ins)/.test(name));
    expect(without(page)).toEqual(without(plain));
    expect(elements(planHtml(HOSTILE_PLAN))).not.toContain('<details');
  });
});

describe('10,000 changes', () => {
  test('of one kind: 500 rows, and each other one by its address', () => {
    const changes = Array.from({ length: 10_000 }, (_, i) =>
      configOf(`key_${i * i}`, `${i}`, { reason: `${i}` }),
    );
    const page = planHtml(planOf(changes));
    expect(sizeOf(page)).toBeLessThan(MEGABYTE);
    expect(page.match(/<tr>/g)).toHaveLength(500);
    expect(page).toContain('9500 more, by address: ');
    for (const { address } of changes) expect(page).toContain(address);
  });

  test('that are alike are one row', () => {
    const changes = Array.from({ length: 10_000 }, (_, i) => configOf(`key_${i}`, '2'));
    const page = planHtml(planOf(changes));
    expect(page).toContain('config/key_[0-9999]</code> (10000)');
    expect(sizeOf(page)).toBeLessThan(20_000);
  });

  test('of the longest values, and a ring as large as is drawn', () => {
    const changes = Array.from({ length: 10_000 }, (_, i) => ({
      ...configOf(`${i * i}${"'".repeat(200)}`, `"${"'".repeat(5_000)}${i}"`, {
        reason: "'".repeat(2_000),
      }),
      dangers: ['store:redirect' as const, 'delete:config' as const],
    }));
    const host = (i: number) => `${'é'.repeat(60)}-${i % 1_000}:5432`;
    const entries = Array.from({ length: 1_000 }, (_, i) => {
      return { key: host(i), schaufel: host(i), copies: [host(i), host(i + 1)] };
    });
    const ring: Change = {
      ...{ kind: 'servermap', address: 'servermap', action: 'update', source: null, dangers: [] },
      ...{ after: { algorithm: 'ring', entries }, reason: '' },
      before: { algorithm: 'ring', entries: entries.slice(1) },
    };
    const notices = Array.from({ length: 1_000 }, () => "'".repeat(1_000));
    const page = planHtml(planOf([...changes, ring], { notices }));
    expect(sizeOf(page)).toBeLessThan(MEGABYTE);
    expect(page).toMatch(/ and \d+ more/);
  });
});
