import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CommitTooLarge } from '../../../../src/model/errors.js';
import { split, writeInPieces } from '../../../../src/publishing/stream/pieces.js';

test('split keeps order and limits, and never loses a change that is too large', () => {
  const changes = new Map([
    ['a', 'x'.repeat(50)],
    ['b', 'x'],
    ['c', undefined],
    ['d', 'x'],
  ]);
  const pieces = split(changes, { maxChanges: 2, maxBytes: 10 });
  expect(pieces.map((piece) => [...piece.keys()])).toEqual([['a'], ['b', 'c'], ['d']]);
});

/** A store that takes so many changes and bytes; its limits may promise more. */
function store(takes: { readonly maxChanges: number; readonly maxBytes: number }) {
  const written: { readonly keys: readonly string[]; readonly isLast: boolean }[] = [];
  const write = async (piece: ReadonlyMap<string, string | undefined>, isLast: boolean) => {
    let sizeBytes = 0;
    for (const [key, value = ''] of piece) sizeBytes += key.length + value.length;
    if (piece.size > takes.maxChanges || sizeBytes > takes.maxBytes) {
      throw new CommitTooLarge('too large');
    }
    written.push({ keys: [...piece.keys()], isLast });
  };
  return { written, write };
}

const limits = fc.record({
  maxChanges: fc.integer({ min: 1, max: 6 }),
  maxBytes: fc.integer({ min: 1, max: 40 }),
});
const changes = fc.uniqueArray(
  fc.tuple(fc.string({ minLength: 1, maxLength: 3 }), fc.option(fc.string({ maxLength: 12 }))),
  { selector: ([key]) => key, maxLength: 12 },
);

test('whatever a store takes: all is written once, or nothing', () =>
  fc.assert(
    fc.asyncProperty(changes, limits, limits, async (all, assumed, taken) => {
      const given = new Map(all.map(([key, value]) => [key, value ?? undefined]));
      const { written, write } = store(taken);
      const sizes = [...given].map(([key, value = '']) => key.length + value.length);
      const isRefused = sizes.some((size) => size > taken.maxBytes);
      const writing = writeInPieces(given, assumed, write);
      if (isRefused) {
        const largest = Math.max(...sizes);
        await expect(writing).rejects.toMatchObject({
          code: 'store-rejected',
          sizeBytes: largest,
        });
        expect(written).toEqual([]);
        return;
      }
      await writing;
      expect(written.flatMap(({ keys }) => keys).sort()).toEqual([...given.keys()].sort());
      expect(written.map(({ isLast }) => isLast)).toEqual(
        written.map((_, index) => index === written.length - 1),
      );
    }),
  ));

test('what cannot be cut throws what the store threw', async () => {
  const refuse = async () => {
    throw new CommitTooLarge('the checkpoint alone');
  };
  const bounds = { maxChanges: 2, maxBytes: 10 };
  await expect(writeInPieces(new Map(), bounds, refuse)).rejects.toThrow('the checkpoint alone');
  let calls = 0;
  const broken = writeInPieces(new Map([['a', 'x']]), bounds, async () => {
    calls += 1;
    throw new Error('broken');
  });
  await expect(broken).rejects.toThrow('broken');
  expect(calls).toBe(1);
});
