import { expect, test } from 'vitest';
import { SharedRead } from '../../../src/console/shared-read.js';

test('callers share the read that runs, and its error', async () => {
  let reads = 0;
  const shared = new SharedRead(async () => {
    reads += 1;
    if (reads > 1) throw new Error('away');
    return reads;
  }, 0);
  const first = await Promise.all([shared.get(), shared.get(), shared.get()]);
  expect(first.map(({ state }) => state)).toEqual([1, 1, 1]);
  expect((await shared.get()).error).toEqual(new Error('away'));
  expect(reads).toBe(2);
});

test('a fresh state is given out again', async () => {
  let reads = 0;
  const shared = new SharedRead(async () => {
    reads += 1;
    return reads;
  }, 60_000);
  expect([(await shared.get()).state, (await shared.get()).state]).toEqual([1, 1]);
});
