import { expect, test } from 'vitest';
import { applyContext } from '../../../../src/applying/context/context.js';

test('a part that is given as undefined has its default', () => {
  const context = applyContext({ onStep: undefined, signal: undefined, version: undefined });
  context.onStep('reading the tables');
  expect(context.signal.aborted).toBe(false);
  expect(context.version).toMatch(/^\d+\.\d+\.\d+/);
});

test('what is given is kept', () => {
  const { signal } = new AbortController();
  const connection = { host: 'lenkwerk.example.com' };
  expect(applyContext({ signal, connection })).toMatchObject({ signal, connection });
});
