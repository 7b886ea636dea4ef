/** What the watch has to survive; each test has an etcd of its own. */

import { Etcd3 } from 'etcd3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EtcdServer, startEtcd } from '../../../../src/dev/stores/etcd.js';
import type { KeyValueStore } from '../../../../src/kvstore/store.js';
import { connectTo } from '../../../support/servers/etcd-store.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { replay, Watching } from '../../../support/store-contract/watch-contract.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { waitFor } from '../../../support/wait.js';

let etcd: EtcdServer;
let proxy: TcpProxy;
/** Past the proxy. */
let writer: KeyValueStore;
/** Through the proxy. */
let reader: KeyValueStore;

beforeEach(async () => {
  etcd = await startEtcd({ env: process.env });
  proxy = await TcpProxy.before(etcd.endpoint);
  writer = await connectTo([etcd.endpoint]);
  reader = await connectTo([proxy.endpoint]);
});

afterEach(async () => {
  await reader.close();
  await writer.close();
  await proxy.close();
  await etcd.stop();
});

async function compactAt(revision: bigint): Promise<void> {
  const client = new Etcd3({ hosts: etcd.endpoint });
  await client.kv.compact({ revision: String(revision), physical: true });
  client.close();
}

function write(key: string, value: string): Promise<bigint> {
  return commitOrThrow(writer, freeCommit('/guards', [[`/t/${key}`, value]]));
}

/** The revisions of `changes` events. */
function revisions(watching: Watching): bigint[] {
  return watching.events.flatMap((event) => (event.kind === 'changes' ? [event.revision] : []));
}

test('connections that break while a backlog arrives lose and repeat nothing', async () => {
  const { revision: after } = await writer.readRange(['/t/']);
  const written: bigint[] = [];
  for (let round = 0; round < 60; round += 1) {
    const puts = entries('/t', 100, 'x'.repeat(1_000));
    written.push(await commitOrThrow(writer, freeCommit('/guards', puts)));
  }
  proxy.cutAfter(1_000_000);
  const watching = new Watching(reader, { prefix: '/t/', after });
  for (const share of [10, 25, 40]) {
    await watching.receive(share);
    proxy.cutAfter(300_000);
  }
  await watching.receive(60);
  await watching.stop();
  expect(proxy.accepted).toBeGreaterThan(4);
  expect(revisions(watching)).toEqual(written);
  for (const event of watching.events) {
    expect(event.kind === 'changes' && event.changes.length).toBe(100);
  }
});

test('etcd killed and started again in the middle: every revision, once, in order', async () => {
  const watching = new Watching(reader, { prefix: '/t/' });
  await watching.receive(1);
  const written = [await write('a', '1')];
  await watching.receive(2);
  await etcd.crash();
  await etcd.start();
  for (let i = 0; i < 5; i += 1) {
    const revision = await waitFor(() => write('b', String(i)), { what: 'etcd to write again' });
    written.push(revision);
  }
  await watching.receive(1 + written.length);
  await watching.stop();
  expect(revisions(watching)).toEqual(written);
});

test('a compaction while the watcher was away ends in a resync, not in silence', async () => {
  const watching = new Watching(reader, { prefix: '/t/' });
  await watching.receive(1);
  await write('gone', '1');
  await watching.receive(2);
  proxy.freeze();
  proxy.cut();
  await write('kept', '2');
  const last = await commitOrThrow(writer, freeCommit('/guards', [['/t/x', '3']], ['/t/gone']));
  await compactAt(last);
  proxy.thaw();
  proxy.cut();
  const events = await watching.receive(3);
  expect(events[2]).toMatchObject({
    kind: 'resync',
    reason: 'trimmed',
    snapshot: { revision: last },
  });
  const afterwards = await write('later', '4');
  await watching.receive(4);
  await watching.stop();
  expect(revisions(watching).at(-1)).toBe(afterwards);
  expect(replay(watching.events)).toEqual(
    new Map([
      ['/t/kept', '2'],
      ['/t/x', '3'],
      ['/t/later', '4'],
    ]),
  );
});

test('reports of nodes end no watch when they are compacted; who was away lists anew', async () => {
  const watching = new Watching(reader, { prefix: '/' });
  await watching.receive(1);
  const first = await write('a', '1');
  await watching.receive(2);
  for (let i = 0; i < 50; i += 1) await writer.acknowledge('default', 'a_1', String(i));
  const { revision } = await writer.readRange(['/']);
  expect(revision).toBe(first + 50n);
  await compactAt(revision);
  // The checkpoint is older than what is kept; at the newest revision it is read as ever.
  await expect(writer.readRange(['/t/'], first)).rejects.toMatchObject({ code: 'inconclusive' });
  expect((await writer.readRange(['/t/'], revision)).records).toHaveLength(1);
  const second = await write('a', '2');
  await watching.receive(3);
  expect(revisions(watching)).toEqual([first, second]);
  for (let i = 0; i < 5; i += 1) await writer.acknowledge('default', 'a_1', String(i));
  await compactAt(second + 5n);
  proxy.cut();
  const events = await watching.receive(4);
  await watching.stop();
  expect(events[3]).toMatchObject({ kind: 'resync', reason: 'trimmed' });
  expect((await writer.acknowledgements('default')).byNode).toEqual(new Map([['a_1', '4']]));
});

test('a watch from a compacted revision begins with a resync', async () => {
  const after = await write('a', '1');
  await write('a', '2');
  const last = await write('a', '3');
  await compactAt(last);
  const watching = new Watching(reader, { prefix: '/t/', after });
  const [first] = await watching.receive(1);
  await watching.stop();
  expect(first).toMatchObject({
    kind: 'resync',
    reason: 'trimmed',
    snapshot: { revision: last },
  });
});

test('a listing at a compacted revision is inconclusive', async () => {
  const first = await write('a', '1');
  const last = await write('a', '2');
  await compactAt(last);
  const reading = reader.readRange(['/t/'], first);
  await expect(reading).rejects.toMatchObject({ code: 'inconclusive' });
});

test('a store that lost its newest revisions ends in a resync', async () => {
  const { revision } = await writer.readRange(['/t/']);
  const watching = new Watching(reader, { prefix: '/t/', after: revision + 1_000n });
  const [first] = await watching.receive(1);
  await watching.stop();
  expect(first).toMatchObject({ kind: 'resync', reason: 'rewound' });
});

test('another cluster behind the same address ends in a resync', async () => {
  const other = await startEtcd({ env: process.env });
  const otherWriter = await connectTo([other.endpoint]);
  await commitOrThrow(otherWriter, freeCommit('/guards', entries('/t', 3)));
  const settings = { endpoints: [new URL(etcd.endpoint).host, new URL(other.endpoint).host] };
  const both = await connectTo([], settings);
  const watching = new Watching(both, { prefix: '/t/' });
  await watching.receive(1);
  await etcd.crash();
  const [, second] = await watching.receive(2);
  await watching.stop();
  expect(second).toMatchObject({ kind: 'resync', reason: 'rewound' });
  expect(replay(watching.events).size).toBe(3);
  await both.close();
  await otherWriter.close();
  await other.stop();
});

test('a half-open connection is noticed', { timeout: 60_000 }, async () => {
  const watching = new Watching(reader, { prefix: '/t/' });
  await watching.receive(1);
  const first = await write('a', '1');
  await watching.receive(2);
  const accepted = proxy.accepted;
  proxy.freeze();
  await waitFor(() => proxy.accepted > accepted, { what: 'a new connection', timeoutMs: 25_000 });
  proxy.thaw();
  proxy.cut();
  // The writer is now older than the time that a request may take: deadlines are its requests'.
  const second = await write('a', '2');
  await watching.receive(3);
  await watching.stop();
  expect(revisions(watching)).toEqual([first, second]);
});

test('closing the store ends its watches', async () => {
  const watching = new Watching(reader, { prefix: '/t/' });
  await watching.receive(1);
  await reader.close();
  await watching.ended;
});
