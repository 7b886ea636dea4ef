import { expect, test } from 'vitest';
import { OLD_RULES } from './rules.js';
import { firstSeed } from './try-rule.js';

const QUICK = OLD_RULES.filter(({ quickly }) => quickly !== undefined);

/** All of them, and how many seeds each takes: `npm run sim:old-rules`. */
test.each(QUICK)(
  'the simulation finds it where $name',
  async (old) => {
    const caught = await firstSeed(old, old.quickly ?? 0);
    expect(old.breaks).toContain(caught?.rule);
  },
  240_000,
);
