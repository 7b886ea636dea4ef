/** The short form of `npm run soak -- fuzz`: another seed every time, printed when it matters. */
import { describe, expect, test } from 'vitest';
import { FUZZ_PROPERTIES } from '../../support/fuzz/all-properties.js';

const RUNS = 500;
const LIMIT_MS = 2_000;

describe('what comes from outside', { timeout: 60_000 }, () => {
  test.each(FUZZ_PROPERTIES)('$name', (property) => {
    expect(property.hold({ numRuns: RUNS, limitMs: LIMIT_MS })).toBeGreaterThan(0);
  });
});
