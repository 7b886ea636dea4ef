/** New rows take places among those that exist, which move as little as possible. */
import { expect, test } from 'vitest';
import { assignOrdinalities } from '../../../src/planning/ordinalities.js';

const at = (ordinality: number) => ({ ordinality, holds: true });

test.each([
  ['at the start', [undefined, at(0), at(1)], [0, 1, 2]],
  ['two at the start', [undefined, undefined, at(0), at(1)], [0, 1, 2, 3]],
  ['before each', [undefined, at(0), undefined, at(1), at(2)], [0, 1, 2, 3, 4]],
  ['at the end', [at(0), at(4), undefined, undefined], [0, 4, 5, 6]],
])('new rows %s', (_, wanted, places) => {
  expect(assignOrdinalities(wanted, []).wanted).toEqual(places);
});
