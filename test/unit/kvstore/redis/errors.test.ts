import { ErrorReply } from '@redis/client';
import { expect, test } from 'vitest';
import {
  endsConnection,
  movedTo,
  redisError,
} from '../../../../src/kvstore/redis/connection/errors.js';

const read = (text: string) => redisError(new ErrorReply(text), 'read /a');

test.each([
  'READONLY You can not run script with write flag on readonly replica.',
  'LOADING Redis is loading the dataset in memory',
  'BUSY Redis is busy running a script',
  'NOREPLICAS Not enough good replicas to write.',
  'MISCONF Redis is configured to save RDB snapshots',
  "OOM command not allowed when used memory > 'maxmemory'.",
  'TRYAGAIN Multiple keys request during rehashing of slot',
  'CLUSTERDOWN The cluster is down',
  'ERR max number of clients reached',
])('%s: it may pass', (text) => {
  expect(read(text)).toMatchObject({ code: 'store-unavailable', retryable: true });
});

test.each([
  "NOPERM User reader has no permissions to run the 'get' command",
  'NOAUTH HELLO must be called with the client already authenticated',
  'WRONGPASS invalid username-password pair or user is disabled.',
  "CROSSSLOT Keys in request don't hash to the same slot",
  'WRONGTYPE Operation against a key holding the wrong kind of value',
  'ERR DB index is out of range',
])('%s: it stays', (text) => {
  expect(read(text)).toMatchObject({ code: 'store-rejected', retryable: false });
});

test('an error of the connection may pass, and has words also where the client has none', () => {
  const cause = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  const error = redisError(cause, 'read /a');
  expect(error).toMatchObject({ code: 'store-unavailable', message: 'read /a: ECONNREFUSED' });
});

test('what another server may answer ends the connection, what this one refuses does not', () => {
  const ends = (text: string) => endsConnection(new ErrorReply(text));
  expect(['READONLY x', 'LOADING x', 'MOVED 1 a:1', 'MASTERDOWN x'].map(ends)).not.toContain(false);
  expect(['OOM x', 'NOPERM x', 'NOREPLICAS x', 'ERR x'].map(ends)).not.toContain(true);
  expect(endsConnection(new Error('Socket closed unexpectedly'))).toBe(true);
});

test('the place of moved keys is read out of the answer', () => {
  const place = (text: string) => movedTo(new ErrorReply(text));
  expect(place('MOVED 3999 127.0.0.1:6381')).toBe('127.0.0.1:6381');
  expect(place('MOVED 3999 ::1:6381')).toBe('::1:6381');
  expect(place('MOVED 3999 :6381')).toBeUndefined();
  expect(place('ASK 3999 127.0.0.1:6381')).toBeUndefined();
});
