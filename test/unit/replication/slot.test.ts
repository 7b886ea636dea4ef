import { expect, test } from 'vitest';
import { type Lsn, lsnFromBytes } from '../../../src/model/lsn.js';
import { findSwitchPoint } from '../../../src/replication/slot.js';

const at = (bytes: number): Lsn => lsnFromBytes(BigInt(bytes));

test('a timeline history shows where each ancestor was left', () => {
  const history = '1\t0/3000060\tno recovery target specified\n\n2\t0/5000000\treason\n';
  expect(findSwitchPoint(history, 1)).toBe(at(0x3000060));
  expect(findSwitchPoint(history, 2)).toBe(at(0x5000000));
  expect(findSwitchPoint(history, 3)).toBeUndefined();
});
