import { expect, test } from 'vitest';
import { lsnFromBytes } from '../../../../../src/model/lsn.js';
import { isOwnPast } from '../../../../../src/publishing/agent/resync/resync.js';
import type { Standing } from '../../../../../src/publishing/source/source-database.js';
import { CHECKPOINT } from '../../../../support/states/checkpoint.js';

const at = (n: number) => lsnFromBytes(BigInt(n));
const SLOT = {
  ...{ name: 'lw_agent', reader: undefined, lost: false, confirmedFlush: at(100) },
  ...{ plugin: 'pgoutput', database: 'lenkwerk' },
};
const STANDING: Standing = {
  ...{
    systemId: '7',
    startedAt: 'then',
    inRecovery: false,
    timeline: 1,
    flushLsn: at(900),
    cluster: 'c',
  },
  ...{ activation: 'b', former: new Map([['a', at(100)]]), slot: SLOT, isResyncing: false },
};

// The checkpoint is of activation a, and its witness ends at 100.
test.each<{ readonly what: string; readonly standing: Partial<Standing>; readonly own: boolean }>([
  { what: 'a former activation, confirmed so far', standing: {}, own: true },
  { what: 'one confirmed less', standing: { former: new Map([['a', at(99)]]) }, own: false },
  { what: 'one that is not known', standing: { former: new Map() }, own: false },
  { what: 'the present one', standing: { activation: 'a', former: new Map() }, own: true },
  {
    what: 'the present one, confirmed less',
    standing: { activation: 'a', slot: { ...SLOT, confirmedFlush: at(99) } },
    own: false,
  },
  {
    what: 'the present one, without a slot',
    standing: { activation: 'a', slot: undefined },
    own: false,
  },
])('a checkpoint of $what is the own past: $own', ({ standing, own }) => {
  expect(isOwnPast(CHECKPOINT, { ...STANDING, ...standing })).toBe(own);
});

test('of no checkpoint, or one of version 1, nothing is known', () => {
  expect(isOwnPast(undefined, STANDING)).toBe(false);
  expect(isOwnPast({ ...CHECKPOINT, version: 1 }, STANDING)).toBe(false);
});
