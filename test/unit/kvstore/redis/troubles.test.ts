import { expect, test } from 'vitest';
import { infoOf, judgeRedis } from '../../../../src/kvstore/redis/troubles.js';

/** A primary with a replica that it waits for. */
const WELL: Readonly<Record<string, string>> = {
  ...{ used_memory: '1000000', maxmemory: '0', maxmemory_policy: 'noeviction' },
  ...{ aof_enabled: '1', aof_last_write_status: 'ok', aof_last_bgrewrite_status: 'ok' },
  ...{ rdb_last_bgsave_status: 'ok', role: 'master' },
  ...{ connected_slaves: '1', min_slaves_good_slaves: '1' },
};

function troubles(facts: Readonly<Record<string, string | undefined>>): readonly string[] {
  const fields = Object.entries({ ...WELL, ...facts });
  const known = fields.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return judgeRedis(new Map(known)).map(({ kind, level }) => `${level} ${kind}`);
}

test.each([
  ['a primary with a replica', {}],
  ['a policy of eviction without a limit of memory', { maxmemory_policy: 'allkeys-lru' }],
  ['a limit that is far away', { maxmemory: '2000000' }],
])('nothing is wrong with %s', (_, facts) => {
  expect(troubles(facts)).toEqual([]);
});

test.each([
  [['fail space'], { maxmemory_policy: 'allkeys-lru', maxmemory: '2000000' }],
  // Ours have no time to live; a foreign program may give them one.
  [['fail space'], { maxmemory_policy: 'volatile-ttl', maxmemory: '2000000' }],
  [['warn space'], { maxmemory: '1200000' }],
  [['fail alarm'], { aof_last_write_status: 'err' }],
  [['fail alarm'], { rdb_last_bgsave_status: 'err', aof_last_bgrewrite_status: 'err' }],
  [['warn durability'], { aof_enabled: '0' }],
  [['warn durability'], { connected_slaves: '0', min_slaves_good_slaves: undefined }],
  [['warn durability'], { min_slaves_good_slaves: undefined }],
  [
    ['fail space', 'fail alarm', 'warn durability', 'warn space'],
    {
      ...{ maxmemory_policy: 'allkeys-lfu', maxmemory: '1000000' },
      ...{ aof_last_write_status: 'err', connected_slaves: '0' },
    },
  ],
])('finds %j in %j', (expected, facts) => {
  expect(troubles(facts)).toEqual(expected);
});

test('the answer to INFO has lines of names and values, and headings', () => {
  const text = '# Memory\r\nused_memory:1234\r\nmaxmemory_policy:noeviction\r\n\r\nempty:\r\n';
  expect([...infoOf(text)]).toEqual([
    ['used_memory', '1234'],
    ['maxmemory_policy', 'noeviction'],
    ['empty', ''],
  ]);
});
