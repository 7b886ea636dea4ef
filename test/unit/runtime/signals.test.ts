import { expect, test } from 'vitest';
import { LenkwerkError } from '../../../src/model/errors.js';
import { listenForTermination } from '../../../src/runtime/signals.js';

test('from listen on the first signal aborts, the second one is for the caller, and dispose ends it', () => {
  const before = process.listenerCount('SIGTERM');
  const second: number[] = [];
  const termination = listenForTermination((exitCode) => second.push(exitCode));
  expect(process.listenerCount('SIGTERM')).toBe(before);
  termination.listen();
  termination.listen();
  expect(termination.signal.aborted).toBe(false);
  expect(termination.exitCode()).toBeUndefined();
  process.emit('SIGINT', 'SIGINT');
  expect(termination.signal.aborted).toBe(true);
  expect(termination.signal.reason).toBeInstanceOf(LenkwerkError);
  expect(termination.signal.reason).toMatchObject({ code: 'interrupted' });
  expect(second).toEqual([]);
  process.emit('SIGTERM', 'SIGTERM');
  expect(second).toEqual([143]);
  expect(termination.exitCode()).toBe(130);
  termination.dispose();
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
