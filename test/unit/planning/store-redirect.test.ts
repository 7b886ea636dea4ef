import { describe, expect, test } from 'vitest';
import { formatJson, parseJson } from '../../../src/model/json.js';
import { NOTHING_MANAGED } from '../../../src/model/resources.js';
import { makePlan } from '../../../src/planning/make-plan.js';
import { PlanProblemsError } from '../../../src/planning/problems.js';
import { NOTHING_RECORDED } from '../../../src/planning/recorded-from-desired.js';

type Config = Readonly<Record<string, unknown>>;

const source = { file: 'config.yaml', line: 1, column: 1 };
const text = (value: unknown) => formatJson(parseJson(JSON.stringify(value)));

function planOf(recorded: Config, desired: Config) {
  const entries = Object.entries(desired).map(([key, value]) => {
    return { key, value: parseJson(JSON.stringify(value)), source };
  });
  const rows = Object.entries(recorded).map(([key, value], i) => {
    return { id: i + 1, key, value: text(value) };
  });
  return makePlan({
    desired: { ...NOTHING_MANAGED, config: entries },
    recorded: { ...NOTHING_RECORDED, config: rows },
    now: '2026-01-01 00:00:00',
    toolVersion: '0',
    gitCommit: null,
  });
}

const redirected = (recorded: Config, desired: Config) =>
  planOf(recorded, desired)
    .changes.filter(({ dangers }) => dangers.includes('store:redirect'))
    .map(({ address }) => address);

const HERE = { host: 'here', port: 2379 };
const eu = (more: object = {}) => ({ type: 'etcd', config: { ...HERE, ...more } });
const TOPIC = { kafka_topic: 'events' };

describe('a redirect is', () => {
  test.each([
    ['another host', { kvstore_config: HERE }, { kvstore_config: { ...HERE, host: 'there' } }],
    ['another prefix', { kvstore_config: HERE }, { kvstore_config: { ...HERE, prefix: '/x' } }],
    ['no TLS any more', { kvstore_config: { ...HERE, ssl: true } }, { kvstore_config: HERE }],
    ['a login', { kvstore_config: HERE }, { kvstore_config: { ...HERE, user: 'u' } }],
    ['a first place', TOPIC, { ...TOPIC, kvstore_config: HERE }],
    ['another driver', { kvstore_type: 'etcd' }, { kvstore_type: 'postgres' }],
    ['a new target', TOPIC, { ...TOPIC, kvstores: { eu: eu() } }],
    ['a moved target', { kvstores: { eu: eu() } }, { kvstores: { eu: eu({ host: 'there' }) } }],
    ['two swapped', { kvstores: { a: eu(), b: 1 } }, { kvstores: { a: 1, b: eu() } }],
    ['an unreadable value before', { kvstores: 'x' }, { kvstores: { eu: eu() } }],
  ])('%s', (_, recorded, desired) => {
    expect(redirected(recorded, desired)).toHaveLength(1);
  });

  test('no driver any more, beside the deletion', () => {
    const recorded = { ...TOPIC, kvstore_type: 'postgres', kvstore_config: HERE };
    expect(redirected(recorded, { ...TOPIC, kvstore_config: HERE })).toEqual([
      'config/kvstore_type',
    ]);
  });
});

describe('no redirect is', () => {
  test.each([
    ['the first apply', {}, { kvstore_config: HERE, kvstores: { eu: eu() } }],
    ['another key', { kvstore_config: HERE }, { ...TOPIC, kvstore_config: HERE }],
    ['another order', { kvstores: { a: eu(), b: eu() } }, { kvstores: { b: eu(), a: eu() } }],
    ['one target less', { kvstores: { a: eu(), b: eu() } }, { kvstores: { a: eu() } }],
  ])('%s', (_, recorded, desired) => {
    expect(redirected(recorded, desired)).toEqual([]);
  });
});

describe('a recorded secret', () => {
  const recorded = { ...TOPIC, kvstore_config: { ...HERE, password: 'hunter2' } };

  test('is hidden in a plan', () => {
    for (const desired of [TOPIC, { ...TOPIC, kvstore_config: HERE }]) {
      const { changes } = planOf(recorded, desired);
      expect(changes).toHaveLength(1);
      expect(JSON.stringify(changes)).toContain('***');
      expect(JSON.stringify(changes)).not.toContain('hunter2');
    }
  });

  test('stays where the manifest has *** for it', () => {
    const same = { ...TOPIC, kvstore_config: { ...HERE, password: '***' } };
    expect(planOf(recorded, same).changes).toEqual([]);
  });

  test.each([
    { ...TOPIC, kvstore_config: { ...HERE, host: 'there', password: '***' } },
    { ...recorded, kvstores: { eu: eu({ password: '***' }) } },
  ])('does not go elsewhere by ***: %j', (desired) => {
    expect(() => planOf(recorded, desired)).toThrow(PlanProblemsError);
    expect(() => planOf(recorded, desired)).toThrow('another part of the value differs');
  });
});
