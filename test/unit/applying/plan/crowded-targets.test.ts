import { expect, test } from 'vitest';
import { refuseCrowdedTargets } from '../../../../src/applying/plan/crowded-targets.js';
import type { ChangeOf } from '../../../../src/planning/change.js';
import { PlanProblemsError } from '../../../../src/planning/problems.js';
import { NOTHING_RECORDED } from '../../../../src/planning/recorded-from-desired.js';

const store = (prefix: string) => ({ type: 'etcd', config: { host: 'h', port: 2379, prefix } });
const json = (value: unknown) => JSON.stringify(value);
const recorded = (config: Readonly<Record<string, string>>) => ({
  ...NOTHING_RECORDED,
  config: Object.entries(config).map(([key, value], index) => ({ id: index + 1, key, value })),
});

function changeTo(key: string, after: string | null): { readonly changes: [ChangeOf<'config'>] } {
  const before = { key, value: '"before"' };
  return {
    changes: [
      {
        kind: 'config',
        address: `config/${key}`,
        action: after === null ? 'delete' : 'update',
        before,
        after: after === null ? null : { key, value: after },
        reason: '',
        source: null,
        dangers: [],
      },
    ],
  };
}

const SHARED = json({ a: store('/x'), b: store('/x/y') });

test('a change that leads to a shared store is refused, for each of the targets', () => {
  const plan = changeTo('kvstores', SHARED);
  const refuse = () => refuseCrowdedTargets(plan, recorded({ kvstores: '{}' }));
  expect(refuse).toThrow(PlanProblemsError);
  expect(refuse).toThrow('config/kvstores: target "a": it shares a store and keys with b');
});

test('what is recorded and what changes count together', () => {
  const plan = changeTo('kvstore_config', json(store('/x').config));
  const other = (prefix: string) => recorded({ kvstores: json({ b: store(prefix) }) });
  expect(() => refuseCrowdedTargets(plan, other('/x'))).toThrow('target "default"');
  expect(() => refuseCrowdedTargets(plan, other('/y'))).not.toThrow();
});

test.each([
  ['another key', changeTo('retain_hrs', '1'), SHARED],
  ['the end of one of them', changeTo('kvstores', json({ a: store('/x') })), SHARED],
  ['the end of all', changeTo('kvstores', null), SHARED],
  ['what is no configuration', changeTo('kvstores', '7'), '{}'],
  ['what is no JSON', changeTo('kvstore_type', '"etcd"'), '{'],
])('%s may change', (_, plan, kvstores) => {
  expect(() => refuseCrowdedTargets(plan, recorded({ kvstores }))).not.toThrow();
});

test('a change that leads to too many targets is refused, with the name of each surplus one', () => {
  const many = Array.from({ length: 33 }, (_, n) => [`t${n + 10}`, store(`/${n}`)]);
  const plan = changeTo('kvstores', json(Object.fromEntries(many)));
  const refuse = () => refuseCrowdedTargets(plan, recorded({}));
  expect(refuse).toThrow('config/kvstores: target "t42": it is one of 33 targets');
  const fewer = changeTo('kvstores', json(Object.fromEntries(many.slice(1))));
  expect(() => refuseCrowdedTargets(fewer, recorded({}))).not.toThrow();
});
