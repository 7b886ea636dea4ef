import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parseLsn } from '../../../../src/model/lsn.js';
import { insideDifference } from '../../../../src/rendering/difference.js';
import { verifyJson } from '../../../../src/rendering/verify/json.js';
import { verifyMarkdown } from '../../../../src/rendering/verify/markdown.js';
import { verifyText } from '../../../../src/rendering/verify/text.js';
import type { Difference } from '../../../../src/verifying/compare.js';
import {
  nothingToSay,
  type TargetReport,
  type VerifyReport,
} from '../../../../src/verifying/verdict.js';
import { NODES } from '../../../support/nodes/example-nodes.js';
import {
  EVERY_KIND,
  HOSTILE,
  HOSTILE_PLAN,
  planOf,
} from '../../../support/states/example-plans.js';

const KAFKA = '{"id":3,"key":"kafka_topic","value":"events"}';
const DIFFERENCES: readonly Difference[] = [
  { key: '/Config/a', kind: 'missing', expected: '{"id":1}', found: undefined },
  { key: `/Config/${HOSTILE}`, kind: 'stray', expected: undefined, found: HOSTILE },
  {
    key: '/Config/kafka_topic',
    kind: 'altered',
    expected: KAFKA,
    found: KAFKA.replace('events', 'evnets'),
  },
  { key: '/Servermap', kind: 'altered', expected: `{"a":${HOSTILE}}`, found: '2' },
];

const DIVERGED: TargetReport = {
  target: 'default',
  verdict: 'diverged',
  detail: 'compared at a barrier',
  hint: undefined,
  keys: 3,
  position: { lsn: parseLsn('0/1A2B3C'), committedAt: '2026-11-23T10:00:00.000Z' },
  differences: DIFFERENCES,
  repaired: DIFFERENCES.slice(0, 1),
  agreed: undefined,
};

const UNKNOWN: TargetReport = {
  ...nothingToSay('the store does not answer', 'is it stopped?'),
  target: 'eu',
  repaired: undefined,
};

const REPORT: VerifyReport = {
  verdict: 'diverged',
  compared: 'manifests',
  targets: [DIVERGED],
  nodes: undefined,
  plan: EVERY_KIND,
  drift: planOf(EVERY_KIND.changes.slice(0, 1)),
  driftUnknown: undefined,
  notCompared: undefined,
  unmanaged: [],
  lastApply: {
    id: 12n,
    appliedAt: '2026-11-23 10:00:00.123456+00',
    databaseUser: HOSTILE,
    author: 'an author',
    gitCommit: null,
  },
};

const NOTHING_KNOWN: VerifyReport = {
  verdict: 'inconclusive',
  compared: 'none',
  targets: [UNKNOWN],
  nodes: undefined,
  plan: undefined,
  drift: undefined,
  driftUnknown: undefined,
  notCompared: undefined,
  unmanaged: [],
  lastApply: undefined,
};

const SEVERAL: VerifyReport = {
  ...NOTHING_KNOWN,
  verdict: 'diverged',
  targets: [
    { ...DIVERGED, differences: DIFFERENCES.slice(0, 1) },
    UNKNOWN,
    {
      ...DIVERGED,
      target: 'us',
      verdict: 'unconfirmed',
      detail: '1 key does not hold what is recorded; to confirm it a barrier is needed',
      hint: 'GRANT lenkwerk_verify TO "r"',
      differences: DIFFERENCES.slice(2, 3),
      repaired: undefined,
    },
  ],
};

/** Large in every way. */
const HUGE: VerifyReport = {
  ...REPORT,
  nodes: { ...NODES, verdict: 'lagging', rows: undefined },
  targets: Array.from({ length: 32 }, (_, target) => ({
    ...DIVERGED,
    target: `target_${target}`,
    detail: '`'.repeat(100_000),
    hint: '`'.repeat(100_000),
    differences: Array.from({ length: 300 }, (__, n) => ({
      key: `/Config/${n}${'`'.repeat(500)}`,
      kind: 'altered',
      expected: `${'x'.repeat(5_000)}${n}`,
      found: `${HOSTILE.repeat(100)}${n}`,
    })),
  })),
  plan: planOf(
    Array.from({ length: 2_000 }, (_, n) =>
      HOSTILE_PLAN.changes.map((change) => ({ ...change, address: `${change.address}${n}` })),
    ).flat(),
  ),
};

const WITHOUT_MANIFESTS = [
  'converged',
  'drifted',
  'lagging',
  'inconclusive',
  'unconfirmed',
  'diverged',
] as const;

const INVISIBLE = /[^\P{Cc}\n]|\p{Cf}|\p{Zl}|\p{Zp}/u;

test('as text', async () => {
  await expect(verifyText(REPORT)).toMatchFileSnapshot('../goldens/verify.txt.golden');
});

test('as JSON', async () => {
  await expect(verifyJson(REPORT)).toMatchFileSnapshot('../goldens/verify.json.golden');
});

test('as Markdown', async () => {
  await expect(verifyMarkdown(REPORT)).toMatchFileSnapshot('../goldens/verify.md.golden');
});

test('several targets, as text', async () => {
  await expect(verifyText(SEVERAL)).toMatchFileSnapshot('../goldens/verify-targets.txt.golden');
});

test('several targets, as Markdown', async () => {
  const markdown = verifyMarkdown(SEVERAL);
  await expect(markdown).toMatchFileSnapshot('../goldens/verify-targets.md.golden');
});

test.each([
  ['last-apply', 'compared with the state of the last apply', REPORT.lastApply],
  ['none', 'nothing was applied: only the database and the stores', undefined],
  ['none', 'the state of apply 12 cannot be compared: renamed', REPORT.lastApply],
] as const)('compared with %s: nothing is said about what is desired: %s', (...row) => {
  const [compared, words, lastApply] = row;
  for (const verdict of WITHOUT_MANIFESTS) {
    const report = { ...NOTHING_KNOWN, verdict, compared, lastApply, driftUnknown: 'renamed' };
    for (const shown of [verifyText(report), verifyMarkdown(report)]) {
      expect(shown).toContain(words);
      expect(shown).not.toContain('desired');
    }
  }
  expect(verifyText({ ...REPORT, verdict: 'converged' })).toContain('what is desired, recorded');
});

test('as JSON, with nothing unprintable and nothing lost', () => {
  const json = verifyJson(REPORT);
  expect(json).not.toMatch(INVISIBLE);
  const document = JSON.parse(json);
  expect(document.targets[0].differences.map(({ found }: Difference) => found)).toEqual(
    DIFFERENCES.map(({ found }) => found ?? null),
  );
  expect(document.plan.summary).toEqual(EVERY_KIND.summary);
});

describe('the schema', () => {
  const read = (name: string) => JSON.parse(readFileSync(`schema/${name}`, 'utf8'));
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false });
  ajv.addSchema(read('plan.schema.json'), 'plan.schema.json');
  ajv.addSchema(read('nodes.schema.json'), 'nodes.schema.json');
  const validate = ajv.compile(read('verify.schema.json'));

  test.each([
    ['everything', REPORT],
    ['nothing', NOTHING_KNOWN],
    ['several targets', SEVERAL],
    ['hostile plans', { ...REPORT, plan: HOSTILE_PLAN }],
  ])('takes a report of %s', (_, report) => {
    validate(JSON.parse(verifyJson(report)));
    expect(validate.errors ?? []).toEqual([]);
  });

  test.each([
    ['another version', { formatVersion: 2 }],
    ['an unknown verdict', { verdict: 'fine' }],
    ['an unknown member', { extra: 1 }],
    ['a plan that is none', { plan: {} }],
  ])('refuses %s', (_, override) => {
    expect(validate({ ...JSON.parse(verifyJson(REPORT)), ...override })).toBe(false);
  });
});

describe('a huge report', () => {
  test('has a limited length in Markdown, reports what is omitted, and closes its fences', () => {
    const markdown = verifyMarkdown(HUGE);
    expect(markdown.length).toBeLessThan(65_000);
    expect(markdown).toMatch(/\nand \d+ more\n/);
    expect(markdown).toMatch(/\n- and \d+ more\n/);
    expect(markdown).not.toMatch(INVISIBLE);
    const fences = markdown.split('\n').filter((line) => /^`{3,}(text)?$/.test(line));
    expect(fences.length % 2).toBe(0);
  });

  test('has a limited number of lines, each of limited length, as text', () => {
    const lines = verifyText(HUGE).split('\n');
    expect(lines.length).toBeLessThan(2_000);
    expect(lines).toContain('  and 250 more (--json has all)');
    const long = lines.filter((line) => line.length > 1_200 && !line.startsWith('`'));
    expect(long).toEqual([]);
  });
});

describe('the difference inside a value', () => {
  test.each([
    [KAFKA, KAFKA.replace('events', 'evnets'), '[-events-]{+evnets+}'],
    ['{"a":1.10}', '{"a":1.1}', '{"a":1.[-10-]{+1+}}'],
    ['{"a":1}', '{"a":1,"b":2}', '{+,"b":2+}'],
    ['{"a":1,"b":2}', '{"a":1}', '[-,"b":2-]'],
    ['', 'x', '{+x+}'],
  ])('of %s and %s', (expected, found, inside) => {
    expect(insideDifference(expected, found, 200)).toContain(inside);
  });

  test('is short however long the values are', () => {
    const words = Array.from({ length: 200_000 }, (_, n) => `w${n}`).join(' ');
    const line = insideDifference(words, words.replace('w100000 ', 'v100000 '), 200);
    expect(line).toContain('[-w100000-]{+v100000+}');
    expect(line.length).toBeLessThan(200);
    expect(insideDifference(words, 'x'.repeat(1_000_000), 200).length).toBeLessThan(400);
  });
});
