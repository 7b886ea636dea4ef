/** Servers of Redis, as other programs and operators see them: plain commands, and replicas. */
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { type RedisServer, startRedis } from '../../../src/dev/stores/redis.js';
import { kvconnect } from '../../../src/kvstore/connect.js';
import { openClient, type RedisClient } from '../../../src/kvstore/redis/connection/client.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import { waitFor } from '../wait.js';

/** A connection without a listener, which the caller destroys. `endpoint`: `host:port`. */
export function openRaw(
  endpoint: string,
  settings: Partial<Parameters<typeof openClient>[0]['settings']> = {},
): Promise<RedisClient> {
  const plain = { tls: undefined, auth: undefined, database: 0 };
  const { signal } = new AbortController();
  return openClient({ settings: { ...plain, ...settings }, endpoint, listener: undefined, signal });
}

/** Sends one command, whose words have no spaces, and returns the reply. */
export async function raw(endpoint: string, command: string): Promise<unknown> {
  const client = await openRaw(endpoint);
  try {
    return await client.send(command.split(' '));
  } finally {
    client.destroy();
  }
}

/** Runs the commands of README.md that create users, each with the password `secret`. */
export async function createUsers(endpoint: string): Promise<void> {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const commands = readme.match(/^ACL SETUSER .*$/gm) ?? [];
  expect(commands).toHaveLength(3);
  for (const command of commands) await raw(endpoint, command.replace('PASSWORD', 'secret'));
}

/** The store at `host:port,host:port?parameters`. */
export function connectToRedis(place: string): Promise<KeyValueStore> {
  return kvconnect({ url: `redis://${place}` });
}

/** `host port`, as commands take it. */
function words({ endpoint }: Pick<RedisServer, 'endpoint'>): string {
  return endpoint.replace(':', ' ');
}

/** Makes a server the replica of another, and waits until it has what that holds. */
export async function follow(replica: RedisServer, primary: RedisServer): Promise<void> {
  await raw(replica.endpoint, `REPLICAOF ${words(primary)}`);
  await waitFor(() => isLinked(replica), { what: 'the replica to be connected' });
}

/** Makes a replica a primary. */
export async function promote(replica: RedisServer): Promise<void> {
  await raw(replica.endpoint, 'REPLICAOF NO ONE');
}

async function isLinked({ endpoint }: RedisServer): Promise<boolean> {
  const info = await raw(endpoint, 'INFO replication');
  return String(info).includes('master_link_status:up');
}

/** Waits until the replica has received what the primary has done so far. */
export async function caughtUp(primary: RedisServer, replica: RedisServer): Promise<void> {
  const offset = async ({ endpoint }: RedisServer, field: string) =>
    new RegExp(`${field}:(\\d+)`).exec(String(await raw(endpoint, 'INFO replication')))?.[1];
  const wanted = await offset(primary, 'master_repl_offset');
  const reached = async () => Number(await offset(replica, 'slave_repl_offset')) >= Number(wanted);
  await waitFor(reached, { what: 'the replica to catch up' });
}

/** Sentinels that know the primary as `lw`, and of which two replace it after 0.5 s. */
export function startSentinels(
  primary: RedisServer,
  count: number,
): Promise<readonly RedisServer[]> {
  const config = [
    `sentinel monitor lw ${words(primary)} 2`,
    'sentinel down-after-milliseconds lw 500',
    'sentinel failover-timeout lw 3000',
  ];
  const started = { kind: 'redis', env: process.env, isSentinel: true, config } as const;
  return Promise.all(Array.from({ length: count }, () => startRedis(started)));
}
