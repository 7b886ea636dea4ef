/** Servers that answer with more than a process can hold: reading ends at the head of it. */
import { expect, test } from 'vitest';
import { lenkwerk } from '../../support/cli/command-line.js';
import { endlessEtcd, endlessRedis, endlessTcp } from '../../support/recording-servers.js';

const GIB = 1024 ** 3;
/** What sockets and HTTP/2 hold for a reader, at most. */
const BUFFERED_BYTES = 32 * 1024 * 1024;

function head(type: string, lengthBytes: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.write(type, 0, 'latin1');
  bytes.writeUInt32BE(lengthBytes, 1);
  return bytes;
}

const LOGGED_IN = Buffer.concat([head('R', 8), Buffer.alloc(4), Buffer.from('Z\0\0\0\x05I')]);

test.each([
  ['a failure before the login', head('E', 2 * GIB)],
  ['a notice before the login', head('N', 2 * GIB - 1)],
  ['a row after the login', Buffer.concat([LOGGED_IN, head('D', GIB)])],
  ['a copy after the login', Buffer.concat([LOGGED_IN, head('d', 0xffff_ffff)])],
])('PostgreSQL: %s', async (_, first) => {
  const server = await endlessTcp(first);
  const url = `postgres://u@127.0.0.1:${server.port}/lenkwerk`;
  const { exitCode, stderr } = await lenkwerk([
    'plan',
    'examples/quickstart/cluster.yaml',
    '--db',
    url,
  ]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /the server sent a message of \d+ bytes, more than is read|connection to the database broke/,
  );
  expect(server.sentBytes()).toBeLessThan(BUFFERED_BYTES);
});

test('etcd: an answer of 1.4 GB', async () => {
  const server = await endlessEtcd(Math.floor(1.4 * GIB));
  const store = `etcd://127.0.0.1:${server.port}`;
  const { exitCode, stderr } = await lenkwerk(['get', '/Config/a', '--kv', store]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('larger than max');
  expect(server.sentBytes()).toBeLessThan(BUFFERED_BYTES);
});

function length(bytes: number): Buffer {
  const field = Buffer.alloc(4);
  field.writeInt32BE(bytes);
  return field;
}

const PASSWORD_BYTES = 16;
/** Version, timeout, id and password of a session. */
const SESSION = Buffer.concat([
  ...[length(36), length(0), length(10_000), Buffer.alloc(8)],
  ...[length(PASSWORD_BYTES), Buffer.alloc(PASSWORD_BYTES)],
]);

test.each([
  ['before a session', length(GIB)],
  ['in a session', Buffer.concat([SESSION, length(GIB)])],
])('ZooKeeper: an answer of 1 GiB %s', async (_, first) => {
  const server = await endlessTcp(first);
  const store = `zookeeper://127.0.0.1:${server.port}`;
  const { exitCode, stderr } = await lenkwerk(['get', '/Config/a', '--kv', store]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`the server sent a message of ${GIB} bytes, more than is read`);
  expect(server.sentBytes()).toBeLessThan(BUFFERED_BYTES);
});

test.each(['$1400000000\r\n', '+', '*1000000000\r\n$100\r\n'])(
  'Redis: an answer that begins with %j',
  async (head) => {
    const server = await endlessRedis(head);
    const store = `redis://127.0.0.1:${server.port}`;
    const { exitCode, stderr } = await lenkwerk(['get', '/Config/a', '--kv', store]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/the server sent more than \d+ bytes for one answer|Unknown RESP type/);
    expect(server.sentBytes()).toBeLessThan(BUFFERED_BYTES);
  },
);
