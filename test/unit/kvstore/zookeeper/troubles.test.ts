import { expect, test } from 'vitest';
import { judgeZookeeper, type ZookeeperFacts } from '../../../../src/kvstore/zookeeper/troubles.js';

const OPEN = [{ rights: 31, scheme: 'world', id: 'anyone' }];
const CREATOR = { rights: 31, scheme: 'digest', id: 'worker:x' };
const READERS = { rights: 1, scheme: 'world', id: 'anyone' };

const WELL: ZookeeperFacts = {
  voters: 3,
  acl: [CREATOR, READERS],
  requestBytes: 1_048_575,
  maxBytes: 471_858,
};

function troubles(facts: Partial<ZookeeperFacts>): readonly string[] {
  return judgeZookeeper({ ...WELL, ...facts }).map(({ kind, level }) => `${level} ${kind}`);
}

test.each<readonly [string, Partial<ZookeeperFacts>]>([
  ['three servers', {}],
  ['five servers', { voters: 5 }],
  ['one whose servers are not known', { voters: undefined }],
  ['one that is empty', { acl: undefined }],
])('nothing is wrong with %s', (_, facts) => {
  expect(troubles(facts)).toEqual([]);
});

test.each<readonly [readonly string[], Partial<ZookeeperFacts>]>([
  [['warn durability'], { voters: 1 }],
  [['warn durability'], { voters: 2 }],
  [['warn access'], { acl: OPEN }],
  [['warn access'], { acl: [CREATOR, { ...READERS, rights: 3 }] }],
  [['warn space'], { requestBytes: 900_000, maxBytes: 405_000 }],
  [
    ['warn space', 'warn durability', 'warn access'],
    { requestBytes: 200_000, maxBytes: 90_000, voters: 1, acl: OPEN },
  ],
])('%j for %j', (expected, facts) => {
  expect(troubles(facts)).toEqual(expected);
});
