import { expect, test } from 'vitest';
import { PlanProblemsError } from '../../../src/planning/problems.js';

const problem = (address: string) => ({ address, message: 'wrong', hint: 'mend it', source: null });

test('the first problem is named, the others are counted', () => {
  const a = problem('config/a');
  expect(new PlanProblemsError([a])).toMatchObject({
    code: 'invalid-input',
    message: 'config/a: wrong',
    hint: 'mend it',
    problems: [a],
  });
  expect(new PlanProblemsError([a, problem('b'), problem('c')]).message).toBe(
    'config/a: wrong (and 2 more)',
  );
});
