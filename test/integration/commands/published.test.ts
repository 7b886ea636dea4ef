import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lenkwerk, type Outcome, type Surroundings } from '../../support/cli/command-line.js';
import {
  createDatabase,
  etcdEndpoint,
  type TestDatabase,
  uniqueName,
  uniquePrefix,
} from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

let database: TestDatabase;
let folder: string;
let store: string;

beforeEach(async () => {
  database = await createDatabase();
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-cli-'));
  store = `${etcdEndpoint().replace('http', 'etcd')}?prefix=${uniquePrefix()}`;
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

function run(args: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  return lenkwerk([...args, '--db', database.url, '--kv', store], surroundings);
}

function manifest(topic: string): string {
  const file = join(folder, 'cluster.yaml');
  const config = `config:\n  kafka_topic: ${topic}\n  exact: 12345678901234567890.10\n`;
  writeFileSync(file, `apiVersion: lenkwerk/v1\nkind: Cluster\n${config}`);
  return file;
}

test('what is applied is published by the agent, read by get and printed by watch', async () => {
  await run(['init']);
  await run(['apply', manifest('first'), '--auto-approve']);
  const stop = new AbortController();
  const agent = run(['agent', '--slot', uniqueName('slot')], { signal: stop.signal });
  const topic = async () => (await run(['get', '/Config/kafka_topic'])).stdout;
  await waitFor(async () => (await topic()).includes('first'), {
    timeoutMs: 20_000,
    what: 'the first topic',
  });
  expect((await run(['get', '/Config/exact', '--json'])).stdout).toContain(
    '"value":12345678901234567890.10}',
  );
  expect((await run(['get', '/Config/nothing', '--json'])).exitCode).toBe(3);

  const heard: string[] = [];
  const watching = run(['watch', '/Config/', '--json'], {
    signal: stop.signal,
    writeResult: async (text) => {
      heard.push(text);
      return true;
    },
  });
  await waitFor(() => heard.length > 0, { timeoutMs: 10_000, what: 'the first event' });
  await run(['apply', manifest('second'), '--auto-approve']);
  await waitFor(() => heard.length > 1, { timeoutMs: 10_000, what: 'the change' });
  expect(await run(['verify', manifest('second'), '--wait', '--timeout', '20s'])).toMatchObject({
    exitCode: 0,
  });
  const verified = await run(['verify', manifest('third'), '--wait', '--json']);
  expect(verified.exitCode).toBe(2);
  expect(JSON.parse(verified.stdout)).toMatchObject({
    verdict: 'pending',
    targets: [{ target: 'default', verdict: 'converged', differences: [] }],
  });
  stop.abort();
  expect((await agent).exitCode).toBe(0);
  expect((await watching).exitCode).toBe(0);

  const [everything, change] = heard.map((line) => JSON.parse(line));
  expect(everything.kind).toBe('resync');
  expect(everything.changes).toHaveLength(2);
  expect(change.changes).toHaveLength(1);
  expect(change.changes[0].value).toMatchObject({ key: 'kafka_topic', value: 'second' });
});

test('apply --wait returns once it is published, and reports that it is committed when it is not', async () => {
  await run(['init']);
  const flags = ['--auto-approve', '--wait', '--timeout'];
  const unpublished = await run(['apply', manifest('first'), ...flags, '1', '--json']);
  expect(unpublished.exitCode).toBe(7);
  expect(JSON.parse(unpublished.stdout).error.message).toContain('apply 1 IS committed');
  const stop = new AbortController();
  const agent = run(['agent', '--slot', uniqueName('slot')], { signal: stop.signal });
  const published = await run(['apply', manifest('second'), ...flags, '20']);
  expect(published).toMatchObject({ exitCode: 0, stderr: '' });
  expect((await run(['get', '/Config/kafka_topic'])).stdout).toContain('second');
  stop.abort();
  expect((await agent).exitCode).toBe(0);
});

test('apply --wait is not held up by what other tables write', async () => {
  await run(['init']);
  const stop = new AbortController();
  const agent = run(['agent', '--slot', uniqueName('slot')], { signal: stop.signal });
  expect(await run(['verify', 'test/support/states/nothing.yaml', '--wait'])).toMatchObject({
    exitCode: 0,
  });
  const other = new Client({ connectionString: database.url });
  await other.connect();
  await other.query('CREATE TABLE public.busy (n int)');
  const writing = (async () => {
    while (!stop.signal.aborted) await other.query('INSERT INTO public.busy VALUES (1)');
  })();
  for (const topic of ['first', 'second', 'third']) {
    const flags = ['--auto-approve', '--wait', '--timeout', '10'];
    expect(await run(['apply', manifest(topic), ...flags])).toMatchObject({ exitCode: 0 });
  }
  stop.abort();
  await writing;
  await other.end();
  await agent;
});
