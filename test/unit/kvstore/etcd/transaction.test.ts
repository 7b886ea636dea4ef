import { expect, test } from 'vitest';
import {
  commitRequest,
  DEFAULT_SHAPE,
  maxOperations,
  probeRequest,
  TRANSACTION_SHAPES,
} from '../../../../src/kvstore/etcd/transaction.js';
import type { GuardedCommit } from '../../../../src/kvstore/store.js';

/** etcd's --max-txn-ops counts the operations of the top level, then what is left of it in each. */
const MAX_OPERATIONS = 128;

function commitOf(puts: number): GuardedCommit {
  return {
    puts: new Map(Array.from({ length: puts }, (_, at) => [`/k${at}`, `v${at}`] as const)),
    deletes: new Set(['/gone']),
    guard: { key: '/guard', expected: { value: 'old', modRevision: 7n }, value: 'new' },
  };
}

test('a commit compares revision and value of the guard, and reads it where they differ', () => {
  const { compare, failure } = commitRequest(commitOf(1), DEFAULT_SHAPE);
  const key = Buffer.from('/guard');
  expect(compare).toEqual([
    { key, target: 'Mod', result: 'Equal', mod_revision: '7' },
    { key, target: 'Value', result: 'Equal', value: Buffer.from('old') },
  ]);
  expect(failure).toEqual([{ request_range: { key } }]);
});

test('a guard that does not exist has the revision 0', () => {
  const commit = { ...commitOf(1), guard: { key: '/guard', expected: undefined, value: 'new' } };
  expect(commitRequest(commit, DEFAULT_SHAPE).compare).toEqual([
    { key: Buffer.from('/guard'), target: 'Mod', result: 'Equal', mod_revision: '0' },
  ]);
});

test('few operations are not nested: deletes, puts, and the guard last', () => {
  const { success } = commitRequest(commitOf(1), { nested: 64, leaf: 63 });
  const put = (key: string, value: string) => ({
    request_put: { key: Buffer.from(key), value: Buffer.from(value) },
  });
  expect(success).toEqual([
    { request_delete_range: { key: Buffer.from('/gone') } },
    put('/k0', 'v0'),
    put('/guard', 'new'),
  ]);
});

test('a leaf holds as many operations as it may, one more is nested', () => {
  const shape = { nested: 3, leaf: 2 };
  expect(commitRequest(commitOf(1), shape).success).toHaveLength(2 + 1);
  const { success = [] } = commitRequest(commitOf(4), shape);
  const sizes = success.map(({ request_txn }) => request_txn?.success?.length);
  expect(sizes).toEqual([2, 2, 1, undefined]);
  const flat = success.flatMap(({ request_txn }) => request_txn?.success ?? []);
  expect(flat.map(({ request_put }) => String(request_put?.value))).toEqual([
    ...['undefined', 'v0', 'v1', 'v2', 'v3'],
  ]);
});

test.each(TRANSACTION_SHAPES)('a probe has the shape of a full commit: $nested, $leaf', (shape) => {
  const { compare, success = [], failure } = probeRequest('/probe', shape);
  expect(compare).toMatchObject([{ target: 'Mod', result: 'Less', mod_revision: '0' }]);
  expect(failure).toEqual([]);
  const full = commitRequest(commitOf(maxOperations(shape) - 1), shape);
  expect(success).toHaveLength(full.success?.length ?? 0);
  const leaves = success.map(({ request_txn }) => request_txn?.success?.length ?? 0);
  expect(leaves).toEqual((full.success ?? []).map((one) => one.request_txn?.success?.length ?? 0));
  expect(success.length + Math.max(...leaves)).toBeLessThanOrEqual(MAX_OPERATIONS);
});

test('shapes are tried from the largest on, and the default is one of them', () => {
  const sizes = TRANSACTION_SHAPES.map(maxOperations);
  expect(sizes).toEqual([4032, 992, 240, 56, 127, 63, 31, 15, 1]);
  expect(TRANSACTION_SHAPES).toContainEqual(DEFAULT_SHAPE);
});
