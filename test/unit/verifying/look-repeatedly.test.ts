/** A role without a barrier reports what stays, and nothing of what is under way. */
import { expect, test } from 'vitest';
import { LenkwerkError } from '../../../src/model/errors.js';
import type { Difference } from '../../../src/verifying/compare.js';
import { lookRepeatedly } from '../../../src/verifying/look-repeatedly.js';
import { nothingToSay, type PublishedReport } from '../../../src/verifying/verdict.js';

const error = new LenkwerkError('database-error', 'r may not', { hint: 'GRANT' });
const STAYS: Difference = { key: '/a', kind: 'stray', expected: undefined, found: '1' };
const changing = (found: number): Difference => {
  return { key: '/b', kind: 'altered', expected: `${found + 1}`, found: `${found}` };
};

/** The report, and how many looks it took. */
async function looked(
  differencesOf: (look: number) => readonly Difference[],
  deadline = new AbortController().signal,
) {
  let looks = 0;
  const report = await lookRepeatedly(
    async () => {
      looks += 1;
      const differences = differencesOf(looks);
      const seen: PublishedReport = { ...nothingToSay(''), verdict: 'unconfirmed', differences };
      return { suspicion: seen };
    },
    { error, deadline },
  );
  return { ...report, looks };
}

test('what differs in another way in each look is under way', async () => {
  expect(await looked((look) => [changing(look)])).toMatchObject({
    verdict: 'inconclusive',
    differences: [],
    detail: 'no difference stayed; to compare a barrier is needed: r may not',
    hint: 'GRANT',
    looks: 5,
  });
});

test('what stays is reported alone', async () => {
  const { verdict, differences, detail } = await looked((look) => [STAYS, changing(look)]);
  expect([verdict, differences]).toEqual(['unconfirmed', [STAYS]]);
  expect(detail).toMatch(/^1 key seems to hold something else; to confirm it a barrier /);
});

test('one that came and went again stays in no list', async () => {
  const found = await looked((look) => (look === 3 ? [] : [STAYS]));
  expect(found).toMatchObject({ verdict: 'inconclusive', differences: [] });
});

test('one look is never enough, also when the time is over', async () => {
  const over = AbortSignal.abort();
  const found = await looked((look) => [STAYS, changing(look)], over);
  expect(found).toMatchObject({ verdict: 'unconfirmed', differences: [STAYS], looks: 2 });
});
