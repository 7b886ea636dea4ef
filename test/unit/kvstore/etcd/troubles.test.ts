import { expect, test } from 'vitest';
import { type EtcdFacts, judgeEtcd } from '../../../../src/kvstore/etcd/troubles.js';

const MIB = 1024 ** 2;
const WELL: EtcdFacts = {
  alarms: [],
  sizeBytes: 20_480,
  inUseBytes: 16_384,
  quotaBytes: 2_048 * MIB,
  revisions: 1_000,
  isCompacted: false,
};

function troubles(facts: Partial<EtcdFacts>): readonly string[] {
  return judgeEtcd({ ...WELL, ...facts }).map(({ kind, level }) => `${level} ${kind}`);
}

test.each<readonly [string, Partial<EtcdFacts>]>([
  ['a small one', {}],
  ['one without a known quota', { quotaBytes: undefined, sizeBytes: 10 * MIB }],
  ['one that is compacted', { revisions: 5_000_000, isCompacted: true }],
  ['a small file with little in use', { sizeBytes: 60 * MIB, inUseBytes: MIB }],
  ['a large file that is in use', { sizeBytes: 900 * MIB, inUseBytes: 600 * MIB }],
])('nothing is wrong with %s', (_, facts) => {
  expect(troubles(facts)).toEqual([]);
});

test.each<readonly [readonly string[], Partial<EtcdFacts>]>([
  [['fail alarm'], { alarms: ['NOSPACE'], sizeBytes: 2_048 * MIB, inUseBytes: 2_000 * MIB }],
  // Compacted and defragmented already: only the alarm is left.
  [['fail alarm'], { alarms: ['NOSPACE'] }],
  [['fail alarm'], { alarms: ['CORRUPT', 'CORRUPT'] }],
  [['fail alarm', 'fail alarm'], { alarms: ['CORRUPT', 'NOSPACE'] }],
  [['warn space'], { sizeBytes: 1_640 * MIB, inUseBytes: 1_600 * MIB }],
  [['warn space'], { sizeBytes: 100 * MIB, inUseBytes: 40 * MIB }],
  [['warn history'], { revisions: 100_000 }],
  [['warn space', 'warn history'], { sizeBytes: 2_000 * MIB, revisions: 100_000 }],
])('finds %j in %j', (expected, facts) => {
  expect(troubles(facts)).toEqual(expected);
});

test('names the alarm, and what helps', () => {
  const [noSpace, unknown] = judgeEtcd({ ...WELL, alarms: ['NOSPACE', 'LATER'] });
  expect(noSpace?.message).toBe('etcd has raised the alarm NOSPACE');
  expect(noSpace?.help).toContain('`etcdctl alarm disarm`');
  expect(unknown?.help).toContain('`etcdctl alarm list`');
});
