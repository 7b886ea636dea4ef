/** A password that a database records from before: hidden everywhere, and never written again. */
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseJson } from '../../../src/model/json.js';
import { type Workplace, workplace } from '../../support/servers/command-cluster.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import { etcdEndpoint, uniquePrefix } from '../../support/servers/servers.js';

const SECRET = 'hunter2';

let work: Workplace;
beforeEach(async () => {
  work = await workplace();
});
afterEach(() => work.close());

const record = (key: string, value: unknown) =>
  work.query(`SELECT storage.save_config('${key}', '${JSON.stringify(value)}')`);

/** Runs a command, which must not show the secret, with this exit code. */
async function quiet(exitCode: number, ...args: string[]): Promise<string> {
  const outcome = await work.run(args);
  expect({ args, ...outcome }).toMatchObject({ exitCode });
  expect(`${outcome.stdout}${outcome.stderr}`).not.toContain(SECRET);
  return outcome.stdout;
}

async function adopt(): Promise<string> {
  const prefix = uniquePrefix();
  const [host = '', port = ''] = new URL(etcdEndpoint()).host.split(':');
  const place = { host, port: Number(port), prefix };
  await record('kvstore_config', { ...place, password: SECRET });
  const url = `etcd://u:${SECRET}@h`;
  await record('kvstores', { eu: { type: 'etcd', config: { endpoints: [url] } } });
  // Keys that storage nodes read.
  await record('kafka_password', SECRET);
  await record('kafka_broker', `kafka://u:${SECRET}@h`);
  await record('sasl', { user: 'u', auth: SECRET, options: [{ api_key: SECRET }] });
  return prefix;
}

test('no output of any command shows it', async () => {
  const prefix = await adopt();
  const exported = await quiet(0, 'export');
  expect(exported).toContain('"***"');
  const file = work.path('exported.yaml');
  await quiet(0, 'export', '--out', file);
  expect(await quiet(0, 'plan', file, '--detailed-exitcode')).toContain('No changes');
  const without = work.manifest('config: { kafka_topic: events }\n', 'without.yaml');
  for (const form of [[], ['--json'], ['--markdown'], ['--sql']]) {
    await quiet(0, 'plan', without, ...form);
  }
  const plan = work.path('next.plan');
  await quiet(0, 'plan', without, '--out', plan);
  expect(await readFile(plan, 'utf8')).not.toContain(SECRET);
  await quiet(0, 'show', plan, '--json');
  expect(await quiet(1, 'doctor')).toContain('config.secrets');
  await quiet(2, 'status');
  await quiet(0, 'env');
  await quiet(0, 'env', '--json');
  await quiet(4, 'apply', without, '--auto-approve');
  const allowed = ['--allow', 'delete:config,deletes:many,store:redirect'];
  await quiet(0, 'apply', plan, ...allowed);
  await quiet(0, 'history', '1');
  await quiet(0, 'history', '1', '--json');
  expect((await work.query('SELECT plan, desired FROM lenkwerk.apply_log')).join()).not.toContain(
    SECRET,
  );
  expect(prefix).not.toBe('');
});

test('a record of it in a store is shown without it', async () => {
  const prefix = uniquePrefix();
  const store = await connectTo([etcdEndpoint()]);
  const written = { id: 1, key: 'kvstore_config', value: { host: 'a', password: SECRET } };
  const value = parseJson(JSON.stringify(written));
  expect(await store.kvwrite(`${prefix}/Config/kvstore_config`, value)).toBe(true);
  const place = ['--kv', `${etcdEndpoint().replace('http', 'etcd')}?prefix=${prefix}`];
  expect(await quiet(0, 'get', '/Config/kvstore_config', ...place)).toContain('"***"');
  expect(await quiet(0, 'get', '/Config/kvstore_config', '--json', ...place)).toContain('"***"');
  const other = { id: 2, key: 'kafka_password', value: SECRET };
  expect(
    await store.kvwrite(`${prefix}/Config/kafka_password`, parseJson(JSON.stringify(other))),
  ).toBe(true);
  expect(await quiet(0, 'get', '/Config/kafka_password', ...place)).toContain('"***"');
  await store.close();
});

test('a manifest with one is refused at its place, by every verb that reads it', async () => {
  const config = (entry: string) => work.manifest(`config:\n  ${entry}\n`);
  const literal = `kvstore_config: { host: a, port: 1, password: ${SECRET} }`;
  const store = `kvstores: { eu: { type: etcd, config: { host: a, passwordEnv: HOME } } }`;
  for (const verb of [['validate'], ['plan'], ['apply', '--auto-approve'], ['verify']]) {
    const { exitCode, stdout, stderr } = await work.run([...verb, config(literal)]);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/cluster\.yaml:4:\d+: config\.kvstore_config\.password: /),
    });
    expect(stdout + stderr).not.toContain(SECRET);
    const named = await work.run([...verb, config(store)]);
    expect(named.stderr).toContain('passwordEnv is not a variable LENKWERK_STORE_*');
  }
});
