/** `lenkwerk env`: what holds, where it comes from, and no secret. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lenkwerk } from '../../../support/cli/command-line.js';
import { type Workplace, workplace } from '../../../support/servers/command-cluster.js';

let work: Workplace;
beforeEach(async () => {
  work = await workplace();
});
afterEach(() => work.close());

test('the recorded stores, and the origin of each part', async () => {
  const config = { host: 'kv', port: 1, tls: true, user: 'u', passwordEnv: 'LENKWERK_STORE_P' };
  const eu = { type: 'etcd', config: { host: 'eu', passwordEnv: 'HOME', user: 'u' } };
  await work.query(`SELECT storage.save_config('kvstore_config', '${JSON.stringify(config)}'),
                           storage.save_config('kvstores', '${JSON.stringify({ eu })}')`);
  const url = new URL(work.url);
  url.password = 'hunter2';
  const environment = {
    LENKWERK_DATABASE: url.href,
    DATABASE_URL: 'postgres://elsewhere/x',
    LENKWERK_STORE_P: 'hunter3',
  };
  const { exitCode, stdout } = await lenkwerk(['env'], { environment });
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`host: ${url.hostname} (LENKWERK_DATABASE)`);
  expect(stdout).toContain('password: hidden (LENKWERK_DATABASE)');
  expect(stdout).toContain('sslmode: prefer (default)');
  expect(stdout).toContain('store: etcds://kv:1 (kvstore_config)');
  expect(stdout).toContain('login: the recorded user, LENKWERK_STORE_P');
  expect(stdout).toContain('passwordEnv is not a variable LENKWERK_STORE_*');
  expect(stdout).not.toMatch(/hunter\d/);
});

test('--kv and the variables precede what is recorded', async () => {
  await work.query(`SELECT storage.save_config('kvstore_config', '{"host": "kv", "port": 1}')`);
  const environment = { LENKWERK_STORE: 'etcd://u:hunter2@env', ETCDCTL_ENDPOINTS: 'variable' };
  const storeOf = async (...flags: string[]) => {
    const { stdout } = await work.run(['env', '--json', ...flags], { environment });
    expect(stdout).not.toContain('hunter2');
    return JSON.parse(stdout).targets;
  };
  expect(await storeOf('--kv', 'etcd://flag')).toMatchObject([
    { target: 'default', store: { place: 'etcd://flag:2379', from: '--kv' } },
  ]);
  expect(await storeOf()).toMatchObject([
    { store: { place: 'etcd://env:2379', from: 'LENKWERK_STORE' }, login: ['LENKWERK_STORE'] },
  ]);
});

test('a database that is not there leaves what flags and variables name', async () => {
  const environment = { PGHOST: '127.0.0.1', PGPORT: '1', ETCDCTL_ENDPOINTS: 'kv' };
  const { exitCode, stdout } = await lenkwerk(['env'], { environment });
  expect(exitCode).toBe(0);
  expect(stdout).toContain('host: 127.0.0.1 (PGHOST)');
  expect(stdout).toContain('the recorded stores are unknown: cannot connect to');
  expect(stdout).toContain('store: etcd://kv:2379 (ETCDCTL_ENDPOINTS)');
});

test('a malformed URL is refused without being shown', async () => {
  const environment = { DATABASE_URL: 'postgres://u:5432/hunter2@h/d' };
  for (const verb of ['env', 'plan', 'status', 'doctor', 'history', 'agent']) {
    const { exitCode, stdout, stderr } = await lenkwerk([verb], { environment });
    expect({ verb, exitCode }).toEqual({ verb, exitCode: 3 });
    expect(stdout + stderr).not.toContain('hunter2');
  }
});
