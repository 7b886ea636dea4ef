import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceOf, withDifferences } from '../../../../src/database/log/difference.js';

const line = fc.oneof(fc.constantFrom('', 'a', '    status: online', '"'), fc.string());
const text = fc.array(line, { maxLength: 30 }).map((lines) => lines.join('\n'));

test('differences lead from any text over any others', () => {
  fc.assert(
    fc.property(text, text, text, (earlier, between, later) => {
      const differences = [differenceOf(earlier, between), differenceOf(between, later)];
      expect(
        withDifferences(
          earlier,
          differences.flatMap((one) => one ?? []),
        ),
      ).toBe(later);
    }),
  );
});

test('it grows with what differs, not with the text', () => {
  const lines = Array.from({ length: 10_000 }, (_, at) => `  - host: h${at}\n    status: online`);
  const earlier = lines.join('\n');
  expect(differenceOf(earlier, earlier)).toBe('[[0,20000]]');
  const later = lines.with(10, '  - host: new\n    status: offline').toSpliced(5_000, 1).join('\n');
  expect(differenceOf(earlier, later)?.length).toBeLessThan(120);
});

test.each(['', 'x', '{}', '[[0,3]]', '[[-1,1]]', '[[0]]', '[[0,0.5]]', '[7]', '[null]', '[[1,2]]'])(
  'what is no difference to the text gives nothing: %s',
  (difference) => {
    expect(withDifferences('a\nb', [difference])).toBeUndefined();
  },
);

test('a difference that multiplies the text is none', () => {
  const runs = JSON.stringify(Array.from({ length: 100 }, () => [0, 1]));
  expect(withDifferences('x'.repeat(1_000), [runs])).toHaveLength(100 * 1_001 - 1);
  expect(withDifferences('x'.repeat(2_000_000), [runs])).toBeUndefined();
  const all = (lines: number) => JSON.stringify(Array.from({ length: 100 }, () => [0, lines]));
  expect(withDifferences('\n'.repeat(999), [1e3, 1e5, 1e7, 1e9].map(all))).toBeUndefined();
});

describe('a text that took too long', () => {
  const many = '\n'.repeat(2_000_000);

  test('is kept whole', () => {
    expect(differenceOf(many, 'a')).toBeUndefined();
    expect(differenceOf('a', many)).toBeUndefined();
    expect(withDifferences(many, [])).toBe(many);
  });

  test('is not rebuilt', () => {
    const few = '\n'.repeat(1_900_000);
    const same = '[[0,1900000]]';
    expect(withDifferences(few, [same, same])).toHaveLength(1_899_999);
    expect(
      withDifferences(
        few,
        Array.from({ length: 25 }, () => same),
      ),
    ).toBeUndefined();
    expect(
      withDifferences('a', ['[[0,1],[0,1]]', `[${Array.from({ length: 9 }, () => '[0,2]')}]`]),
    ).toBe(Array.from({ length: 18 }, () => 'a').join('\n'));
    expect(withDifferences(many, [same])).toBeUndefined();
  });
});
