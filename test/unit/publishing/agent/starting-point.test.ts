import { expect, test } from 'vitest';
import { lsnFromBytes } from '../../../../src/model/lsn.js';
import { checkSlot } from '../../../../src/publishing/agent/starting-point.js';

const SLOT = {
  name: 'lw_agent',
  reader: undefined,
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
