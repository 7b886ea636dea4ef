import { Etcd3, Range } from 'etcd3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EtcdServer, startEtcd } from '../../../src/dev/etcd.js';
import { waitFor } from '../../support/wait.js';
import { commitOrThrow, entries, freeCommit } from './commits.js';
import { connectTo } from './etcd-support.js';
import { Watching } from './watch-contract.js';

const ROOT = { username: 'root', password: 'root-secret' };
const WORKER = { username: 'worker', password: 'worker-secret' };

let etcd: EtcdServer;
let root: Etcd3;

/** The user `worker` may read and write under /eu. */
beforeEach(async () => {
  etcd = await startEtcd({ env: process.env });
  const anybody = new Etcd3({ hosts: etcd.endpoint });
  await anybody.role('root').create();
  await (await anybody.user('root').create(ROOT.password)).addRole('root');
  const role = anybody.role('eu');
  await role.create();
  await role.grant({ permission: 'Readwrite', range: Range.prefix('/eu') });
  await (await anybody.user('worker').create(WORKER.password)).addRole('eu');
  await anybody.auth.authEnable();
  anybody.close();
  root = new Etcd3({ hosts: etcd.endpoint, auth: ROOT });
});

afterEach(async () => {
  root.close();
  await etcd.stop();
});

const connectWorker = () => connectTo([etcd.endpoint], { auth: WORKER, prefix: '/eu' });

test('a user limited to a prefix reads, commits and watches there, and nowhere else', async () => {
  const store = await connectWorker();
  expect(store.limits.maxChanges).toBe(4_032);
  const watching = new Watching(store, { prefix: '/eu/' });
  await watching.receive(1);
  await commitOrThrow(store, freeCommit('/eu', entries('/eu', 500)));
  await watching.receive(2);
  await watching.stop();
  const refused = { code: 'store-rejected' };
  await expect(store.read('/us')).rejects.toMatchObject(refused);
  await expect(store.readRange('/')).rejects.toMatchObject(refused);
  await expect(store.commit(freeCommit('/us', []))).rejects.toMatchObject(refused);
  const outside = new Watching(store, { prefix: '/us/' });
  await expect(outside.ended).rejects.toMatchObject(refused);
  await store.close();
});

test('a watch that may not read ends, also when it starts after a revision', async () => {
  const store = await connectWorker();
  const outside = new Watching(store, { prefix: '/us/', after: 1n });
  await expect(outside.ended).rejects.toMatchObject({ code: 'store-rejected' });
  await store.close();
});

test('a wrong password and a missing login are rejected, without showing the password', async () => {
  const wrong = connectTo([etcd.endpoint], { auth: { ...WORKER, password: 'wrong-secret' } });
  await expect(wrong).rejects.toMatchObject({ code: 'store-rejected' });
  await expect(wrong).rejects.not.toThrow(/secret/);
  const nobody = connectTo([etcd.endpoint]);
  await expect(nobody.then((store) => store.read('/eu'))).rejects.toMatchObject({
    code: 'store-rejected',
  });
});

test('tokens that a restarted server forgot are renewed, in requests and watches', async () => {
  const store = await connectWorker();
  const watching = new Watching(store, { prefix: '/eu/' });
  await watching.receive(1);
  await etcd.crash();
  await etcd.start();
  const guarded = freeCommit('/eu', entries('/eu', 1));
  await waitFor(() => store.commit(guarded), { what: 'a commit after the restart' });
  await watching.receive(2);
  await watching.stop();
  await store.close();
});

test('a change of the users makes tokens old, which a reader never notices', async () => {
  const store = await connectWorker();
  await store.read('/eu/a');
  for (let i = 0; i < 3; i += 1) {
    await root.role(`another${i}`).create();
    expect(await store.read('/eu/a')).toBeUndefined();
  }
  await root.role('last').create();
  const commit = freeCommit('/eu', []);
  await waitFor(() => store.commit(commit), { what: 'the commit' });
  await store.close();
});
