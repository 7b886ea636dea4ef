import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { readPlan } from '../../../../src/planning/format/read.js';
import { planJson } from '../../../../src/planning/format/write.js';
import {
  EVERY_KIND,
  HOSTILE_PLAN,
  literalServermap,
  NOTHING_TO_DO,
  planOf,
} from '../../../support/states/example-plans.js';

const schema = JSON.parse(readFileSync('schema/plan.schema.json', 'utf8'));
const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false }).compile(schema);

test.each([
  ['every kind', EVERY_KIND],
  ['hostile values', HOSTILE_PLAN],
  ['nothing to do', NOTHING_TO_DO],
  ['a literal servermap', planOf([literalServermap])],
])('a plan of %s is valid', (_, plan) => {
  validate(JSON.parse(planJson(plan)));
  expect(validate.errors ?? []).toEqual([]);
});

test.each([
  ['another version', { formatVersion: 2 }],
  ['an unknown member', { extra: true }],
  ['a base that is no fingerprint', { base: 'sha256:1' }],
  ['an attribute of another kind', { changes: [broken({ after: { key: 'a', value: '1' } })] }],
  ['an unknown danger', { changes: [broken({ dangers: ['being:eaten'] })] }],
])('a plan with %s is not', (_, override) => {
  expect(validate({ ...JSON.parse(planJson(EVERY_KIND)), ...override })).toBe(false);
});

function broken(override: object): unknown {
  const [change] = JSON.parse(planJson(EVERY_KIND)).changes;
  return { ...change, ...override };
}

test.each([
  ['at the top', (text: string) => text.replace('"base":', '"base": "x",\n  "base":')],
  ['in a change', (text: string) => text.replaceAll('"action":', '"action": "create", "action":')],
  [
    'written otherwise',
    (text: string) => text.replace('"changes":', '"chang\\u0065s": [], "changes":'),
  ],
])('a plan with a name twice is refused with the place: %s', (_, repeat) => {
  const text = planJson(EVERY_KIND);
  expect(readPlan(text, 'a.plan')).toEqual(JSON.parse(text));
  expect(repeat(text)).not.toBe(text);
  expect(() => readPlan(repeat(text), 'a.plan')).toThrow(
    /^a\.plan is not a plan: the name "(?:base|action|changes)" is given twice \(line \d+, column \d+\)$/,
  );
});
