/** What other programs do to a Redis: plain commands. */
import { kvconnect } from '../../../src/kvstore/connect.js';
import { openClient, type RedisClient } from '../../../src/kvstore/redis/connection/client.js';
import type { KeyValueStore } from '../../../src/kvstore/store.js';

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

/** The store at `host:port,host:port?parameters`. */
export function connectToRedis(place: string): Promise<KeyValueStore> {
  return kvconnect({ url: `redis://${place}` });
}
