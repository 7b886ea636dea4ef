import { expect, test } from 'vitest';
import { lsnFromBytes } from '../../../../src/model/lsn.js';
import { checkSlot, outdatedTables } from '../../../../src/publishing/agent/starting-point.js';
import { CHECKPOINT } from '../../../support/states/checkpoint.js';

const SLOT = {
  name: 'lw_agent',
  active: false,
  lost: false,
  confirmedFlush: lsnFromBytes(100n),
  plugin: 'pgoutput',
  database: 'lenkwerk',
};

test('a slot of another database or plugin is refused', () => {
  const refused = expect.objectContaining({ code: 'environment' });
  checkSlot(SLOT, 'lenkwerk');
  checkSlot(undefined, 'lenkwerk');
  expect(() => checkSlot({ ...SLOT, plugin: 'wal2json' }, 'lenkwerk')).toThrow(refused);
  expect(() => checkSlot(SLOT, 'other')).toThrow(refused);
});

test('tables are outdated that have other columns than their records, or none that are known', () => {
  const now = new Map([
    ['config', 'f'],
    ['index', 'g'],
  ] as const);
  expect(outdatedTables(now, CHECKPOINT)).toEqual(new Set(['index']));
  expect(outdatedTables(now, { ...CHECKPOINT, tables: new Map([['config', 'e']]) })).toEqual(
    new Set(['config', 'index']),
  );
  expect(outdatedTables(now, undefined)).toEqual(new Set(['config', 'index']));
});
