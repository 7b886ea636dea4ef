import { expect, test } from 'vitest';
import { runShort } from './run-short.js';

/** In two processes: the simulation takes one processor. */
test.concurrent.each([1, 1_001])(
  'the promises hold in 1,000 worlds from %i on',
  async (from) => {
    const { exitCode, lastLine } = await runShort(1_000, from);
    expect(lastLine).toMatch(/^1000 seeds, .*; 0 failures$/);
    expect(exitCode).toBe(0);
  },
  300_000,
);
