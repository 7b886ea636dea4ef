import { expect, test } from 'vitest';
import { isDue } from '../../../../src/publishing/stream/stream.js';

const IDLE = { afterBytes: 1_000, afterMs: 60_000 };

test.each([
  [999n, 59_999, false, false],
  [1_000n, 0, false, true],
  [1n, 60_000, false, true],
  [1n, 0, true, true],
  [0n, 60_000, true, false],
  [-1_000n, 60_000, true, false],
])('%s bytes ahead after %i ms, urgent: %j, is worth a write: %j', (...given) => {
  const [aheadBytes, quietMs, urgent, due] = given;
  expect(isDue({ aheadBytes, quietMs, urgent }, IDLE)).toBe(due);
});
