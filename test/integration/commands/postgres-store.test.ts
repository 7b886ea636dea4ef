/** The whole way with PostgreSQL as the key-value store, through the command line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli, startCli } from '../../support/cli/cli.js';
import { createDatabase, type TestDatabase, uniqueName } from '../../support/servers/servers.js';

let lenkwerk: TestDatabase;
let store: TestDatabase;
let folder: string;

beforeEach(async () => {
  [lenkwerk, store] = await Promise.all([createDatabase(), createDatabase()]);
  folder = await mkdtemp(join(tmpdir(), 'lenkwerk-store-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await lenkwerk.drop();
  await store.drop();
});

function manifest(): string {
  const { hostname: host, port, username: user, pathname } = new URL(store.url);
  const settings = { host, port: Number(port), user, dbname: pathname.slice(1), prefix: '/eu' };
  return `apiVersion: lenkwerk/v1
kind: Cluster
config:
  kafka_topic: events
  kvstore_type: postgres
  kvstore_config: ${JSON.stringify(settings)}
`;
}

test('recorded as the store, and named by --kv', async () => {
  const options = { env: { DATABASE_URL: lenkwerk.url }, cwd: folder };
  const run = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await runCli(args, options);
    expect({ args, exitCode, stderr }).toMatchObject({ exitCode: 0 });
    return stdout;
  };
  await writeFile(join(folder, 'cluster.yaml'), manifest());
  await run('init');
  await run('apply', 'cluster.yaml', '--auto-approve');
  const agent = startCli(['agent', '--slot', uniqueName('slot')], options);
  expect(await run('verify', 'cluster.yaml', '--wait')).toContain('converged');
  expect(await run('get', '/Config/kafka_topic')).toContain('events');
  const named = await runCli(['get', '/Config/kafka_topic', '--kv', `${store.url}?prefix=/eu`]);
  expect(named).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('events') });
  expect(await run('status')).toContain('postgres://');
  agent.kill();
  await agent.ended;
});
