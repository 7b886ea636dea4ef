import { expect, test } from 'vitest';
import { runShort } from './run-short.js';

test('the promises hold in 420 worlds, and in those that once broke one', async () => {
  const { exitCode, lastLine } = await runShort(420);
  expect(lastLine).toMatch(/^420 seeds, .*; 0 failures$/);
  expect(exitCode).toBe(0);
}, 240_000);
