import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastOfFailingRun } from '../../../src/postgres/refused-run.js';

test('it is the first item that fails, in a number of attempts that grows slowly', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2_000 }), fc.nat(), async (count, pick) => {
      const culprit = pick % count;
      let attempts = 0;
      const found = await lastOfFailingRun(count, async (length) => {
        attempts += 1;
        return length > culprit;
      });
      expect(found).toBe(culprit);
      expect(attempts).toBeLessThanOrEqual(Math.ceil(Math.log2(count)) + 1);
    }),
  );
});

test('where nothing fails there is none', async () => {
  expect(await lastOfFailingRun(5, async () => false)).toBeUndefined();
  expect(await lastOfFailingRun(0, async () => true)).toBeUndefined();
});
