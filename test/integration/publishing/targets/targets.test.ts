import { createServer } from 'node:net';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import type { AgentState } from '../../../../src/publishing/agent/counters.js';
import { postgresSource } from '../../../../src/publishing/source/postgres-source.js';
import {
  type ServeOptions,
  TargetServer,
} from '../../../../src/publishing/targets/target-server.js';
import { silentLogger } from '../../../../src/runtime/logger.js';
import { lenkwerk } from '../../../support/cli/command-line.js';
import { connectTo } from '../../../support/servers/etcd-store.js';
import {
  createDatabase,
  etcdEndpoint,
  type TestDatabase,
  uniqueName,
  uniquePrefix,
} from '../../../support/servers/servers.js';
import { waitFor } from '../../../support/wait.js';

let database: TestDatabase;
let sql: Client;

beforeEach(async () => {
  database = await createDatabase();
  await lenkwerk(['init', '--db', database.url]);
  sql = new Client({ connectionString: database.url });
  await sql.connect();
});
afterEach(async () => {
  await sql.end();
  await database.drop();
});

/** Slots have one name space on the server, so tests that run side by side need names. */
const named = (stem: string) => uniqueName(stem);

function place(prefix: string, endpoint = new URL(etcdEndpoint()).host) {
  const [host = '', port = ''] = endpoint.split(':');
  return { type: 'etcd', config: { host, port: Number(port), prefix } };
}

async function deadPlace() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await new Promise((resolve) => server.close(resolve));
  return place('/dead', `127.0.0.1:${port}`);
}

async function record(key: string, value: unknown): Promise<void> {
  await sql.query('SELECT storage.save_config($1, $2)', [key, JSON.stringify(value)]);
}

async function published(prefix: string, key: string): Promise<unknown> {
  const store = await connectTo([etcdEndpoint()]);
  try {
    return JSON.parse((await store.read(`${prefix}/Config/${key}`))?.value ?? 'null')?.value;
  } finally {
    await store.close();
  }
}

function untilPublished(prefix: string, key: string, value: unknown): Promise<unknown> {
  const what = `${key} under ${prefix}`;
  return waitFor(async () => (await published(prefix, key)) === value, { what });
}

function serve(options: Partial<ServeOptions> = {}) {
  const stop = new AbortController();
  const server = new TargetServer({
    database: postgresSource(connectionSettings({ url: database.url }, {})),
    logger: silentLogger,
    url: undefined,
    variables: {},
    secretsDir: undefined,
    project: undefined,
    names: [],
    configPollMs: 50,
    ...options,
  });
  const ended = server.run(stop.signal);
  ended.catch(() => {});
  onTestFinished(async () => {
    stop.abort();
    await ended.catch(() => {});
  });
  return { server, ended, stop };
}

function stateOf(server: TargetServer, name: string): AgentState | undefined {
  return server.status().find(({ target }) => target === name)?.state;
}

test('every target is served, and a dead one holds back none of the others', async () => {
  const [eu, us, dead] = [named('eu'), named('us'), named('dead')];
  const prefixes = { eu: uniquePrefix(), us: uniquePrefix() };
  const kvstores = {
    [eu]: place(prefixes.eu),
    [us]: place(prefixes.us),
    [dead]: await deadPlace(),
  };
  await record('kvstores', kvstores);
  await record('topic', 'a');
  const { server, stop, ended } = serve();
  await untilPublished(prefixes.eu, 'topic', 'a');
  await untilPublished(prefixes.us, 'topic', 'a');
  await waitFor(() => server.status().find(({ target }) => target === dead)?.counters.restarts, {
    what: 'an attempt at the dead store',
  });
  expect(stateOf(server, dead)).toBe('connecting');
  // What a resync published is there before the slot is read.
  const wanted = [`lw_agent_${eu}`, `lw_agent_${us}`].sort().join();
  await waitFor(
    async () => {
      const { rows } = await sql.query(
        'SELECT slot_name FROM pg_replication_slots WHERE active AND database = current_database()',
      );
      return (
        rows
          .map((row) => row.slot_name)
          .sort()
          .join() === wanted
      );
    },
    { what: 'both slots to be read' },
  );
  stop.abort();
  await ended;
});

test('the configuration is followed: a store moves, a target comes, another goes', async () => {
  const [eu, us] = [named('eu'), named('us')];
  const [first, second, third] = [uniquePrefix(), uniquePrefix(), uniquePrefix()];
  await record('kvstores', { [eu]: place(first) });
  await record('topic', 'a');
  const { server } = serve();
  await untilPublished(first, 'topic', 'a');

  await record('kvstores', { [eu]: place(second), [us]: place(third) });
  await untilPublished(second, 'topic', 'a');
  await untilPublished(third, 'topic', 'a');
  await record('topic', 'b');
  await untilPublished(second, 'topic', 'b');
  expect(await published(first, 'topic')).toBe('a');

  await record('kvstores', { [us]: place(third) });
  await waitFor(() => stateOf(server, eu) === undefined, { what: 'the end of a target' });
  await record('kvstores', 'nonsense');
  await record('topic', 'c');
  await untilPublished(third, 'topic', 'c');
});

test('a target that needs a person does not end the process while another does well', async () => {
  const [eu, us] = [named('eu'), named('us')];
  const prefix = uniquePrefix();
  await record('kvstores', { [eu]: place(prefix), [us]: { type: 'nothing', config: {} } });
  const { server, stop, ended } = serve();
  await waitFor(() => stateOf(server, eu) === 'streaming', { what: 'a stream' });
  expect(stateOf(server, us)).toBe('failed');
  stop.abort();
  await ended;
});

test('targets whose keys lie in one another are refused, one that runs continues', async () => {
  const [eu, us] = [named('eu'), named('us')];
  const prefix = uniquePrefix();
  const inside = place(`${prefix}/Config`);
  await record('kvstores', { [us]: inside });
  await record('topic', 'a');
  const { server, stop, ended } = serve();
  await untilPublished(`${prefix}/Config`, 'topic', 'a');
  await record('kvstores', { [us]: inside, [eu]: place(prefix) });
  await waitFor(() => stateOf(server, eu) === 'failed', { what: 'the refusal' });
  await record('topic', 'b');
  await untilPublished(`${prefix}/Config`, 'topic', 'b');
  expect(await published(prefix, 'topic')).toBeUndefined();
  stop.abort();
  await ended;
  await expect(serve().ended).rejects.toMatchObject({ code: 'usage' });
  await expect(serve({ names: [us] }).ended).rejects.toThrow(`shares a store and keys with ${eu}`);
  const { stdout, exitCode } = await lenkwerk(['doctor', '--db', database.url]);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(new RegExp(`fail +target\\.${eu}\\.settings: .* with ${us}: `));
  expect(stdout).toMatch(new RegExp(`fail +target\\.${us}\\.settings: .* with ${eu}: `));
});

test('when every target needs an operator, the process ends with the reason', async () => {
  await record('kvstores', { eu: { type: 'nothing', config: {} } });
  await expect(serve().ended).rejects.toMatchObject({ code: 'usage' });
  const foreign = named('foreign');
  await record('kvstores', { [foreign]: place(uniquePrefix()) });
  await sql.query('DROP PUBLICATION bagger_lw_storage');
  await expect(serve().ended).rejects.toMatchObject({ code: 'database-not-initialised' });
});

test('the command serves the targets that are named, with metrics and health', async () => {
  const [eu, us] = [named('eu'), named('us')];
  const prefix = uniquePrefix();
  await record('kvstores', { [eu]: place(prefix), [us]: await deadPlace() });
  await record('topic', 'a');
  const stop = new AbortController();
  const remarks: string[] = [];
  const args = ['agent', '--db', database.url, '--listen', '127.0.0.1:0'];
  const agent = lenkwerk([...args, '--target', eu], {
    signal: stop.signal,
    writeRemark: (text) => remarks.push(text),
  });
  const address = await waitFor(() => /"address":"([^"]+)"/.exec(remarks.join(''))?.[1], {
    what: 'the address',
  });
  const get = async (path: string) => {
    const response = await fetch(`http://${address}${path}`);
    return { status: response.status, body: await response.text() };
  };
  expect(await get('/healthz')).toEqual({ status: 200, body: 'alive\n' });
  await waitFor(async () => (await get('/readyz')).status === 200, { what: 'readiness' });
  await untilPublished(prefix, 'topic', 'a');
  await record('topic', 'b');
  await untilPublished(prefix, 'topic', 'b');
  const key = ['get', '/Config/topic', '--db', database.url];
  expect((await lenkwerk([...key, '--target', eu])).stdout).toContain('"value":"b"');
  expect((await lenkwerk(key)).stderr).toContain(
    'target "default": no key-value store is configured',
  );
  expect((await lenkwerk([...key, '--target', 'none'])).stderr).toContain('no such target');
  const { body } = await get('/metrics');
  const value = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(body)?.[1]);
  expect(value(`lenkwerk_agent_state{target="${eu}",state="streaming"}`)).toBe(1);
  expect(value(`lenkwerk_agent_transactions_total{target="${eu}"}`)).toBe(1);
  expect(value(`lenkwerk_agent_resyncs_total{target="${eu}"}`)).toBe(1);
  expect(value(`lenkwerk_agent_slot_active{target="${eu}"}`)).toBe(1);
  expect(value(`lenkwerk_agent_slot_kept_wal_bytes{target="${eu}"}`)).toBeGreaterThan(0);
  expect(value(`lenkwerk_agent_lag_bytes{target="${eu}"}`)).toBeGreaterThanOrEqual(0);
  expect(value(`lenkwerk_agent_lag_seconds{target="${eu}"}`)).toBeLessThan(5);
  expect(value('lenkwerk_database_up')).toBe(1);
  expect(body).not.toContain(us);
  stop.abort();
  expect((await agent).exitCode).toBe(0);
});

test('readiness names the target that is not well', async () => {
  const [eu, us] = [named('eu'), named('us')];
  await record('kvstores', { [eu]: place(uniquePrefix()), [us]: await deadPlace() });
  const stop = new AbortController();
  const remarks: string[] = [];
  const agent = lenkwerk(['agent', '--db', database.url, '--listen', '127.0.0.1:0'], {
    signal: stop.signal,
    writeRemark: (text) => remarks.push(text),
  });
  const address = await waitFor(() => /"address":"([^"]+)"/.exec(remarks.join(''))?.[1], {
    what: 'the address',
  });
  const states = async () => {
    const response = await fetch(`http://${address}/readyz`);
    const { ready, targets } = JSON.parse(await response.text());
    const list = targets.map(({ target, state }: Record<string, string>) => [target, state]);
    return { ready, status: response.status, states: Object.fromEntries(list) };
  };
  await waitFor(async () => (await states()).states[eu] === 'streaming', { what: 'a stream' });
  expect(await states()).toEqual({
    ready: false,
    status: 503,
    states: { [eu]: 'streaming', [us]: 'connecting' },
  });
  stop.abort();
  expect((await agent).exitCode).toBe(0);
});

test('a taken address ends the command before anything is published', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const address = taken.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const args = ['agent', '--db', database.url, '--listen', `127.0.0.1:${port}`];
  const outcome = await lenkwerk(args);
  expect(outcome.exitCode).toBe(1);
  expect(outcome.stderr).toContain(`cannot listen on 127.0.0.1:${port}`);
});
