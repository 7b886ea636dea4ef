import { describe, expect, test } from 'vitest';
import { FAMILIES } from './families.js';
import { CAUGHT_MUTANTS, mutated, SUPERFLUOUS_MUTANTS } from './mutants.js';
import { NARROW_FAMILIES } from './narrow-families.js';
import { RULE } from './rule.js';
import { explore, printed } from './search/explore.js';

/** So many states of each family; `npm run model` sees more. */
const MAX_STATES = 6000;
/** The narrow families are seen to their end. */
const MAX_NARROW_STATES = 30_000;
const MAX_MUTANT_STATES = 15_000;

const isNarrow = (name: string) => Object.hasOwn(NARROW_FAMILIES, name);
const wide = Object.entries(FAMILIES).filter(([name]) => !isNarrow(name));

function brokenPromise({ broken }: ReturnType<typeof explore>): string | undefined {
  return broken && printed(broken);
}

describe('the rule as written', () => {
  test.each(Object.entries(NARROW_FAMILIES))('keeps its promises in all of %s', (_, family) => {
    const found = explore(RULE, family, { maxStates: MAX_NARROW_STATES });
    expect(brokenPromise(found)).toBeUndefined();
    expect(found.outcome).toBe('exhausted');
  });

  test.each(wide)('keeps its promises in the first states of %s', (_, family) => {
    const found = explore(RULE, family, { maxStates: MAX_STATES });
    expect(brokenPromise(found)).toBeUndefined();
  });
});

describe('the rule without a part', () => {
  test.each(CAUGHT_MUTANTS)('breaks a promise: $name', (mutant) => {
    const family = FAMILIES[mutant.family];
    const found = explore(mutated(mutant), family, {
      maxStates: MAX_MUTANT_STATES,
      settleEvery: 1,
    });
    expect(found.outcome).toBe('broken');
  });

  test.each(SUPERFLUOUS_MUTANTS)('breaks none, since something else holds: $name', (mutant) => {
    const family = FAMILIES[mutant.family];
    const found = explore(mutated(mutant), family, { maxStates: MAX_NARROW_STATES });
    expect(brokenPromise(found)).toBeUndefined();
    expect(found.outcome).toBe('exhausted');
  });

  test('every part of the rule has its mutant', () => {
    const all = [...CAUGHT_MUTANTS, ...SUPERFLUOUS_MUTANTS];
    const changed = new Set(all.flatMap(({ change }) => Object.keys(change)));
    expect([...changed].toSorted()).toEqual(Object.keys(RULE).toSorted());
  });
});

test('a trace has the words of the protocol', () => {
  const rule = { ...RULE, writeValue: false };
  const { broken } = explore(rule, FAMILIES.storeBackTwo, { maxStates: MAX_MUTANT_STATES });
  expect(broken && printed(broken)).toMatchInlineSnapshot(`
    "P4: a fenced agent changed the store
      1. agent 0: holds the slot at server 0 and looks (steps 1-3)
      2. agent 0: reads the checkpoint (steps 4-5)
      3. agent 0 sleeps: its session ends
      4. agent 1: holds the slot at server 0 and looks (steps 1-3)
      5. agent 1: reads the checkpoint (steps 4-5)
      6. backup of the store
      7. agent 1: announces its activation in the store (step 6)
      8. agent 1: writes its activation to the row (step 7)
      9. agent 1: takes up the stream (step 8)
      10. store restored from its backup
      11. agent 0: announces its activation in the store (step 6)
      12. agent 1: writes an idle position"
  `);
});

test('the same family gives the same states in the same order', () => {
  const once = () => explore(RULE, FAMILIES.image, { maxStates: 2000 });
  expect(once()).toEqual(once());
});
