/** A list of hosts that are two primaries: the sessions of one command are with one of them. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../src/dev/postgres.js';
import { lenkwerk, type Outcome } from '../../support/cli/command-line.js';
import { manifestFile } from '../../support/cli/manifest-file.js';
import { queryDatabase } from '../../support/servers/command-cluster.js';
import { etcdEndpoint, uniqueName, uniquePrefix } from '../../support/servers/servers.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const TERMINATE = 'X'.charCodeAt(0);

let servers: readonly PostgresServer[] = [];
let database: string;
beforeAll(async () => {
  const { env } = process;
  servers = await Promise.all([0, 1].map(() => startPostgres({ env, fsync: false })));
}, 60_000);
afterAll(() => Promise.all(servers.map((server) => server.stop())));

const urls = () => servers.map((server) => server.url(database));

beforeEach(async () => {
  database = uniqueName('primary');
  for (const url of urls()) {
    expect(await lenkwerk(['init', '--create-database', '--db', url])).toMatchObject({
      exitCode: 0,
    });
  }
});

/** The first server is gone as soon as one session with it has ended. */
async function afterOneSession(args: readonly string[]): Promise<Outcome> {
  const [first = '', second = ''] = urls();
  const proxy = await TcpProxy.before(first);
  let closed: Promise<void> | undefined;
  proxy.decide((chunk) => {
    if (chunk[0] === TERMINATE) closed ??= proxy.close();
    return 'pass';
  });
  const { port } = new URL(second);
  const db = `postgres://postgres@127.0.0.1:${proxy.port},127.0.0.1:${port}/${database}`;
  const kv = `etcd://${new URL(etcdEndpoint()).host}?prefix=${uniquePrefix()}`;
  const outcome = await lenkwerk([...args, '--db', db, '--kv', kv]);
  await (closed ?? proxy.close());
  return outcome;
}

const countApplies = (url: string) =>
  queryDatabase(url, 'SELECT count(*)::int FROM lenkwerk.apply_log');

test.each([
  ['revert', ['revert', '1', '--auto-approve']],
  ['revert that is saved', ['revert', '1', '--out', '/dev/null']],
  ['apply that waits for its publication', ['apply', 'MANIFEST', '--auto-approve', '--wait']],
])('%s: the other one is refused, and stays as it is', async (_, args) => {
  const [first = '', second = ''] = urls();
  for (const value of [1, 2]) {
    const file = await manifestFile(`config: {a: ${value}}\n`);
    await lenkwerk(['apply', file, '--auto-approve', '--db', first]);
  }
  const file = await manifestFile('config: {b: 3}\n');
  const given = args.map((word) => (word === 'MANIFEST' ? file : word));
  const { exitCode, stderr } = await afterOneSession(given);
  expect(stderr).toContain('the database is not the one of the session before: cluster');
  expect(exitCode).toBe(5);
  expect(await countApplies(second)).toEqual([[0]]);
  expect(await countApplies(first)).toEqual([[2]]);
});

test('the database is created and set up on one server', async () => {
  const [, second = ''] = urls();
  const name = uniqueName('created');
  const before = database;
  database = name;
  const { exitCode } = await afterOneSession(['init', '--create-database']);
  database = before;
  expect(exitCode).toBe(1);
  const there = `SELECT FROM pg_catalog.pg_database WHERE datname = '${name}'`;
  expect(await queryDatabase(second, there)).toEqual([]);
});
