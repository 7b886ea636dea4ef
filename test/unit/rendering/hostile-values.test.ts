import { describe, expect, test } from 'vitest';
import { LenkwerkError } from '../../../src/model/errors.js';
import type { Change } from '../../../src/planning/change.js';
import { planJson } from '../../../src/planning/format/write.js';
import { failureJson, failureOf, failureText } from '../../../src/rendering/failures.js';
import { planHtml } from '../../../src/rendering/plan/html.js';
import { MAX_MARKDOWN_LENGTH, planMarkdown } from '../../../src/rendering/plan/markdown.js';
import { planSql } from '../../../src/rendering/plan/sql.js';
import { planText } from '../../../src/rendering/plan/text.js';
import { copiesJson, copiesText } from '../../../src/rendering/reports/copies.js';
import {
  createInstance,
  HOSTILE,
  HOSTILE_PLAN,
  newServermap,
  planOf,
} from '../../support/states/example-plans.js';

const UNSAFE = /[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u;

const HOSTILE_ENTRY = {
  ...{ entry: HOSTILE, copies: [HOSTILE], generations: [1] },
  ...{ readableNow: [], readableThen: [] },
};
const HOSTILE_COPIES = {
  without: new Set([HOSTILE]),
  generations: [{ id: 1, isCurrent: true, replacedBy: null }],
  ...{ entries: [HOSTILE_ENTRY], unreadable: [HOSTILE_ENTRY], statuses: new Map() },
};

const OUTPUTS = {
  text: planText(HOSTILE_PLAN, { color: false }),
  JSON: planJson(HOSTILE_PLAN),
  Markdown: planMarkdown(HOSTILE_PLAN),
  HTML: planHtml(HOSTILE_PLAN),
  SQL: planSql(HOSTILE_PLAN),
  'copies as text': copiesText(HOSTILE_COPIES),
  'copies as JSON': copiesJson(HOSTILE_COPIES),
  'error text': failureText(failureOf(new LenkwerkError('refused', HOSTILE, { hint: HOSTILE }))),
  'error JSON': failureJson(failureOf(new LenkwerkError('refused', HOSTILE, { hint: HOSTILE }))),
};

test('the hostile value is hostile', () => {
  expect(HOSTILE).toMatch(UNSAFE);
});

test.each(Object.entries(OUTPUTS))('no unprintable character reaches %s', (_, output) => {
  expect(output).not.toMatch(UNSAFE);
  expect(output).toContain('gpj.exe');
});

test('JSON preserves the hostile value', () => {
  const document = JSON.parse(planJson(HOSTILE_PLAN));
  expect(document.changes[0].after.key).toBe(HOSTILE);
});

test('equal plans give equal bytes, whatever the order of their properties', () => {
  const turned = Object.fromEntries(Object.entries(HOSTILE_PLAN).reverse());
  expect(planJson({ ...HOSTILE_PLAN, ...turned })).toBe(planJson(HOSTILE_PLAN));
  const after = Object.fromEntries(Object.entries(createInstance.after ?? {}).reverse());
  const change = JSON.parse(JSON.stringify({ ...createInstance, after }));
  expect(planJson(planOf([change]))).toBe(planJson(planOf([createInstance])));
});

describe('Markdown', () => {
  test('keeps values inside of code: the text outside holds none of them', () => {
    const outside = withoutCode(planMarkdown(HOSTILE_PLAN));
    expect(outside).not.toMatch(/gpj|@somebody|heading|cell/);
    expect(outside.match(/<details>/g)).toHaveLength(2);
    expect(outside.match(/<\/details>/g)).toHaveLength(2);
  });

  test('stays below the limit and reports how much is omitted', () => {
    const many = Array.from({ length: 2_000 }, (_, i) => ({
      ...createInstance,
      address: `instance/host-${i * i}.example.com:5432`,
      reason: `reason ${i}`,
      dangers: ['delete:instance' as const],
    }));
    const page = planMarkdown(planOf([...many, newServermap]));
    expect(page.length).toBeLessThanOrEqual(MAX_MARKDOWN_LENGTH);
    expect(page.length).toBeGreaterThan(MAX_MARKDOWN_LENGTH * 0.9);
    const shown = page.match(/will be created/g)?.length ?? 0;
    expect(page).toContain(`${2_001 - shown} changes are not shown`);
    expect(page).toMatch(/, and \d+ more`: an instance is removed/);
    expect(page.match(/<details>/g)?.length).toBe(page.match(/<\/details>/g)?.length);
  });

  test('a value above the limit is shortened, its address and its danger stay', () => {
    const huge: Change = {
      kind: 'config',
      address: 'config/huge',
      action: 'update',
      before: { key: 'huge', value: `"${'x '.repeat(100_000)}"` },
      after: { key: 'huge', value: `"${'y '.repeat(100_000)}"` },
      reason: 'z'.repeat(100_000),
      source: null,
      dangers: ['store:redirect'],
    };
    const small: Change = { ...huge, address: 'config/small', after: { key: 'small', value: '1' } };
    const page = planMarkdown(planOf([huge, small]));
    expect(page).not.toContain('not shown');
    expect(page).toContain('config/huge will be updated');
    expect(page).toContain('… (200002 characters)');
    expect(page).toContain('config/small will be updated');
    expect(page.match(/! store:redirect/g)).toHaveLength(2);
    expect(page.length).toBeLessThan(10_000);
  });

  test('where not all fits, each address and danger stays, and the rare danger is listed', () => {
    const wide = (i: number): Change => ({
      kind: 'config',
      address: `config/key_${i}`,
      action: 'create',
      before: null,
      after: { key: `key_${i}`, value: `"${i}${'x'.repeat(900)}"` },
      reason: '',
      source: null,
      dangers: i === 299 ? ['store:redirect'] : ['delete:config'],
    });
    const page = planMarkdown(planOf(Array.from({ length: 300 }, (_, i) => wide(i))));
    expect(page.length).toBeLessThanOrEqual(MAX_MARKDOWN_LENGTH);
    expect(page).not.toContain('not shown');
    for (let i = 0; i < 300; i++) expect(page).toContain(`+ config/key_${i} will be created`);
    expect(page).toContain('- **store:redirect** `config/key_299`');
    expect(page.match(/^ {4}! /gm)).toHaveLength(300);
  });

  test('draws rings of up to twenty instances', () => {
    expect(planMarkdown(planOf([ring(20)]))).toContain('```mermaid');
    expect(planMarkdown(planOf([ring(21)]))).not.toContain('```mermaid');
  });
});

describe('failures', () => {
  test('of our own carry code and hint', () => {
    const failure = failureOf(new LenkwerkError('refused', 'no', { hint: 'say please' }));
    expect(failureText(failure)).toBe('error: no\nhint: say please\n');
    expect(JSON.parse(failureJson(failure))).toEqual({
      error: { code: 'refused', message: 'no', hint: 'say please' },
    });
  });

  test('that are unexpected are one line', () => {
    expect(failureText(failureOf(new TypeError('x is not y\n    at z')))).toBe(
      'error: x is not y\n',
    );
    expect(failureOf('thrown text')).toEqual({ code: 'internal', message: 'thrown text' });
  });
});

/** Removes fenced blocks and code spans as CommonMark defines them. */
function withoutCode(markdown: string): string {
  return markdown
    .replace(/^(`{3,})[a-z]*\n[\s\S]*?\n\1\n/gm, '')
    .replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
}

function ring(size: number): Change {
  const name = (i: number): string => `host${i % size}:5432`;
  const entries = Array.from({ length: size }, (_, i) => ({
    key: `host${i}_5432`,
    schaufel: name(i),
    copies: [name(i), name(i + 1)],
  }));
  return {
    kind: 'servermap',
    address: 'servermap',
    action: 'create',
    before: null,
    after: { algorithm: 'ring', entries },
    reason: '',
    source: null,
    dangers: [],
  };
}
