import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import {
  type HttpRoutes,
  listenHttp,
  parseListenAddress,
  plain,
} from '../../../src/runtime/listen.js';

const ROUTES: HttpRoutes = {
  '/healthz': () => plain(200, 'alive'),
  '/broken': () => {
    throw new Error('secret');
  },
};

async function listen(address: string) {
  const listener = await listenHttp(parseListenAddress(address), ROUTES);
  onTestFinished(() => listener.close());
  return listener;
}

test('answers its paths, and nothing else', async () => {
  const { address } = await listen('127.0.0.1:0');
  const ask = (path: string, init?: RequestInit) => fetch(`http://${address}${path}`, init);
  expect(await (await ask('/healthz?x=1')).text()).toBe('alive\n');
  expect((await ask('/healthz', { method: 'HEAD' })).status).toBe(200);
  expect((await ask('/healthz', { method: 'POST' })).status).toBe(405);
  expect((await ask('/toString')).status).toBe(404);
  const broken = await ask('/broken');
  expect([broken.status, await broken.text()]).toEqual([500, 'internal error\n']);
});

test('listens on a Unix socket', async () => {
  const path = join(tmpdir(), `lenkwerk-${process.pid}.sock`);
  const { address } = await listen(path);
  expect(address).toBe(path);
  const body = await new Promise<string>((resolve, reject) => {
    request({ socketPath: path, path: '/healthz' }, (response) => resolve(text(response)))
      .once('error', reject)
      .end();
  });
  expect(body).toBe('alive\n');
});

test('reports why an address is not available', async () => {
  const { address } = await listen('127.0.0.1:0');
  await expect(listenHttp(parseListenAddress(address), ROUTES)).rejects.toMatchObject({
    code: 'environment',
    message: `cannot listen on ${address}: another process listens there`,
  });
  await expect(listenHttp(parseListenAddress('/nowhere/a.sock'), ROUTES)).rejects.toMatchObject({
    code: 'environment',
  });
});

test.each([
  [':9187', { kind: 'tcp', host: undefined, port: 9187 }],
  ['localhost:1', { kind: 'tcp', host: 'localhost', port: 1 }],
  ['[::1]:80', { kind: 'tcp', host: '::1', port: 80 }],
  ['/run/a.sock', { kind: 'socket', path: '/run/a.sock' }],
])('reads %s', (address, expected) => {
  expect(parseListenAddress(address)).toEqual(expected);
});

test.each(['', '9187', 'localhost', ':65536', '::1:80', 'a b:1', 'http://x:1'])(
  'refuses %j',
  (address) => {
    expect(() => parseListenAddress(address)).toThrow('not an address to listen on');
  },
);

const CROWD = 200;

/** Connections that send this much of a request and wait, until the test ends. */
async function crowd(address: string, sent: string): Promise<void> {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? [];
  const opened = Array.from({ length: CROWD }, async () => {
    const socket = connect(Number(port), host);
    onTestFinished(() => {
      socket.destroy();
    });
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(sent);
  });
  await Promise.all(opened);
}

const REQUEST = 'GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n';

test.each([
  { what: 'nothing', sent: '' },
  { what: 'a part of a request', sent: 'GET /healthz HTTP/1.1\r\nx: ' },
  { what: 'a request', sent: REQUEST },
  { what: 'many requests at once', sent: REQUEST.repeat(50) },
])(
  'many connections that sent $what and stay do not keep others from an answer',
  async ({ sent }) => {
    const { address } = await listen('127.0.0.1:0');
    await crowd(address, sent);
    for (let i = 0; i < 3; i++) {
      const response = await fetch(`http://${address}/healthz`, {
        headers: { connection: 'close' },
        signal: AbortSignal.timeout(5_000),
      });
      expect(await response.text()).toBe('alive\n');
    }
  },
);
