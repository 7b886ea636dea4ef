/** A server that does not speak PostgreSQL's protocol fails the request, not the process. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';

const LOGGED_IN = Buffer.from('5200000008000000005a0000000549', 'hex');

/** Answers the start of a session with the first, and every message after it with the second. */
async function fakeServer(first: Buffer, second: Buffer): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let answered = 0;
    socket.on('error', () => {});
    socket.on('data', () => {
      socket.write(answered === 0 ? first : second);
      answered += 1;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  const { port } = address;
  return `postgres://u@127.0.0.1:${port}/d?sslmode=disable`;
}

const MALFORMED = 'the server sent what is no message of PostgreSQL';

test.each(['5200000000', '52ffffffff', '5200000003'])('at the login: %s', async (hex) => {
  const url = await fakeServer(Buffer.from(hex, 'hex'), Buffer.alloc(0));
  const opened = openConnection(connectionSettings({ url }, {}), 'test');
  await expect(opened).rejects.toThrow(/no message of PostgreSQL|more than is read/);
});

test.each([
  ['a row of five values without one', '44000000060005'],
  ['a length of zero', '4400000000'],
  ['a description of columns that ends early', '5400000006ffff5400000007000161'],
])('after it: %s', async (_what, hex) => {
  const url = await fakeServer(LOGGED_IN, Buffer.from(hex, 'hex'));
  const opened = openConnection(connectionSettings({ url }, {}), 'test');
  const answered = opened.then((client) => client.query('SELECT 1'));
  await expect(answered).rejects.toMatchObject({ message: expect.stringContaining(MALFORMED) });
});
