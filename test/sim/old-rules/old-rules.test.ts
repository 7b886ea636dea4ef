import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OLD_RULES } from './rules.js';
import { firstCaught } from './try-rule.js';

const QUICK = OLD_RULES.filter(({ quickly }) => quickly !== undefined);

test.each(OLD_RULES)('$name fits the code as it is', ({ edits }) => {
  const places = edits.map(({ file, from }) => readFileSync(file, 'utf8').split(from).length - 1);
  expect(places).toEqual(edits.map(() => 1));
});

/** All of them, and how many seeds each takes: `npm run sim:old-rules`. */
test.each(QUICK)(
  'the simulation finds it where $name',
  async (old) => {
    const caught = await firstCaught(old, old.quickly ?? 0);
    expect(old.breaks).toContain(caught?.rule);
  },
  240_000,
);
