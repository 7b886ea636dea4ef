import { expect, test } from 'vitest';
import { runMeasured } from '../../support/cli/peak-memory.js';

const SIZE_MIB = 200;
/** More than node takes, and less than node and the allocation. */
const BOUND_MIB = 150;
const ALLOCATE = `Buffer.alloc(${SIZE_MIB} * 1024 * 1024, 1)`;

test('a process has not the peak of the one that starts it', async () => {
  const before = await runMeasured(['-e', '0']);
  const held = Buffer.alloc(SIZE_MIB * 1024 * 1024, 1);
  const { peakMib } = await runMeasured(['-e', '0']);
  expect(held).toHaveLength(SIZE_MIB * 1024 * 1024);
  expect(before.peakMib).toBeLessThan(BOUND_MIB);
  expect(peakMib).toBeLessThan(BOUND_MIB);
});

test.each([
  ['while it runs', ALLOCATE],
  ['as it ends', `process.on('exit', () => ${ALLOCATE})`],
])('what a process takes %s counts', async (_, script) => {
  const { peakMib } = await runMeasured(['-e', script]);
  expect(peakMib).toBeGreaterThan(SIZE_MIB);
});

test('a process that is killed has no peak', async () => {
  const kill = "process.kill(process.pid, 'SIGKILL')";
  const { peakMib } = await runMeasured(['-e', kill], { exitCodes: [null] });
  expect(peakMib).toBeNaN();
});
