/** A process ends with its verdict, whatever a silent store keeps open. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type EtcdServer, startEtcd } from '../../../src/dev/stores/etcd.js';
import { runCli, startCli } from '../../support/cli/cli.js';
import { createDatabase } from '../../support/servers/servers.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

/** The longest verdict is that of a connect to PostgreSQL, after 10 s. */
const ENDS_WITHIN_MS = 25_000;

let silent: Server;
let place = '';
let etcd: EtcdServer;

beforeAll(async () => {
  silent = createServer((client) => client.on('error', () => {}).resume());
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  place = `127.0.0.1:${portOf(silent.address())}`;
  etcd = await startEtcd({ env: process.env });
});

afterAll(async () => {
  silent.close();
  await etcd.stop();
});

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

test.concurrent.each([
  ['etcd with a login', 'etcd', { ETCDCTL_USER: 'user', ETCDCTL_PASSWORD: 'word' }],
  ['etcd', 'etcd', {}],
  ['etcd over TLS', 'etcds', {}],
  ['etcd over TLS with a login', 'etcds', { ETCDCTL_USER: 'user', ETCDCTL_PASSWORD: 'word' }],
  ['PostgreSQL', 'postgres', {}],
])('%s that accepts and never answers', { timeout: 70_000 }, async (_, scheme, env) => {
  const url = scheme === 'postgres' ? `postgres://user@${place}/none` : `${scheme}://${place}`;
  const beganMs = performance.now();
  const result = await runCli(['get', '/Config/a', '--kv', url], { env });
  expect(result).toMatchObject({ exitCode: 1, stdout: '' });
  expect(result.stderr).toMatch(/no answer/);
  expect(result.stderr).not.toMatch(/Warning/);
  expect(performance.now() - beganMs).toBeLessThan(ENDS_WITHIN_MS);
});

/** Its queue of connections is full, so that a connect gets no answer at all. */
const FULL_SERVER = `
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, server.address().port + '\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

test('etcd that does not even accept', { timeout: 70_000 }, async () => {
  const server = spawn(process.execPath, ['-e', FULL_SERVER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  const [line] = await once(server.stdout, 'data');
  const port = Number(line);
  const queued = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  onTestFinished(() => queued.forEach((socket) => void socket.destroy()));
  await once(queued[0] ?? server, 'connect');
  const beganMs = performance.now();
  const result = await runCli(['get', '/Config/a', '--kv', `etcd://127.0.0.1:${port}`]);
  expect(result).toMatchObject({ exitCode: 1, stdout: '' });
  expect(performance.now() - beganMs).toBeLessThan(ENDS_WITHIN_MS);
});

test('a proxy of the environment gets no login', { timeout: 70_000 }, async () => {
  const connected: string[] = [];
  const proxy = createServer((client) => {
    connected.push('a connection');
    client.destroy();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  const url = `http://127.0.0.1:${portOf(proxy.address())}`;
  const env = { ETCDCTL_USER: 'user', ETCDCTL_PASSWORD: 'word', http_proxy: url, grpc_proxy: url };
  const { stderr } = await runCli(['get', '/Config/a', '--kv', `etcd://${place}`], { env });
  expect(stderr).toContain('no answer');
  expect(connected).toEqual([]);
});

test.each(['etcd', 'PostgreSQL'])(
  'a watch of %s that is interrupted while the store is frozen',
  { timeout: 70_000 },
  async (kind) => {
    const database = kind === 'etcd' ? undefined : await createDatabase();
    const server = database?.url ?? etcd.endpoint;
    const proxy = await TcpProxy.before(server);
    onTestFinished(async () => {
      await proxy.close();
      await database?.drop();
    });
    const url = database ? proxy.inFrontOf(server) : `etcd://127.0.0.1:${proxy.port}`;
    const watching = startCli(['watch', '--kv', url, '--json']);
    await watching.waitForOutput('resync');
    proxy.freeze();
    const beganMs = performance.now();
    watching.kill('SIGTERM');
    expect((await watching.ended).stderr).toBe('');
    expect(performance.now() - beganMs).toBeLessThan(ENDS_WITHIN_MS);
  },
);
