/** What of a Redis needs an operator: https://redis.io/docs/latest/commands/info/ */
import type { StoreTrouble } from '../store.js';
import { textOf } from './connection/replies.js';
import type { RedisSession } from './connection/session.js';

/** The fields of INFO, as the server writes them. */
type RedisInfo = ReadonlyMap<string, string>;

const NEAR_LIMIT = 0.8;
const NO_EVICTION = 'noeviction';

/** Throws as the session does. */
export async function readTroubles(session: RedisSession): Promise<readonly StoreTrouble[]> {
  const sections = ['memory', 'persistence', 'replication'];
  const text = textOf(await session.send('read the status', ['INFO', ...sections]));
  return judgeRedis(infoOf(text));
}

/** Lines of `name:value`. */
export function infoOf(text: string): RedisInfo {
  return new Map(
    [...text.matchAll(/^([a-z0-9_]+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
}

/** The troubles in these fields, worst first. */
export function judgeRedis(info: RedisInfo): readonly StoreTrouble[] {
  return [...evictionTroubles(info), ...diskTroubles(info), ...lossTroubles(info), ...space(info)];
}

/** A server with a limit and another policy removes keys of its own accord. */
function evictionTroubles(info: RedisInfo): readonly StoreTrouble[] {
  const policy = info.get('maxmemory_policy') ?? NO_EVICTION;
  if (numberOf(info, 'maxmemory') === 0 || policy === NO_EVICTION) return [];
  const message = `the server removes keys when its memory is full (maxmemory-policy ${policy})`;
  const help = `set maxmemory-policy ${NO_EVICTION}, and use a server of its own for a cache`;
  return [{ kind: 'space', level: 'fail', message, help }];
}

function diskTroubles(info: RedisInfo): readonly StoreTrouble[] {
  const failed = ['aof_last_write_status', 'aof_last_bgrewrite_status', 'rdb_last_bgsave_status'];
  const found = failed.filter((name) => (info.get(name) ?? 'ok') !== 'ok');
  if (found.length === 0) return [];
  const message = `the server could not write its data to the disk (${found.join(', ')})`;
  return [
    { kind: 'alarm', level: 'fail', message, help: 'see its log, and the space on its disk' },
  ];
}

function lossTroubles(info: RedisInfo): readonly StoreTrouble[] {
  const warnings: StoreTrouble[] = [];
  const warn = (message: string, help: string) =>
    warnings.push({ kind: 'durability', level: 'warn', message, help });
  if (info.get('aof_enabled') === '0') {
    warn('the server keeps no append-only file: a crash loses commits', 'set appendonly yes');
  }
  if (numberOf(info, 'connected_slaves') === 0) {
    warn('the server has no replica', 'add one, and Sentinels that promote it');
  } else if (!info.has('min_slaves_good_slaves')) {
    const help = 'set min-replicas-to-write 1, which bounds what a failover loses';
    warn('the server takes commits that no replica receives', help);
  }
  return warnings;
}

function space(info: RedisInfo): readonly StoreTrouble[] {
  const [used, limit] = [numberOf(info, 'used_memory'), numberOf(info, 'maxmemory')];
  if (limit === 0 || used < limit * NEAR_LIMIT) return [];
  const message = `the server uses ${used} bytes of memory; its limit is ${limit}, and beyond it takes no writes`;
  return [{ kind: 'space', level: 'warn', message, help: 'raise maxmemory, or remove keys' }];
}

function numberOf(info: RedisInfo, name: string): number {
  return Number(info.get(name) ?? 0);
}
