import { describe, expect, test } from 'vitest';
import { refuseUnpublishable } from '../../../../src/applying/plan/publishable.js';
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
  const refuse = () => refuseUnpublishable(plan, recorded({ kvstores: '{}' }));
  expect(refuse).toThrow(PlanProblemsError);
  expect(refuse).toThrow('config/kvstores: target "a": it shares a store and keys with b');
});

test('what is recorded and what changes count together', () => {
  const plan = changeTo('kvstore_config', json(store('/x').config));
  const other = (prefix: string) => recorded({ kvstores: json({ b: store(prefix) }) });
  expect(() => refuseUnpublishable(plan, other('/x'))).toThrow('target "default"');
  expect(() => refuseUnpublishable(plan, other('/y'))).not.toThrow();
});

test.each([
  ['another key', changeTo('retain_hrs', '1'), SHARED],
  ['the end of one of them', changeTo('kvstores', json({ a: store('/x') })), SHARED],
  ['the end of all', changeTo('kvstores', null), SHARED],
  ['what is no configuration', changeTo('kvstores', '7'), '{}'],
  ['what is no JSON', changeTo('kvstore_type', '"etcd"'), '{'],
])('%s may change', (_, plan, kvstores) => {
  expect(() => refuseUnpublishable(plan, recorded({ kvstores }))).not.toThrow();
});

test('a change that leads to too many targets is refused, with the name of each surplus one', () => {
  const many = Array.from({ length: 33 }, (_, n) => [`t${n + 10}`, store(`/${n}`)]);
  const plan = changeTo('kvstores', json(Object.fromEntries(many)));
  const refuse = () => refuseUnpublishable(plan, recorded({}));
  expect(refuse).toThrow('config/kvstores: target "t42": it is one of 33 targets');
  const fewer = changeTo('kvstores', json(Object.fromEntries(many.slice(1))));
  expect(() => refuseUnpublishable(fewer, recorded({}))).not.toThrow();
});

describe('the size of records', () => {
  const SIZE = 1_300_000;
  const text = json('x'.repeat(SIZE));
  const BOTH = json({ a: { type: 'postgres', config: { host: 'h', dbname: 'd' } } });

  test('the store that takes the least decides', () => {
    const plan = changeTo('big', text);
    const inPostgres = recorded({ kvstore_type: '"postgres"' });
    expect(() => refuseUnpublishable(plan, inPostgres)).not.toThrow();
    const alsoInEtcd = recorded({ kvstores: BOTH });
    expect(() => refuseUnpublishable(plan, alsoInEtcd)).toThrow(
      /^config\/big: its record of about 1300\d\d\d bytes cannot be published: a value in etcd holds 1200000/,
    );
  });

  test('a store that a URL names counts in place of the recorded one', () => {
    const plan = changeTo('big', json('x'.repeat(500_000)));
    const inEtcd = recorded({ kvstore_type: '"etcd"' });
    expect(() => refuseUnpublishable(plan, inEtcd)).not.toThrow();
    expect(() => refuseUnpublishable(plan, inEtcd, 'zookeeper')).toThrow('a value in zookeeper');
  });

  test('a target that would have to publish what it cannot take is refused', () => {
    const before = { kvstore_type: '"postgres"', big: text };
    const toEtcd = changeTo('kvstore_type', '"etcd"');
    expect(() => refuseUnpublishable(toEtcd, recorded(before))).toThrow('config/big: its record');
    expect(() =>
      refuseUnpublishable(changeTo('kvstore_type', '"postgres"'), recorded(before)),
    ).not.toThrow();
  });

  test('what is recorded, however large, keeps nothing else from changing', () => {
    const plan = changeTo('small', '1');
    expect(() => refuseUnpublishable(plan, recorded({ big: text }))).not.toThrow();
  });
});
