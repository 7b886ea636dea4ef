/** Users with few rights, wrong logins, TLS, clusters, and servers that are of no use. */
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { findFreePort } from '../../../../src/dev/ports.js';
import { type RedisServer, startRedis } from '../../../../src/dev/stores/redis.js';
import { kvconnect } from '../../../../src/kvstore/connect.js';
import {
  connectToRedis,
  createUsers,
  follow,
  openRaw,
  raw,
  startSentinels,
} from '../../../support/redis/servers.js';
import { type Authority, createAuthority } from '../../../support/servers/certificates.js';
import { commitOrThrow, freeCommit } from '../../../support/store-contract/commits.js';
import { describeWithStore } from '../../../support/store-contract/places.js';
import { replay, Watching } from '../../../support/store-contract/watch-contract.js';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import { waitFor } from '../../../support/wait.js';

describeWithStore('redis', 'logins of Redis', () => {
  let redis: RedisServer;
  let authority: Authority;

  beforeAll(async () => {
    authority = await createAuthority();
  });
  afterAll(() => rm(authority.folder, { recursive: true }));

  beforeEach(async () => {
    redis = await startRedis({ kind: 'redis', env: process.env });
  });
  afterEach(() => redis.stop());

  const REJECTED = { code: 'store-rejected', retryable: false };

  const at = (user: string) => `${user}:secret@${redis.endpoint}?prefix=/eu`;

  test('the rights that README.md names suffice, for an agent and for a reader', async () => {
    await createUsers(redis.endpoint);
    const agent = await connectToRedis(at('agent'));
    const reader = await connectToRedis(at('reader'));
    const watching = new Watching(reader, { prefix: '/eu/t/' });
    await watching.receive(1);
    const revision = await commitOrThrow(agent, freeCommit('/eu', [['/eu/t/a', '1']]));
    expect(await reader.read('/eu/t/a')).toEqual({ value: '1', modRevision: revision });
    await commitOrThrow(agent, freeCommit('/eu', [['/eu/t/b', '2']], ['/eu/t/a']));
    await raw(redis.endpoint, 'SET /eu/t/c foreign');
    await watching.receive(4);
    expect(replay(watching.events)).toEqual(
      new Map([
        ['/eu/t/b', '2'],
        ['/eu/t/c', 'foreign'],
      ]),
    );
    expect((await reader.readRange(['/eu/t/'], revision)).records).toHaveLength(2);
    for (const store of [agent, reader]) expect(await store.troubles?.()).not.toEqual([]);
    await expect(reader.commit(freeCommit('/eu', []))).rejects.toMatchObject(REJECTED);
    await expect(agent.commit(freeCommit('/us', []))).rejects.toMatchObject(REJECTED);
    await watching.stop();
    await Promise.all([agent.close(), reader.close()]);
  });

  test.each(['xadd', 'rpush', 'mset', 'hset', 'del', 'hdel'])(
    'a user who may not run %s changes nothing at all',
    async (command) => {
      await createUsers(redis.endpoint);
      const agent = await connectToRedis(at('agent'));
      await commitOrThrow(agent, freeCommit('/eu', [['/eu/t/a', '1']]));
      // From then on also for the connection that is open.
      await raw(redis.endpoint, `ACL SETUSER agent -${command}`);
      const before = await agent.readRange(['/eu/']);
      const refused = agent.commit(freeCommit('/eu', [['/eu/t/b', '2']], ['/eu/t/a']));
      await expect(refused).rejects.toMatchObject({
        ...REJECTED,
        message: `commit: ${command.toUpperCase()}: NOPERM this user may not run it on these keys`,
        hint: 'README.md lists the commands and keys that an ACL user needs',
      });
      expect(await agent.readRange(['/eu/'])).toEqual(before);
      await agent.close();
    },
  );

  test('a user who may not read is refused at once', async () => {
    await raw(redis.endpoint, 'ACL SETUSER stranger on >secret +hello');
    const hint = 'README.md lists the commands and keys that an ACL user needs';
    await expect(connectToRedis(at('stranger'))).rejects.toMatchObject({ ...REJECTED, hint });
  });

  test('a wrong password and a missing login are rejected, and not shown', async () => {
    await raw(redis.endpoint, 'CONFIG SET requirepass hunter2');
    const wrong = connectToRedis(`default:hunter3@${redis.endpoint}`);
    await expect(wrong).rejects.toMatchObject({
      ...REJECTED,
      hint: 'check the user and the password',
    });
    await expect(wrong).rejects.not.toThrow(/hunter/);
    const hint = 'name a user in the URL, and put the password into REDISCLI_AUTH';
    await expect(connectToRedis(redis.endpoint)).rejects.toMatchObject({ ...REJECTED, hint });
    // As other clients write the password of the default user.
    await (await connectToRedis(`:hunter2@${redis.endpoint}`)).close();
  });

  test('a database of the server is chosen by its number, and one that it lacks is rejected', async () => {
    const third = await connectToRedis(`${redis.endpoint}/3`);
    await commitOrThrow(third, freeCommit('/g', [['/t/a', '1']]));
    const client = await openRaw(redis.endpoint, { database: 3 });
    expect(await client.send(['GET', '/t/a'])).toBe('1');
    client.destroy();
    await third.close();
    await expect(connectToRedis(`${redis.endpoint}/99`)).rejects.toMatchObject(REJECTED);
  });

  test('TLS: the authority, the name and the certificate of the client count', async () => {
    const files = await authority.issue('127.0.0.1');
    const stranger = await createAuthority();
    const tls = { ...files, caFile: authority.caFile };
    const server = await startRedis({ kind: 'redis', env: process.env, tls });
    onTestFinished(async () => {
      await server.stop();
      await rm(stranger.folder, { recursive: true });
    });
    const connect = (caFile: string, client: { certFile: string; keyFile: string } | undefined) => {
      const pair = client === undefined ? '' : `&cert=${client.certFile}&key=${client.keyFile}`;
      return kvconnect({ url: `rediss://${server.endpoint}?ca=${caFile}${pair}` });
    };
    const store = await connect(authority.caFile, await authority.issue('127.0.0.1'));
    const watching = new Watching(store, { prefix: '/t/' });
    await watching.receive(1);
    await commitOrThrow(store, freeCommit('/g', [['/t/a', '1']]));
    await watching.receive(2);
    await watching.stop();
    expect(store.description).toMatch(/^rediss:/);
    await store.close();
    const unavailable = { code: 'store-unavailable' };
    await expect(connect(authority.caFile, undefined)).rejects.toMatchObject(unavailable);
    await expect(connect(stranger.caFile, files)).rejects.toMatchObject(unavailable);
    const foreign = await stranger.issue('127.0.0.1');
    await expect(connect(authority.caFile, foreign)).rejects.toMatchObject(unavailable);
    await expect(connectToRedis(server.endpoint)).rejects.toMatchObject(unavailable);
    const missing = connect('/nowhere/ca.pem', undefined);
    await expect(missing).rejects.toMatchObject({ code: 'environment' });
  });

  test('a cluster is refused without a hash tag, and used with one, at the node of its slot', async () => {
    const config = ['cluster-enabled yes'];
    const nodes = await Promise.all(
      [1, 2].map(() => startRedis({ kind: 'redis', env: process.env, config })),
    );
    onTestFinished(async () => {
      for (const node of nodes) await node.stop();
    });
    const [one = '', two = ''] = nodes.map(({ endpoint }) => endpoint);
    await raw(one, 'CLUSTER ADDSLOTSRANGE 0 8191');
    await raw(two, 'CLUSTER ADDSLOTSRANGE 8192 16383');
    await raw(one, `CLUSTER MEET ${two.replace(':', ' ')}`);
    for (const node of [one, two]) {
      const isUp = async () => String(await raw(node, 'CLUSTER INFO')).includes('cluster_state:ok');
      await waitFor(isUp, { what: 'the cluster' });
    }
    await expect(connectToRedis(`${one}?prefix=/eu`)).rejects.toMatchObject({
      ...REJECTED,
      hint: 'give a prefix with a hash tag, such as prefix=/{eu}',
    });
    // Slots 6893 and 14680.
    for (const [tag, node] of [
      ['{eu}', one],
      ['{us}', two],
    ] as const) {
      const store = await connectToRedis(`${one}?prefix=/${tag}`);
      await commitOrThrow(store, freeCommit(`/${tag}`, [[`/${tag}/t/a`, '1']]));
      expect((await store.readRange([`/${tag}/t/`])).records).toHaveLength(1);
      expect(await raw(node, `EXISTS /${tag}/t/a`)).toBe(1);
      await expect(store.commit(freeCommit('/elsewhere', []))).rejects.toMatchObject(REJECTED);
      await store.close();
    }
  }, 40_000);

  test('a replica is waited for, an older version and a Sentinel are of no use', async () => {
    const replica = await startRedis({ kind: 'redis', env: process.env });
    onTestFinished(() => replica.stop());
    await follow(replica, redis);
    await expect(connectToRedis(replica.endpoint)).rejects.toMatchObject({
      code: 'store-unavailable',
      retryable: true,
      hint: 'name the primary, or its Sentinels by the parameter sentinel=NAME',
    });
    await (await connectToRedis(`${replica.endpoint},${redis.endpoint}`)).close();
    const proxy = await TcpProxy.before(`http://${redis.endpoint}`);
    proxy.alter((reply) => Buffer.from(reply.toString('latin1').replace('7.0.', '6.2.'), 'latin1'));
    const old = connectToRedis(`127.0.0.1:${proxy.port}`);
    await expect(old).rejects.toMatchObject(REJECTED);
    await expect(old).rejects.toThrow(/the server is redis 6\.2\.\d+, and 7\.0 is the oldest/);
    await proxy.close();
    const [sentinel] = await startSentinels(redis, 1);
    onTestFinished(() => sentinel?.stop());
    await expect(connectToRedis(sentinel?.endpoint ?? '')).rejects.toMatchObject(REJECTED);
  });

  /** A Sentinel of an attacker, which names a server at another machine. */
  async function hostileSentinel(): Promise<number> {
    const hello =
      '%4\r\n+server\r\n+redis\r\n+version\r\n+7.0.0\r\n+mode\r\n+sentinel\r\n+proto\r\n:3\r\n';
    const primary = '*2\r\n$5\r\n127.1\r\n$4\r\n6379\r\n';
    const server = createServer((socket) => {
      socket.on('data', (chunk) => {
        socket.write(chunk.includes('SENTINEL') ? primary : hello);
      });
    });
    const port = await findFreePort();
    server.listen(port, '127.0.0.1');
    onTestFinished(() => void server.close());
    return port;
  }

  test('a recorded login goes to no other machine in plain text, whatever a Sentinel names', async () => {
    const port = await hostileSentinel();
    const host = '127.0.0.1';
    const recorded = {
      type: 'redis',
      host,
      port,
      sentinel: 'lw',
      user: 'agent',
      password: 'secret',
    };
    await expect(kvconnect(recorded)).rejects.toMatchObject({
      code: 'usage',
      message: 'the server 127.1:6379: has a login, but no TLS: it would go out in plain text',
    });
  });
});
