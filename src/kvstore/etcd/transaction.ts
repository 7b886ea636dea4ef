import type { ICompare, IRequestOp, ITxnRequest } from 'etcd3';
import type { GuardedCommit, StoredValue } from '../store.js';

/**
 * How many operations fit into one transaction: `nested` transactions of `leaf` operations, or
 * `leaf` operations directly when `nested` is 0. The guard's own write is not counted.
 */
export interface TransactionShape {
  readonly nested: number;
  readonly leaf: number;
}

/**
 * Largest first. etcd's --max-txn-ops (128 by default) bounds the operations of the top level,
 * and what is left of it bounds each nested level: 64 nested ones and the guard leave 63.
 * https://etcd.io/docs/v3.5/op-guide/configuration/
 */
export const TRANSACTION_SHAPES: readonly TransactionShape[] = [
  { nested: 64, leaf: 63 },
  { nested: 32, leaf: 31 },
  { nested: 16, leaf: 15 },
  { nested: 8, leaf: 7 },
  { nested: 0, leaf: 127 },
  { nested: 0, leaf: 63 },
  { nested: 0, leaf: 31 },
  { nested: 0, leaf: 15 },
  { nested: 0, leaf: 1 },
];

/** What to expect of a server that did not allow the probe. */
export const DEFAULT_SHAPE: TransactionShape = { nested: 0, leaf: 127 };

/** How many operations a shape holds, the guard's write not counted. */
export function maxOperations(shape: TransactionShape): number {
  return Math.max(1, shape.nested) * shape.leaf;
}

/**
 * The request for a guarded commit in a transaction of the given shape; on a conflict the answer
 * has what the guard key holds. https://etcd.io/docs/v3.5/learning/api/#transaction
 */
export function commitRequest(commit: GuardedCommit, shape: TransactionShape): ITxnRequest {
  const { guard } = commit;
  const key = Buffer.from(guard.key);
  const guardPut = { request_put: { key, value: Buffer.from(guard.value) } };
  return {
    compare: holdsStill(key, guard.expected),
    success: [...nest(changeOperations(commit), shape), guardPut],
    failure: [{ request_range: { key } }],
  };
}

/**
 * A read-only transaction of the given shape, under a comparison that never holds: etcd checks its
 * size and permissions, and changes nothing.
 */
export function probeRequest(key: string, shape: TransactionShape): ITxnRequest {
  const probeKey = Buffer.from(key);
  const read = { request_range: { key: probeKey, keys_only: true } };
  const operations = Array.from({ length: maxOperations(shape) }, () => read);
  return {
    compare: neverHolds(probeKey),
    success: [...nest(operations, shape), read],
    failure: [],
  };
}

/** The same for one record: the server checks what it checks of a commit of that record. */
export function recordProbe(key: string, value: Buffer): ITxnRequest {
  const probeKey = Buffer.from(key);
  const success = [{ request_put: { key: probeKey, value } }];
  return { compare: neverHolds(probeKey), success, failure: [] };
}

function neverHolds(key: Buffer): ICompare[] {
  return [{ key, target: 'Mod', result: 'Less', mod_revision: '0' }];
}

/** A key that does not exist has the modification revision 0. */
function holdsStill(key: Buffer, expected: StoredValue | undefined): ICompare[] {
  const revision = String(expected?.modRevision ?? 0n);
  const sameRevision: ICompare = { key, target: 'Mod', result: 'Equal', mod_revision: revision };
  if (expected === undefined) return [sameRevision];
  const value = Buffer.from(expected.value);
  return [sameRevision, { key, target: 'Value', result: 'Equal', value }];
}

function changeOperations(commit: GuardedCommit): IRequestOp[] {
  const operations: IRequestOp[] = [];
  for (const key of commit.deletes) {
    operations.push({ request_delete_range: { key: Buffer.from(key) } });
  }
  for (const [key, value] of commit.puts) {
    operations.push({ request_put: { key: Buffer.from(key), value: Buffer.from(value) } });
  }
  return operations;
}

/** Few operations are not nested, since a nested transaction costs the server more. */
function nest(operations: readonly IRequestOp[], shape: TransactionShape): IRequestOp[] {
  if (shape.nested === 0 || operations.length <= shape.leaf) return [...operations];
  const nested: IRequestOp[] = [];
  for (let start = 0; start < operations.length; start += shape.leaf) {
    const success = operations.slice(start, start + shape.leaf);
    nested.push({ request_txn: { compare: [], success, failure: [] } });
  }
  return nested;
}
