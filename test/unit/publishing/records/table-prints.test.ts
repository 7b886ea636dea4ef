import { expect, test } from 'vitest';
import {
  decodeTablePrints,
  encodeTablePrints,
  outdatedTables,
} from '../../../../src/publishing/records/table-prints.js';

const NOW = new Map([
  ['config', 'f'],
  ['index', 'g'],
] as const);

test('the fingerprints of tables are read back as they were written', () => {
  expect(decodeTablePrints(encodeTablePrints(NOW))).toEqual(NOW);
});

test.each([undefined, '', '[]', '{"version":1}', '{"version":1,"tables":{"config":1,"x":"y"}}'])(
  'of %s nothing is known',
  (text) => {
    expect(decodeTablePrints(text)).toEqual(new Map());
  },
);

test('tables are outdated that have other columns than their records, or none that are known', () => {
  expect(outdatedTables(NOW, NOW)).toEqual(new Set());
  expect(outdatedTables(new Map([['config', 'f']]), NOW)).toEqual(new Set(['index']));
  expect(outdatedTables(new Map([['config', 'e']]), NOW)).toEqual(new Set(['config', 'index']));
});
