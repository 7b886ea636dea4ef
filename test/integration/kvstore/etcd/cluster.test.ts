import { afterEach, beforeEach, expect, test } from 'vitest';
import { EtcdEndpoints } from '../../../../src/kvstore/etcd/connection/failover.js';
import { prefixRange } from '../../../../src/kvstore/etcd/range.js';
import { followRange } from '../../../../src/kvstore/etcd/watch-stream.js';
import { type EtcdNode, startEtcdNodes } from '../../../support/servers/etcd-nodes.js';
import { connectTo, etcdSettings } from '../../../support/servers/etcd-store.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { Watching } from '../../../support/store-contract/watch-contract.js';
import { waitFor } from '../../../support/wait.js';

let nodes: readonly EtcdNode[];

beforeEach(async () => {
  nodes = await startEtcdNodes(3);
});

afterEach(async () => {
  for (const node of nodes) await node.remove();
});

test('killing the node in use interrupts neither commits nor watches for long', async () => {
  const store = await connectTo(nodes.map(({ endpoint }) => endpoint));
  const watching = new Watching(store, { prefix: '/t/' });
  await watching.receive(1);
  const first = await commitOrThrow(store, freeCommit('/g', entries('/t', 200)));
  await watching.receive(2);
  await nodes[0]?.crash();
  const commit = freeCommit('/g', entries('/t', 3));
  await waitFor(async () => (await store.commit(commit)).kind, { what: 'a commit' });
  const second = (await store.read('/t/k0'))?.modRevision;
  await watching.receive(3);
  await watching.stop();
  const seen = watching.events.flatMap((e) => (e.kind === 'changes' ? [e.revision] : []));
  expect(seen).toEqual([first, second]);
  await store.close();
});

test('a watch at a node that lost its leader ends instead of staying silent', async () => {
  const [alone, ...others] = nodes;
  const endpoints = new EtcdEndpoints(etcdSettings([alone?.endpoint ?? '']));
  const client = endpoints.separateClient(0);
  const { header } = await client.kv.put({ key: Buffer.from('/t/a'), value: Buffer.from('1') });
  const position = { after: BigInt(header.revision) - 1n, signal: new AbortController().signal };
  const items = followRange(client, prefixRange('/t/'), position);
  expect((await items.next()).value).toMatchObject({ kind: 'changes' });
  for (const node of others) await node.freeze();
  await expect(items.next()).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
  for (const node of others) await node.thaw();
  client.close();
  endpoints.close();
});
