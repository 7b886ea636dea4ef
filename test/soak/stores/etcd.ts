/** etcd: one node or three. */
import type { Revision } from '../../../src/kvstore/store.js';
import {
  base64,
  type EtcdNode,
  revisionIn,
  startEtcdNodes,
} from '../../support/servers/etcd-nodes.js';
import { compact, defragment, disarm, isFull } from '../../support/settings/small-etcd.js';
import { waitFor } from '../../support/wait.js';
import { STORE_BLOCKS } from '../faults/fault.js';
import { untilSaid } from '../world/resyncs.js';
import type { World } from '../world/world.js';
import { pauseFor } from '../writing/writers.js';
import type { StoreServers } from './servers.js';
import type { StoreKind } from './store-kind.js';

const SPARE_BYTES = 2_000_000;
const FILLER_BYTES = 400_000;
const FILLER_KEY = '/filler';

class EtcdServers implements StoreServers {
  readonly type = 'etcd';
  readonly refusedBytes = 2_000_000;
  readonly nodes: readonly EtcdNode[];
  readonly #prefix: string;

  constructor(nodes: readonly EtcdNode[], prefix: string) {
    this.nodes = nodes;
    this.#prefix = prefix;
  }

  get first(): EtcdNode {
    const [node] = this.nodes;
    if (node === undefined) throw new Error('there is no etcd');
    return node;
  }

  url(ports: readonly number[]): string {
    const hosts = ports.map((port) => `127.0.0.1:${port}`);
    return `etcd://${hosts.join(',')}?prefix=${this.#prefix}`;
  }

  leader(): Promise<EtcdNode> {
    const find = async () => {
      for (const node of this.nodes) if (await node.isLeader()) return node;
      return undefined;
    };
    return waitFor(find, { what: 'a leader' });
  }

  async write(key: string, value: string | undefined): Promise<Revision> {
    const name = { key: base64(key) };
    const answer =
      value === undefined
        ? await this.first.request('kv/deleterange', name)
        : await this.first.request('kv/put', { ...name, value: base64(value) });
    return revisionIn(answer);
  }

  forgetPast(): Promise<void> {
    return compact(this.first);
  }

  onTheWire(text: string): string {
    return text;
  }

  async remove(): Promise<void> {
    for (const node of this.nodes) await node.remove();
  }
}

/** Clients fill it, agents name it; then it is compacted, defragmented and released. */
async function fillStore(world: World): Promise<void> {
  const { servers, random } = world;
  if (!(servers instanceof EtcdServers)) throw new Error('the store is no etcd');
  const node = servers.first;
  await world.healthy();
  const status = await node.request('maintenance/status', {});
  const size = Number(/"dbSize":"(\d+)"/.exec(status)?.[1]);
  await node.crash();
  await node.start(size + SPARE_BYTES);
  const value = base64('x'.repeat(FILLER_BYTES));
  const isFilled = async () => {
    await node.request('kv/put', { key: base64(FILLER_KEY), value }).catch(() => {});
    return isFull(node);
  };
  await untilSaid(world, STORE_BLOCKS, async () => {
    await waitFor(isFilled, { what: 'a full store' });
  });
  await pauseFor(random.next() * 4_000);
  await node.request('kv/deleterange', { key: base64(FILLER_KEY) });
  await compact(node);
  await defragment(node);
  await node.crash();
  await node.start();
  await disarm(node);
}

export const etcd: StoreKind = {
  type: 'etcd',
  counts: ['one', 'several'],
  faults: [
    { name: 'etcd over its quota', weight: 1.5, nodes: 'one', onlyLong: true, inflict: fillStore },
  ],
  async start(count, prefix) {
    return new EtcdServers(await startEtcdNodes(count === 'one' ? 1 : 3), prefix);
  },
};
