import { expect, test } from 'vitest';
import { LenkwerkError } from '../../../src/model/errors.js';
import { listenForTermination } from '../../../src/runtime/signals.js';

test('the first signal aborts, the second one is for the caller, and dispose ends it', () => {
  const before = process.listenerCount('SIGTERM');
  const second: string[] = [];
  const termination = listenForTermination((signal) => second.push(signal));
  expect(termination.signal.aborted).toBe(false);
  process.emit('SIGINT', 'SIGINT');
  expect(termination.signal.aborted).toBe(true);
  expect(termination.signal.reason).toBeInstanceOf(LenkwerkError);
  expect(termination.signal.reason).toMatchObject({ code: 'interrupted' });
  expect(second).toEqual([]);
  process.emit('SIGTERM', 'SIGTERM');
  expect(second).toEqual(['SIGTERM']);
  termination.dispose();
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
