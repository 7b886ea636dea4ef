/** ZooKeeper: one server or three, and what happens to it alone. */
import { startZookeeper, type ZookeeperServer } from '../../../src/dev/stores/zookeeper.js';
import { encodeHead, headOf, JournalReader } from '../../../src/kvstore/zookeeper/journal.js';
import { NodePaths } from '../../../src/kvstore/zookeeper/paths.js';
import type { Connection } from '../../../src/kvstore/zookeeper/protocol/connection.js';
import { orAbsent } from '../../../src/kvstore/zookeeper/protocol/errors.js';
import { multi } from '../../../src/kvstore/zookeeper/protocol/multi.js';
import {
  ANY_VERSION,
  create,
  deleteNode,
  exists,
  getChildren,
  getData,
  setData,
} from '../../../src/kvstore/zookeeper/protocol/requests.js';
import { waitFor } from '../../support/wait.js';
import { leaderOf, startZookeeperNodes } from '../../support/zookeeper/nodes.js';
import { OPEN_ACL, openSession } from '../../support/zookeeper/session.js';
import type { Fault } from '../faults/fault.js';
import { untilResynced } from '../world/resyncs.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import { portOf, ServerNode } from './server-node.js';
import type { StoreServers } from './servers.js';
import type { StoreKind } from './store-kind.js';

/** A session of one server ends after 20 of them at most. */
const TICK_MS = 200;
/** With three servers the session is as long as clients ask for. */
const LONGEST_SESSION_MS = 10_000;
const TRIMMED_AT_ONCE = 500;

class ZookeeperServers implements StoreServers {
  readonly type = 'zookeeper';
  readonly refusedBytes = 2_000_000;
  readonly nodes: readonly ServerNode<ZookeeperServer>[];
  readonly #prefix: string;
  readonly #paths: NodePaths;

  constructor(servers: readonly ZookeeperServer[], prefix: string) {
    this.nodes = servers.map((server) => {
      return new ServerNode(server, { port: portOf(server.endpoint), data: server.dataFolder });
    });
    this.#prefix = prefix;
    this.#paths = new NodePaths({ chroot: '', prefix });
  }

  url(ports: readonly number[]): string {
    const hosts = ports.map((port) => `127.0.0.1:${port}`);
    return `zookeeper://${hosts.join(',')}?prefix=${this.#prefix}`;
  }

  async leader(): Promise<ServerNode<ZookeeperServer>> {
    const [first, ...others] = this.nodes;
    if (first !== undefined && others.length === 0) return first;
    const leader = await leaderOf(this.nodes.map(({ server }) => server));
    const node = this.nodes.find(({ server }) => server === leader);
    if (node === undefined) throw new Error('there is no leader');
    return node;
  }

  /** A node of the tree, which the journal does not have. */
  write(key: string, value: string | undefined): Promise<undefined> {
    const path = this.#paths.ofKey(key);
    return this.ask(async (session) => {
      const stat = await orAbsent(session.send(exists(path)));
      const place = { path, version: ANY_VERSION };
      const data = value === undefined ? undefined : Buffer.from(value);
      if (stat === undefined) {
        if (data !== undefined) await session.send(create({ path, data, acl: OPEN_ACL }));
      } else if (data !== undefined || stat.children > 0) await session.send(setData(place, data));
      else await session.send(deleteNode(place));
      return undefined;
    });
  }

  /** As a commit does, when the journal is too long. */
  forgetPast(): Promise<void> {
    return this.ask(async (session) => {
      while (await this.#trim(session));
    });
  }

  async #trim(session: Connection): Promise<boolean> {
    const { journal } = this.#paths;
    const node = await session.send(getData(journal));
    const { first, last, bytes } = headOf(node);
    const numbers = Array.from(
      { length: Math.min(last - first, TRIMMED_AT_ONCE) },
      (_, i) => first + i,
    );
    if (numbers.length === 0) return false;
    const reader = new JournalReader(session, this.#paths);
    const stats = await Promise.all(numbers.map((number) => reader.stat(number)));
    const trimmedBytes = stats.reduce((sum, stat) => sum + (stat?.dataBytes ?? 0), 0);
    const head = encodeHead({
      first: first + numbers.length,
      last,
      bytes: bytes - trimmedBytes,
      trimmedUntil: stats.at(-1)?.createdBy ?? 0n,
    });
    await session.send(
      multi([
        setData({ path: journal, version: node.stat.version }, head),
        ...numbers.map((number) =>
          deleteNode({ path: this.#paths.ofEntry(number), version: ANY_VERSION }),
        ),
      ]),
    );
    return true;
  }

  onTheWire(text: string): string {
    return text;
  }

  async remove(): Promise<void> {
    for (const { server } of this.nodes) await server.stop();
  }

  /** A session of its own with the leader. */
  async ask<Result>(work: (session: Connection) => Promise<Result>): Promise<Result> {
    const { server } = await this.leader();
    const session = await openSession(server.endpoint);
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  }

  /** Another client deletes all, the journal too. */
  deleteAll(): Promise<void> {
    return this.ask((session) => deleteBelow(session, this.#prefix));
  }
}

/** Agents may write meanwhile. */
async function deleteBelow(session: Connection, path: string): Promise<void> {
  const attempt = async () => {
    for (const name of (await orAbsent(session.send(getChildren(path)))) ?? []) {
      await deleteBelow(session, `${path}/${name}`);
    }
    await orAbsent(session.send(deleteNode({ path, version: ANY_VERSION })));
    return true;
  };
  await waitFor(attempt, { what: `the deletion of ${path}` });
}

function zookeeperOf({ servers }: World): ZookeeperServers {
  if (servers instanceof ZookeeperServers) return servers;
  throw new Error('the store is no ZooKeeper');
}

/** The server ends the sessions of the active agent, which does not hear of it. */
async function expireSessions(world: World): Promise<void> {
  const active = await world.healthy();
  const sessionMs = world.servers.nodes.length === 1 ? 20 * TICK_MS : LONGEST_SESSION_MS;
  for (const proxy of active.store) proxy.freeze();
  await pauseFor(sessionMs + 500 + world.random.next() * 1_000);
  for (const proxy of active.store) proxy.thaw();
}

async function deleteEverything(world: World): Promise<void> {
  await world.healthy();
  await world.distrustSlot();
  world.observer.expectForeign(undefined);
  await untilResynced(world, () => zookeeperOf(world).deleteAll());
}

const FAULTS: readonly Fault[] = [
  { name: 'store sessions expired', weight: 3, onlyLong: true, inflict: expireSessions },
  {
    name: 'store emptied by another client',
    weight: 2,
    quiet: true,
    resyncs: ['none'],
    inflict: deleteEverything,
  },
];

export const zookeeper: StoreKind = {
  type: 'zookeeper',
  counts: ['one', 'several'],
  faults: FAULTS,
  async start(count, prefix) {
    if (count === 'several') return new ZookeeperServers(await startZookeeperNodes(), prefix);
    const config = [`tickTime=${TICK_MS}`];
    const server = await startZookeeper({ env: process.env, config });
    return new ZookeeperServers([server], prefix);
  },
};
