import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SkippedReporter } from './support/skipped-reporter.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A folder: every run leaves its results there as JSON, for .ci/run to count. */
const reports = process.env['TEST_REPORTS'];
const outputFile = join(reports ?? '', `vitest-${process.pid}.json`);
const reporters = ['default', new SkippedReporter()];

export default defineConfig({
  test: {
    root,
    retry: 0,
    maxWorkers: 2,
    reporters: reports === undefined ? reporters : [...reporters, ['json', { outputFile }]],
    projects: [
      {
        test: {
          name: 'unit',
          root,
          include: [
            'test/unit/**/*.test.ts',
            'test/sim/short.test.ts',
            'test/mutants/{operators,mutants}.test.ts',
          ],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          root,
          sequence: { groupOrder: 1 },
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          // A minute of simulated faults; longer: `npm run sim`.
          name: 'sim',
          root,
          include: ['test/sim/long.test.ts', 'test/sim/old-rules/old-rules.test.ts'],
        },
      },
      {
        test: {
          // Mutants whose verdict is known; new ones: `npm run mutants`.
          name: 'mutants',
          root,
          include: ['test/mutants/short.test.ts'],
        },
      },
      {
        test: {
          // A minute of faults; alone: `npm run soak:short`.
          name: 'soak',
          root,
          sequence: { groupOrder: 1 },
          include: ['test/soak/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
