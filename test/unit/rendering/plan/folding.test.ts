import { describe, expect, test } from 'vitest';
import { foldNames } from '../../../../src/model/names.js';
import type { Change } from '../../../../src/planning/change.js';
import { makePlan } from '../../../../src/planning/make-plan.js';
import type { Plan } from '../../../../src/planning/plan.js';
import { planSummaryText } from '../../../../src/rendering/plan/ending.js';
import { MAX_MARKDOWN_LENGTH, planMarkdown } from '../../../../src/rendering/plan/markdown.js';
import { planText } from '../../../../src/rendering/plan/text.js';
import { recordedOf } from '../../../support/states/case-recorded.js';
import { newInstance, planOf } from '../../../support/states/changes.js';
import { NOW } from '../../../support/states/generate-state.js';
import { desired } from '../../../support/states/manifest-problems.js';

/** 200 hosts that take the place of 37 with other names. */
function replacement(): Plan {
  const former = Array.from({ length: 37 }, (_, at) => `pg-${at * at + 3}.old.example.com`);
  return makePlan({
    desired: desired(
      'instances:\n  - { host: "node-[001-200].example.com", username: schaufel, status: online }',
      'servermap: { algorithm: ring }',
    ),
    recorded: recordedOf({ instances: former, servermap: 'ring' }),
    now: NOW,
    toolVersion: '1.0.0',
    gitCommit: null,
  });
}

describe('200 hosts for 37', () => {
  const plan = replacement();
  const lines = planText(plan, { color: false }).trimEnd().split('\n');

  test('as text: two screens, what is dangerous last, with the flag that allows it', () => {
    expect(plan.changes.length).toBeGreaterThanOrEqual(238);
    expect(lines.length).toBeLessThanOrEqual(48);
    expect(lines).toContain('+ instance/node-[001-200].example.com:5432 will be created (200)');
    expect(lines).toContain('- 37 instances will be deleted');
    for (const { address } of plan.changes) {
      const folded = address.replace(/node-\d+/, 'node-[001-200]');
      expect(lines.some((line) => line.includes(folded))).toBe(true);
    }
    const used = new Set(plan.changes.flatMap(({ dangers }) => dangers));
    const [allow, ...dangers] = lines.slice(-used.size - 1).reverse();
    expect(new Set(allow?.replace('To apply it: --allow ', '').split(','))).toEqual(used);
    expect(dangers.every((line) => line.startsWith('! '))).toBe(true);
  });

  test('no line of names is wider than a terminal', () => {
    const names = lines.filter(
      (line) => !line.startsWith('note: ') && line.includes('.old.example.com'),
    );
    expect(Math.max(...names.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('as a summary: counts, then the same ending', () => {
    const summary = planSummaryText(plan, { color: false });
    expect(summary).toContain('Instances: 200 will be created, 37 will be deleted\n');
    expect(summary).not.toContain('node-');
    expect(summary.trimEnd().split('\n').at(-1)).toBe(lines.at(-1));
  });

  test('an executed plan asks for no flag', () => {
    expect(planText(plan, { color: false, done: true })).not.toContain('--allow');
  });
});

test('what differs in anything but the name is not folded', () => {
  const [a, b, c] = [newInstance('a1'), newInstance('a2'), newInstance('a3')];
  const dangerous: Change = { ...b, dangers: ['copies:offline'] };
  expect(planText(planOf([a, b, c]), { color: false })).toContain('+ instance/a[1-3]:5432');
  expect(planText(planOf([a, dangerous, c]), { color: false })).not.toContain('[');
  expect(planText(planOf([a, b]), { color: false })).not.toContain('[');
});

test.each([
  [['n1', 'n2', 'n3'], ['n[1-3]']],
  [['n10', 'n9', 'n8'], ['n[8-10]']],
  [['n08', 'n09', 'n10'], ['n[08-10]']],
  [
    ['n8', 'n9', 'n010'],
    ['n8', 'n9', 'n010'],
  ],
  [
    ['n1', 'n2', 'n4'],
    ['n1', 'n2', 'n4'],
  ],
  [
    ['n1:1', 'n1:2', 'n1:3', 'n2:3', 'n3:3'],
    ['n1:[1-3]', 'n2:3', 'n3:3'],
  ],
  [
    ['r1-n1', 'r1-n2', 'r1-n3', 'r2-n1', 'r2-n2', 'r2-n3'],
    ['r1-n[1-3]', 'r2-n[1-3]'],
  ],
  [
    ['a1b', 'a2b', 'a3c'],
    ['a1b', 'a2b', 'a3c'],
  ],
  [[], []],
])('%j is written as %j', (names, folded) => {
  expect(foldNames(names)).toEqual(folded);
});

describe('Markdown of 10,000 changes', () => {
  const config = (at: number): Change => ({
    kind: 'config',
    address: `config/key_${at}`,
    action: 'create',
    before: null,
    after: { key: `key_${at}`, value: `"${at}"` },
    reason: 'not recorded yet',
    source: null,
    dangers: at % 2_000 === 7 ? ['node:command'] : [],
  });
  const { changes } = replacement();
  const plan = planOf([...Array.from({ length: 9_700 }, (_, at) => config(at)), ...changes]);
  const page = planMarkdown(plan);

  test('holds every danger and section, and what it leaves out is counted', () => {
    expect(page.length).toBeLessThanOrEqual(MAX_MARKDOWN_LENGTH);
    for (const { address, dangers } of plan.changes) {
      for (const danger of dangers) {
        const item = page.split('\n').find((line) => line.startsWith(`- **${danger}**`));
        expect(item).toContain(address);
      }
    }
    expect(page).toContain('<summary>Configuration (9700)</summary>');
    expect(page).toContain('<summary>Instances (237)</summary>');
    expect(page).toContain('<summary>Servermap (1)</summary>');
    expect(page).toContain('node-[001-200]');
    const shown = page.match(/config\/key_\d+ will be created/g)?.length ?? 0;
    expect(page).toContain(`${9_700 - shown} of them are not shown.`);
    expect(page).toContain(`${9_700 - shown} changes are not shown`);
  });

  test('the creations without danger are left out first', () => {
    for (const { address, dangers } of plan.changes) {
      if (dangers.includes('node:command')) expect(page).toContain(`${address} will be created`);
    }
  });
});

describe('Markdown of many notices', () => {
  const notices = (count: number) =>
    Array.from({ length: count }, (_, at) => `config/key_${at} stays as it is: unmanaged`);
  const changes = Array.from({ length: 900 }, (_, at) => newInstance(`n${at * at}`));
  const shown = (page: string) => page.match(/^- `config\/key_\d+ stays as it is/gm)?.length ?? 0;

  test('those that find no space are counted, and how to see them stands there', () => {
    const page = planMarkdown({ ...planOf(changes), notices: notices(400) });
    expect(page.length).toBeLessThanOrEqual(MAX_MARKDOWN_LENGTH);
    const left = 400 - shown(page);
    expect(left).toBeGreaterThan(0);
    expect(page).toContain(
      `- and ${left} more notices, for which there is no space: \`lenkwerk plan\`, or`,
    );
  });

  test('a long selection of a part and long notices displace none', () => {
    const targets = Array.from({ length: 500 }, (_, at) => `config/key_${at}`);
    const partial = { targets, excludes: [], leftOut: 3 };
    const long = ['x'.repeat(20_000), ...notices(20)];
    const page = planMarkdown({ ...planOf(changes), partial, notices: long });
    expect(page.length).toBeLessThanOrEqual(MAX_MARKDOWN_LENGTH);
    expect(page).toContain('PARTIAL PLAN, 3 changes are left out: --only config/key_0');
    expect(page).toMatch(/^- `xxx/m);
    expect(shown(page)).toBe(20);
    expect(page).not.toContain('no space');
  });
});

describe('a name', () => {
  const named = (key: string): Change => ({
    kind: 'config',
    address: `config/${key}`,
    action: 'delete',
    before: { id: 1, key, value: '1' },
    after: null,
    reason: '',
    source: null,
    dangers: ['delete:config', 'deletes:many'],
  });

  test('that looks like a range or a list is in quotes', () => {
    const text = planText(planOf([named('x-[001-200] will be created (200)')]), { color: false });
    expect(text).toContain('- "config/x-[001-200] will be created (200)" will be deleted');
    const keys = ['a, config/b', 'c', 'd'].map(named);
    expect(planText(planOf(keys), { color: false })).toContain(
      'config/c, config/d, "config/a, config/b"',
    );
  });

  test('with runs of backticks hides no danger, nor makes the page too long', () => {
    const ticks = Array.from({ length: 14 }, (_, at) => named(`${'`'.repeat(980)}${at * at}x`));
    const page = planMarkdown(planOf(ticks));
    for (const danger of ['delete:config', 'deletes:many'])
      expect(page).toContain(`- **${danger}**`);
    const long = Array.from({ length: 700 }, (_, at) => {
      const marks = at % 30 === 0 ? '`'.repeat(590) : '';
      const change = named(`${marks}${'k'.repeat(60)}${at * at}x`);
      return at % 2 === 0 ? change : ({ ...change, reason: `${at}` } satisfies Change);
    });
    expect(planMarkdown(planOf(long)).length).toBeLessThanOrEqual(MAX_MARKDOWN_LENGTH);
  });
});
