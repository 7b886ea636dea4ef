import { expect, test } from 'vitest';
import { isDue } from '../../../../src/publishing/stream/stream.js';

const IDLE = { afterBytes: 1_000, afterMs: 60_000 };

test.each([
  [0n, 59_999, false],
  [999n, 0, false],
  [1_000n, 0, true],
  [0n, 60_000, true],
])('%s bytes ahead after %i ms are worth a write: %j', (aheadBytes, quietMs, due) => {
  expect(isDue({ aheadBytes, quietMs }, IDLE)).toBe(due);
});
