import {
  ClientClosedError,
  EtcdInvalidAuthTokenError,
  EtcdPermissionDeniedError,
  GRPCAbortedError,
  GRPCAlreadyExistsError,
  GRPCCancelledError,
  GRPCDeadlineExceededError,
  GRPCFailedPreconditionError,
  GRPCGenericError,
  GRPCInternalError,
  GRPCInvalidArgumentError,
  GRPCNotFoundError,
  GRPCOutOfRangeError,
  GRPCResourceExhastedError,
  GRPCUnauthenticatedError,
  GRPCUnavailableError,
  GRPCUnknownError,
} from 'etcd3';
import { describe, expect, test } from 'vitest';
import {
  isInvalidArgument,
  isOldToken,
  isOutOfRange,
  isPermissionDenied,
  storeError,
} from '../../../../../src/kvstore/etcd/connection/errors.js';
import { LenkwerkError, StoreForbidden } from '../../../../../src/model/errors.js';

const OLD_TOKEN = new GRPCInvalidArgumentError('etcdserver: revision of auth store is old');

describe('what a request failed with', () => {
  // The commit may have happened: a rejection would lose it.
  test.each([
    new GRPCUnavailableError('a'),
    new GRPCDeadlineExceededError('a'),
    new GRPCCancelledError('a'),
    new GRPCUnknownError('a'),
    new GRPCInternalError('a'),
    new GRPCAbortedError('a'),
    new GRPCGenericError('a'),
    new EtcdInvalidAuthTokenError('a'),
    new ClientClosedError('a'),
    new GRPCResourceExhastedError('a'),
    OLD_TOKEN,
  ])('the outcome is unknown after %o', (cause) => {
    const error = storeError(cause, 'a commit');
    expect(error).toMatchObject({ code: 'store-unavailable', retryable: true, cause });
    expect(error.message).toMatch(/^a commit: /);
  });

  test.each([
    new EtcdPermissionDeniedError('a'),
    new GRPCInvalidArgumentError('a'),
    new GRPCOutOfRangeError('a'),
    new GRPCNotFoundError('a'),
    new GRPCAlreadyExistsError('a'),
    new GRPCFailedPreconditionError('a'),
    new GRPCUnauthenticatedError('a'),
    new Error('a'),
    'a',
  ])('the store rejected it with %o', (cause) => {
    const error = storeError(cause, 'a commit');
    expect(error).toMatchObject({ code: 'store-rejected', retryable: false, cause });
    expect(error.message).toBe('a commit: a');
  });

  test('what its login may not do can be granted', () => {
    const error = storeError(new EtcdPermissionDeniedError('a'), 'a commit');
    expect(error).toBeInstanceOf(StoreForbidden);
    expect(error.hint).toContain('`etcdctl role grant-permission ROLE readwrite');
  });

  test('an error of our own is returned as it is', () => {
    const error = new LenkwerkError('fenced', 'another agent writes');
    expect(storeError(error, 'a commit')).toBe(error);
  });

  test('the errors of streams have the code alone', () => {
    const cause = Object.assign(new Error('14 UNAVAILABLE: no connection'), { code: 14 });
    const error = storeError(cause, 'a watch');
    expect(error).toMatchObject({ code: 'store-unavailable', message: 'a watch: no connection' });
    const refused = Object.assign(new Error('3 INVALID_ARGUMENT: no key'), { code: 3 });
    expect(storeError(refused, 'a watch').code).toBe('store-rejected');
  });

  test('a store that is out of space is helped by a hint', () => {
    const error = storeError(new GRPCResourceExhastedError('no space'), 'a commit');
    expect(error.hint).toContain('defragment');
  });
});

test('each refusal is recognised, and no other one', () => {
  const all = [
    OLD_TOKEN,
    new EtcdInvalidAuthTokenError('a'),
    new GRPCInvalidArgumentError('a'),
    new GRPCOutOfRangeError('a'),
    new EtcdPermissionDeniedError('a'),
    new Error('a'),
  ];
  expect(all.map(isOldToken)).toEqual([true, true, false, false, false, false]);
  expect(all.map(isInvalidArgument)).toEqual([false, false, true, false, false, false]);
  expect(all.map(isOutOfRange)).toEqual([false, false, false, true, false, false]);
  expect(all.map(isPermissionDenied)).toEqual([false, false, false, false, true, false]);
});
