/** Redis and Valkey, and what happens to them alone. */
import { startRedis } from '../../../src/dev/stores/redis.js';
import type { RedisKind } from '../../../src/kvstore/redis/settings.js';
import { waitFor } from '../../support/wait.js';
import { type Fault, OLDER_STORE, STORE_BLOCKS } from '../faults/fault.js';
import { verifySays } from '../world/quiet.js';
import { untilResynced, untilSaid } from '../world/resyncs.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import { RedisNode, RedisServers } from './redis-servers.js';
import type { StoreKind } from './store-kind.js';

const TAKE_OVER_MS = 60_000;
/** The largest share of what is stored. */
const MOST_EVICTED = 0.7;
const LOWERED_BYTES = 20_000;
const FILLER_KEY = '/filler';

function redisOf({ servers }: World): RedisServers {
  if (servers instanceof RedisServers) return servers;
  throw new Error('the store is no Redis');
}

/** The primary dies; the replica that is promoted lacks what it acknowledged last. */
async function failOver(world: World): Promise<void> {
  const [primary, replica] = await redisOf(world).pair();
  await world.distrustSlot();
  await replica.cutOff();
  await pauseFor(300 + world.random.next() * 1_500);
  await world.distrustSlot();
  await primary.crash();
  await replica.promote();
  await primary.followWhenStarted(replica);
  await pauseFor(world.random.next() * 1_500);
  await primary.start();
  await world.distrustSlot();
}

/**
 * Both take writes for a while: the active agent's go to the one that loses them, its successor,
 * which does not reach that one, continues with the other.
 */
async function splitBrain(world: World): Promise<void> {
  const servers = redisOf(world);
  const active = await world.healthy();
  const other = world.other(active);
  const [losing, kept] = await servers.pair();
  await world.distrustSlot();
  const unreachable = other.store[servers.nodes.indexOf(losing)];
  unreachable?.cut();
  unreachable?.freeze();
  await kept.promote();
  await pauseFor(300 + world.random.next() * 1_500);
  await world.distrustSlot();
  if (world.random.chance(0.5)) active.signal('SIGSTOP');
  else await active.hold();
  await waitFor(async () => (await world.active()) === other, {
    what: 'a take-over',
    timeoutMs: TAKE_OVER_MS,
  });
  await pauseFor(world.random.next() * 2_000);
  await losing.follow(kept);
  await world.distrustSlot();
  active.signal('SIGCONT');
  active.start();
  await pauseFor(300);
}

/** An operator lets the server remove keys: doctor names that, verify what is missing. */
async function evict(world: World): Promise<void> {
  const { journal, keySpace, observer, random, store } = world;
  await world.healthy();
  const node = await redisOf(world).leader();
  const readAll = async () => (await store.readRange([`${keySpace.prefix}/`])).records;
  const before = await readAll();
  const evicted = Number(await node.info('evicted_keys'));
  await world.distrustSlot();
  observer.expectForeign(undefined);
  await node.send('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random');
  const [usedBytes, dataBytes] = await Promise.all(
    ['used_memory', 'used_memory_dataset'].map(async (name) => Number(await node.info(name))),
  );
  let limit = Math.round((usedBytes ?? 0) - MOST_EVICTED * random.next() * (dataBytes ?? 0));
  const isEvicting = async () => {
    limit -= LOWERED_BYTES;
    await node.send('CONFIG', 'SET', 'maxmemory', String(limit));
    // Refused where nothing is left that it could evict.
    await node.send('SET', FILLER_KEY, 'x').catch(() => {});
    return Number(await node.info('evicted_keys')) > evicted + random.between(1, 20);
  };
  await waitFor(isEvicting, { what: 'an eviction' });
  const doctor = await world.commands.run('doctor', '--kv', world.kv);
  if (!doctor.output.includes('maxmemory-policy')) {
    journal.violate(`doctor does not name the eviction: ${doctor.output.slice(0, 1_000)}`);
  }
  await node.send('CONFIG', 'SET', 'maxmemory', '0');
  await node.send('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await node.send('DEL', FILLER_KEY);
  await foundAndHealed(world, new Set(before.map(({ key }) => key)), readAll);
}

/**
 * Without the checkpoint, or the fingerprints of the tables, agents publish everything by
 * themselves; what else is missing verify names.
 */
async function foundAndHealed(
  world: World,
  keys: ReadonlySet<string>,
  readAll: () => Promise<readonly { readonly key: string }[]>,
): Promise<void> {
  const { journal, keySpace } = world;
  const left = new Set((await readAll()).map(({ key }) => key));
  const missing = [...keys].filter((key) => !left.has(key));
  const records = missing.filter((key) => keySpace.tableOfKey(key) !== undefined);
  journal.count('keys evicted', missing.length);
  journal.count('records evicted', records.length);
  const bookkeeping = [keySpace.checkpointKey('default'), keySpace.tablesKey('default')];
  const isHealing = missing.some((key) => bookkeeping.includes(key));
  if (records.length > 0 && !isHealing) await verifySays(world, 2);
  await verifySays(world, 0, '--repair');
}

async function flush(world: World): Promise<void> {
  const node = await redisOf(world).leader();
  await world.distrustSlot();
  world.observer.expectForeign(undefined);
  await untilResynced(world, async () => {
    await node.send('FLUSHALL');
  });
}

/** Agents name it, and publish what waited once there is memory again. */
async function fillMemory(world: World): Promise<void> {
  await world.healthy();
  const node = await redisOf(world).leader();
  await untilSaid(world, STORE_BLOCKS, async () => {
    await node.send('CONFIG', 'SET', 'maxmemory', '1mb');
  });
  await pauseFor(world.random.next() * 4_000);
  await node.send('CONFIG', 'SET', 'maxmemory', '0');
}

const FAULTS: readonly Fault[] = [
  {
    name: 'store replica promoted that lacks the last writes',
    weight: 6,
    nodes: 'several',
    resyncs: OLDER_STORE,
    inflict: failOver,
  },
  {
    name: 'store split brain',
    weight: 5,
    nodes: 'several',
    resyncs: OLDER_STORE,
    inflict: splitBrain,
  },
  { name: 'store evicts keys', weight: 3, quiet: true, resyncs: ['none'], inflict: evict },
  { name: 'store flushed', weight: 3, resyncs: ['none'], inflict: flush },
  { name: 'store out of memory', weight: 1.5, onlyLong: true, inflict: fillMemory },
];

function redisKind(type: RedisKind): StoreKind {
  const startNode = async () => new RedisNode(await startRedis({ kind: type, env: process.env }));
  return {
    type,
    counts: ['one', 'several'],
    faults: FAULTS,
    async start(count, prefix) {
      const primary = await startNode();
      if (count === 'one') return new RedisServers(type, [primary], prefix);
      const replica = await startNode();
      await replica.follow(primary);
      return new RedisServers(type, [primary, replica], prefix);
    },
  };
}

export const redis = redisKind('redis');
export const valkey = redisKind('valkey');
