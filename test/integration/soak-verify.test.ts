import { expect, test } from 'vitest';
import { Journal } from '../soak/journal.js';
import { Random } from '../soak/random.js';
import { etcd } from '../soak/stores/etcd.js';
import { runVerifySoak } from '../soak/verify.js';

const SEED = 20_261_123;

/** `npm run soak -- verify` is the long form. */
test('verify has no false alarm, and finds and repairs what is injected', async () => {
  const journal = new Journal();
  const size = { verifies: 12, differences: 8, commitsPerSecond: 100, faultIntervalMs: 1_500 };
  await runVerifySoak({ ...size, kind: etcd, journal, random: new Random(SEED) });
  expect(journal.counted('found and named')).toBe(8);
  expect(journal.counted('healed')).toBe(8);
  expect(journal.counted('false alarms')).toBe(0);
}, 120_000);
