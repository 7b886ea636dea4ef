import { expect, test } from 'vitest';
import { runShort } from './run-short.js';

test('the promises hold in 300 worlds, and in those that once broke one', async () => {
  const { exitCode, lastLine } = await runShort(300);
  expect(lastLine).toMatch(/^300 seeds, .*; 0 failures$/);
  expect(exitCode).toBe(0);
}, 120_000);
