import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
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
