/**
 * The storage nodes of a throw-away Lenkwerk: a database each, and a process `lenkwerk follow` that
 * keeps it in step. Decision D94 in src/README.md.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initialiseNode } from '../database/setup/node.js';
import { resolveStore } from '../kvstore/resolve-settings.js';
import type { StoreSettings } from '../kvstore/settings.js';
import type { WatchEvent } from '../kvstore/store.js';
import { openConnection } from '../postgres/connection.js';
import { connectionSettings } from '../postgres/connection-settings.js';
import { KeySpace } from '../publishing/records/key-space.js';
import type { Logger } from '../runtime/logger.js';
import type { DevEnvironmentOptions } from './environment.js';
import { ThrowAwayServer } from './server.js';

interface NodesContext extends Pick<DevEnvironmentOptions, 'env' | 'directory'> {
  /** Of the nodes' databases, which `setUpNodes` has set up. */
  readonly urls: readonly string[];
  /** The store that they follow, with its prefix. */
  readonly storeUrl: string;
  readonly logger: Logger;
}

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));

/** Makes each of the empty databases that of a storage node. Throws what the database throws. */
export async function setUpNodes(urls: readonly string[]): Promise<void> {
  for (const url of urls) {
    const client = await openConnection(connectionSettings({ url }, {}), 'dev');
    try {
      await initialiseNode(client, { roles: false });
    } finally {
      await client.end();
    }
  }
}

/**
 * Starts a follower for each node as soon as an instance is published whose name it can take, and
 * ends them all when the signal aborts. One that ends before stays so: a warning names its log.
 * Throws what the store throws, and `environment`.
 */
export async function followAll(context: NodesContext, signal: AbortSignal): Promise<void> {
  if (context.urls.length === 0) return;
  const settings = storeOf(context);
  const store = await settings.connect();
  const followers: ThrowAwayServer[] = [];
  const waiting = context.urls.map((url, i) => ({ url, number: i + 1 }));
  const folder = new KeySpace(settings.prefix).recordKey('postgres_instance', []);
  const taken = new Set<string>();
  try {
    for await (const event of store.watch({ prefix: `${folder}/`, signal })) {
      for (const name of namesIn(event, folder)) {
        if (taken.has(name)) continue;
        const node = waiting.shift();
        if (node === undefined) break;
        taken.add(name);
        followers.push(await startFollower(context, { ...node, name }, signal));
      }
      if (waiting.length === 0) break;
    }
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await Promise.all(followers.map(endFollower));
    await store.close();
  }
}

function storeOf({ storeUrl: text }: NodesContext): StoreSettings {
  const others = { variables: {}, project: undefined, secretsDir: undefined, recorded: undefined };
  return resolveStore({ ...others, url: { text, source: 'private' } }).settings;
}

/** `host_port` of every instance that an event shows, in the order of the keys. */
function namesIn(event: WatchEvent, folder: string): readonly string[] {
  const keys =
    event.kind === 'resync'
      ? event.snapshot.records.map(({ key }) => key)
      : event.changes.flatMap(({ key, value }) => (value === undefined ? [] : [key]));
  // The key is `folder/host/port`, and a host may hold a slash.
  return keys.sort().map((key) => key.slice(folder.length + 1).replace(/\/(?=[^/]*$)/, '_'));
}

interface NamedNode {
  readonly url: string;
  readonly number: number;
  /** `host_port` of its instance. */
  readonly name: string;
}

async function startFollower(
  { storeUrl, env: { PATH }, directory, logger }: NodesContext,
  { url, number, name }: NamedNode,
  signal: AbortSignal,
): Promise<ThrowAwayServer> {
  const server = await ThrowAwayServer.create({ name: 'node', directory, guardSignal: 'KILL' });
  const env = { PATH, LENKWERK_STORE: storeUrl, LENKWERK_DATABASE: url };
  const command = { file: process.execPath, args: [CLI, 'follow', '--name', name], env };
  await server.start(command, async () => true);
  const which = { node: number, name, pid: server.pid, log: join(server.folder, 'server.log') };
  logger.info('a node follows', which);
  void server.ended().then(() => {
    if (!signal.aborted) logger.warn('the follower of a node has ended', which);
  });
  return server;
}

async function endFollower(follower: ThrowAwayServer): Promise<void> {
  await follower.end('SIGTERM');
  await follower.remove();
}
