/** The servers of Redis and Valkey: one, or a primary with a replica. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RedisServer } from '../../../src/dev/stores/redis.js';
import { layoutBelow } from '../../../src/kvstore/redis/layout.js';
import type { RedisKind } from '../../../src/kvstore/redis/settings.js';
import { orTimeout } from '../../../src/runtime/async.js';
import { openRaw } from '../../support/redis/servers.js';
import { waitFor } from '../../support/wait.js';
import { portOf, ServerNode } from './server-node.js';
import type { StoreServers } from './servers.js';

const ANSWER_TIMEOUT_MS = 2_000;
/** Where no server listens. */
const NOWHERE = ['127.0.0.1', '1'] as const;

/** As the script of a commit does, when the journal is too long. */
const TRIM = `
  local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 2)
  if not newest[2] then return end
  redis.call('XTRIM', KEYS[2], 'MINID', newest[1][1])
  redis.call('HSET', KEYS[1], 'trimmed', string.match(newest[2][1], '^%d+'),
    'trimmedBytes', newest[2][2][8])`;

export class RedisNode extends ServerNode<RedisServer> {
  constructor(server: RedisServer) {
    const data = join(server.folder, 'appendonlydir');
    super(server, { port: portOf(server.endpoint), data });
  }

  /** One command on a connection of its own. */
  async send(...command: readonly string[]): Promise<unknown> {
    const late = () => new Error('no answer');
    const client = await orTimeout(openRaw(this.server.endpoint), ANSWER_TIMEOUT_MS, late);
    try {
      return await orTimeout(client.send(command), ANSWER_TIMEOUT_MS, late);
    } finally {
      client.destroy();
    }
  }

  /** A line of INFO. */
  async info(name: string): Promise<string> {
    const lines = String(await this.send('INFO')).split('\r\n');
    return lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1) ?? '';
  }

  /** A replica gets no more of what the primary writes, and stays a replica. */
  async cutOff(): Promise<void> {
    await this.send('REPLICAOF', ...NOWHERE);
  }

  /** Takes writes from now on, also after it was started again. */
  async promote(): Promise<void> {
    await this.send('REPLICAOF', 'NO', 'ONE');
    await this.send('CONFIG', 'REWRITE');
  }

  /** What it has gives way to what the primary has. */
  async follow(primary: RedisNode): Promise<void> {
    await this.send('REPLICAOF', '127.0.0.1', String(primary.port));
    await this.send('CONFIG', 'REWRITE');
  }

  /** The same for a server that does not run. */
  followWhenStarted(primary: RedisNode): Promise<void> {
    const line = `replicaof 127.0.0.1 ${primary.port}\n`;
    return appendFile(join(this.server.folder, 'server.conf'), line);
  }
}

export class RedisServers implements StoreServers {
  readonly type: RedisKind;
  readonly refusedBytes = 4_000_000;
  readonly nodes: readonly RedisNode[];
  readonly #prefix: string;

  constructor(type: RedisKind, nodes: readonly RedisNode[], prefix: string) {
    this.type = type;
    this.nodes = nodes;
    this.#prefix = prefix;
  }

  url(ports: readonly number[]): string {
    const hosts = ports.map((port) => `127.0.0.1:${port}`);
    return `${this.type}://${hosts.join(',')}?prefix=${this.#prefix}`;
  }

  leader(): Promise<RedisNode> {
    const find = async () => {
      for (const node of this.nodes) if ((await node.info('role')) === 'master') return node;
      return undefined;
    };
    return waitFor(find, { what: 'a primary', timeoutMs: 30_000 });
  }

  /** The leader, and one that follows it with everything that it has. */
  async pair(): Promise<readonly [leader: RedisNode, follower: RedisNode]> {
    const leader = await this.leader();
    const follower = this.nodes.find((node) => node !== leader);
    if (follower === undefined) throw new Error('there is no replica');
    const isLinked = async () => (await follower.info('master_link_status')) === 'up';
    await waitFor(isLinked, { what: 'a replica that follows', timeoutMs: 30_000 });
    return [leader, follower];
  }

  async write(key: string, value: string | undefined): Promise<undefined> {
    const command = value === undefined ? ['DEL', key] : ['SET', key, value];
    await (await this.leader()).send(...command);
  }

  async forgetPast(): Promise<void> {
    const { head, journal } = layoutBelow(this.#prefix);
    await (await this.leader()).send('EVAL', TRIM, '2', head, journal);
  }

  onTheWire(text: string): string {
    return text;
  }

  async remove(): Promise<void> {
    for (const node of this.nodes) await node.server.stop();
  }
}
