import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Etcd3, Range } from 'etcd3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../../../src/dev/run.js';
import { type EtcdServer, startEtcd } from '../../../../src/dev/stores/etcd.js';
import { StoreForbidden } from '../../../../src/model/errors.js';
import { createAuthority } from '../../../support/servers/certificates.js';
import { connectTo } from '../../../support/servers/etcd-store.js';
import { commitOrThrow, entries, freeCommit } from '../../../support/store-contract/commits.js';
import { Watching } from '../../../support/store-contract/watch-contract.js';
import { waitFor } from '../../../support/wait.js';

const ROOT = { username: 'root', password: 'root-secret' };
const WORKER = { username: 'worker', password: 'worker-secret' };

/** Allows the user `worker` to read and write under /eu, and no request without a login. */
async function enableLogins(etcd: EtcdServer): Promise<Etcd3> {
  const admin = new Etcd3({ hosts: etcd.endpoint });
  await admin.role('root').create();
  await (await admin.user('root').create(ROOT.password)).addRole('root');
  const role = admin.role('eu');
  await role.create();
  await role.grant({ permission: 'Readwrite', range: Range.prefix('/eu') });
  await (await admin.user('worker').create(WORKER.password)).addRole('eu');
  await admin.auth.authEnable();
  admin.close();
  return new Etcd3({ hosts: etcd.endpoint, auth: ROOT });
}

/** An etcd whose tokens say until when they are valid, and which state of the users they saw. */
async function withJwt(ttl: string, use: (endpoint: string) => Promise<void>) {
  const { folder } = await createAuthority();
  const [key, pub] = [join(folder, 'jwt.pem'), join(folder, 'jwt-pub.pem')];
  const options = { env: process.env, cwd: folder, timeoutMs: 20_000 };
  await run('openssl', ['genrsa', '-out', key, '2048'], options);
  await run('openssl', ['rsa', '-in', key, '-pubout', '-out', pub], options);
  const jwt = `--auth-token=jwt,priv-key=${key},pub-key=${pub},sign-method=RS256,ttl=${ttl}`;
  const server = await startEtcd({ env: process.env, args: [jwt] });
  (await enableLogins(server)).close();
  try {
    await use(server.endpoint);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

describe('with tokens that the server remembers', () => {
  let etcd: EtcdServer;
  let root: Etcd3;

  beforeEach(async () => {
    etcd = await startEtcd({ env: process.env });
    root = await enableLogins(etcd);
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
    await expect(store.readRange(['/'])).rejects.toMatchObject(refused);
    await expect(store.commit(freeCommit('/us', []))).rejects.toMatchObject(refused);
    const outside = new Watching(store, { prefix: '/us/' });
    await expect(outside.ended).rejects.toMatchObject(refused);
    await store.close();
  });

  test('a node reads a prefix and acknowledges under its name, and does nothing else', async () => {
    const key = 'lenkwerk-nodes/%2Feu/default/a_1';
    const role = root.role('node');
    await role.create();
    await role.grant({ permission: 'Read', range: Range.prefix('/eu/') });
    await role.grant({ permission: 'Write', range: new Range(key) });
    await (await root.user('a').create('a-secret')).addRole('node');
    await root.role('eu').grant({
      permission: 'Readwrite',
      range: Range.prefix('lenkwerk-nodes/%2Feu/'),
    });
    const agent = await connectWorker();
    const auth = { username: 'a', password: 'a-secret' };
    const node = await connectTo([etcd.endpoint], { auth, prefix: '/eu' });
    const watching = new Watching(node, { prefix: '/eu/' });
    await watching.receive(1);
    await node.acknowledge('default', 'a_1', 'one');
    await node.acknowledge('default', 'a_1', 'two');
    await commitOrThrow(agent, freeCommit('/eu', [['/eu/a', '1']]));
    await watching.receive(2);
    await watching.stop();
    expect((await agent.acknowledgements('default')).byNode).toEqual(new Map([['a_1', 'two']]));
    const write = 'etcdctl role grant-permission ROLE write lenkwerk-nodes/%2Feu/default/b_1';
    const all = 'etcdctl role grant-permission ROLE readwrite';
    for (const [attempt, hint] of [
      [() => node.acknowledge('default', 'b_1', 'x'), write],
      [
        () => node.acknowledgements('default'),
        `${all} --prefix=true lenkwerk-nodes/%2Feu/default/`,
      ],
    ] as const) {
      await expect(attempt()).rejects.toMatchObject({ code: 'store-rejected', hint });
    }
    await expect(node.commit(freeCommit('/eu', []))).rejects.toBeInstanceOf(StoreForbidden);
    await agent.forgetAcknowledgements('default', ['a_1']);
    expect((await agent.acknowledgements('default')).byNode.size).toBe(0);
    await Promise.all([agent.close(), node.close()]);
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
    const anonymous = connectTo([etcd.endpoint]);
    await expect(anonymous.then((store) => store.read('/eu'))).rejects.toMatchObject({
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
});

// At once: they wait until tokens run out.
describe.concurrent('with tokens that say how long they are valid', () => {
  test('a change of the users makes tokens old, which a reader never notices', async () => {
    await withJwt('5m', async (endpoint) => {
      const store = await connectTo([endpoint], { auth: WORKER });
      const watching = new Watching(store, { prefix: '/eu/' });
      await watching.receive(1);
      for (let i = 0; i < 3; i += 1) {
        // A client of its own: etcd3 alone does not recover from a token that is too old.
        const admin = new Etcd3({ hosts: endpoint, auth: ROOT });
        await admin.role(`another${i}`).create();
        admin.close();
        expect(await store.read('/eu/a')).toBeUndefined();
      }
      const admin = new Etcd3({ hosts: endpoint, auth: ROOT });
      await admin.role('last').create();
      admin.close();
      const commit = freeCommit('/eu', entries('/eu', 1));
      await expect(store.commit(commit)).rejects.toMatchObject({ code: 'store-unavailable' });
      expect(await store.commit(commit)).toMatchObject({ kind: 'committed' });
      await watching.receive(2);
      await watching.stop();
      await store.close();
    });
  });

  test('tokens that run out are renewed', { timeout: 40_000 }, async () => {
    await withJwt('1s', async (endpoint) => {
      const store = await connectTo([endpoint], { auth: WORKER });
      const until = performance.now() + 3_000;
      while (performance.now() < until) await commitOrThrow(store, freeCommit('/eu', []));
      await store.close();
    });
  });

  test('tokens that run out between two listings are renewed', { timeout: 40_000 }, async () => {
    await withJwt('1s', async (endpoint) => {
      const store = await connectTo([endpoint], { auth: WORKER });
      await commitOrThrow(store, freeCommit('/eu', entries('/eu', 120)));
      const until = performance.now() + 3_000;
      while (performance.now() < until) {
        expect((await store.readRange(['/eu/'])).records).toHaveLength(121);
      }
      await store.close();
    });
  });

  test('tokens that are refused at once lead to an error', { timeout: 40_000 }, async () => {
    await withJwt('1ns', async (endpoint) => {
      const connecting = connectTo([endpoint], { auth: WORKER });
      await expect(connecting).rejects.toMatchObject({ code: 'store-unavailable' });
    });
  });
});
