/** A manifest that leads an agent or a command to a server of an attacker gets no login. */
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { postgresSource } from '../../../src/publishing/source/postgres-source.js';
import { TargetServer } from '../../../src/publishing/targets/target-server.js';
import { silentLogger } from '../../../src/runtime/logger.js';
import {
  type RecordingServer,
  recordingEtcd,
  recordingPostgres,
} from '../../support/recording-servers.js';
import { type Workplace, workplace } from '../../support/servers/command-cluster.js';
import { uniqueName } from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

const SECRET = 'hunter2';
const ETCD_LOGIN = { ETCDCTL_USER: 'root', ETCDCTL_PASSWORD: SECRET };
/** A name of the loopback address that is not one of those that count as this machine. */
const OTHER_MACHINE = '127.1';

let work: Workplace;
let folder: string;

beforeEach(async () => {
  work = await workplace();
  folder = await mkdtemp(join(tmpdir(), 'lenkwerk-attack-'));
});
afterEach(async () => {
  await work.close();
  await rm(folder, { recursive: true });
});

const record = (key: string, value: unknown) =>
  work.query(`SELECT storage.save_config('${key}', '${JSON.stringify(value)}')`);

/** `get` of the target, which logs in before it reads. */
async function look(
  name: string,
  environment: Readonly<Record<string, string>>,
  ...flags: string[]
) {
  const { exitCode, stderr } = await work.run(['get', '/Servermap', '--target', name, ...flags], {
    environment,
  });
  expect({ exitCode, stderr }).not.toMatchObject({ exitCode: 0 });
  expect(stderr).not.toContain(SECRET);
  return stderr;
}

/** An agent with these variables, until it has tried the store. */
async function serve(
  variables: Readonly<Record<string, string>>,
  server: RecordingServer,
): Promise<void> {
  const stop = new AbortController();
  const agents = new TargetServer({
    database: postgresSource(connectionSettings({ url: work.url }, {})),
    logger: silentLogger,
    url: undefined,
    variables,
    secretsDir: undefined,
    project: undefined,
    names: [],
    configPollMs: 50,
  });
  const ended = agents.run(stop.signal).catch(() => {});
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  await waitFor(() => server.requests() > 1, { what: 'requests to the store' });
}

async function passwordFile(line: string): Promise<Readonly<Record<string, string>>> {
  const PGPASSFILE = join(folder, 'pgpass');
  await writeFile(PGPASSFILE, `${line}\n`);
  await chmod(PGPASSFILE, 0o600);
  return { PGPASSFILE };
}

const etcdAt = ({ port }: RecordingServer, host = '127.0.0.1', more: object = {}) => ({
  type: 'etcd',
  config: { endpoints: [`${host}:${port}`], ...more },
});

const postgresAt = ({ port }: RecordingServer, host: string, more: object = {}) => ({
  type: 'postgres',
  config: { host, port, dbname: 'kv', user: 'worker', ...more },
});

test('the servers record a login that a flag or a variable leads to them', async () => {
  const [etcd, postgres] = [await recordingEtcd(), await recordingPostgres()];
  await look('default', ETCD_LOGIN, '--kv', `etcd://127.0.0.1:${etcd.port}`);
  expect(etcd.received()).toContain(SECRET);
  const place = `postgres://worker@${OTHER_MACHINE}:${postgres.port}/kv`;
  const pgpass = await passwordFile(`*:*:*:worker:${SECRET}`);
  await look('default', { ...pgpass, LENKWERK_STORE: place });
  expect(postgres.received()).toContain(SECRET);
});

test("kvstores gets nothing of etcdctl's variables, from a command and from an agent", async () => {
  const etcd = await recordingEtcd();
  const extra = uniqueName('extra');
  await record('kvstores', { [extra]: etcdAt(etcd) });
  await look(extra, ETCD_LOGIN);
  await serve(ETCD_LOGIN, etcd);
  expect(etcd.received()).not.toContain(SECRET);
});

test('kvstore_config gets none either, nor with a user of its own', async () => {
  const etcd = await recordingEtcd();
  await record('kvstore_config', etcdAt(etcd, '127.0.0.1', { user: 'root' }).config);
  await look('default', { ...ETCD_LOGIN, ETCDCTL_USER: `root:${SECRET}` });
  expect(etcd.requests()).toBeGreaterThan(0);
  expect(etcd.received()).not.toContain(SECRET);
});

test('variables of another driver than the recorded one lead nowhere', async () => {
  const [etcd, postgres] = [await recordingEtcd(), await recordingPostgres()];
  await record('kvstore_type', 'postgres');
  await record('kvstore_config', postgresAt(postgres, '127.0.0.1').config);
  const variables = { ...ETCD_LOGIN, ETCDCTL_ENDPOINTS: `127.0.0.1:${etcd.port}` };
  await look('default', { ...variables, PGPASSWORD: SECRET });
  expect(postgres.requests()).toBeGreaterThan(0);
  expect(etcd.requests()).toBe(0);
  expect(postgres.received()).not.toContain(SECRET);
});

test.each([
  `*:*:*:worker:${SECRET}`,
  `*:*:*:*:${SECRET}`,
  `db.example.com:*:*:*:${SECRET}`,
  `${OTHER_MACHINE}:*:*:*:${SECRET}`,
])('a recorded PostgreSQL without TLS gets no password of the line %s', async (line) => {
  const postgres = await recordingPostgres();
  await record('kvstores', { eu: postgresAt(postgres, OTHER_MACHINE) });
  const variables = { ...(await passwordFile(line)), PGPASSWORD: SECRET };
  expect(await look('eu', variables)).toContain('sslmode');
  expect(postgres.requests()).toBeGreaterThan(0);
  expect(postgres.received()).not.toContain(SECRET);
});

test('a line that names the recorded host counts on this machine, one with * does not', async () => {
  const postgres = await recordingPostgres();
  await record('kvstores', { eu: postgresAt(postgres, '127.0.0.1') });
  await look('eu', await passwordFile(`*:*:*:worker:${SECRET}`));
  expect(postgres.received()).not.toContain(SECRET);
  await look('eu', await passwordFile(`127.0.0.1:*:*:worker:${SECRET}`));
  expect(postgres.received()).toContain(SECRET);
});

test.each([
  { ssl: true },
  { tls: 'true' },
  { ssl: 1 },
  { sslmode: 'require' },
  { ssl: true, sslmode: 'disable' },
])('what asks for TLS sends nothing but a request for it: %j', async (more) => {
  const postgres = await recordingPostgres();
  await record('kvstores', { eu: postgresAt(postgres, '127.0.0.1', more) });
  await look('eu', await passwordFile(`127.0.0.1:*:*:worker:${SECRET}`));
  expect(postgres.received()).not.toMatch(/hunter2|worker/);
});

test.each([{ ssl: true }, { tls: 'yes' }, { ssl: 'true', user: 'root', password: SECRET }])(
  'nor does an etcd that is recorded with %j get a request in plain text',
  async (more) => {
    const etcd = await recordingEtcd();
    await record('kvstores', { eu: etcdAt(etcd, '127.0.0.1', more) });
    await look('eu', {});
    expect(etcd.requests()).toBe(0);
  },
);

test.each([
  { user: 'root', passwordEnv: 'ETCDCTL_PASSWORD' },
  { user: 'root', passwordEnv: 'PGPASSWORD' },
  { userEnv: 'AWS_SECRET_ACCESS_KEY', password: 'x' },
  { user: 'root', passwordEnv: 'LENKWERK_STORE/../PGPASSWORD' },
  { user: 'root', passwordFile: '../../etc/passwd' },
  { user: 'root', passwordFile: '../outside' },
  { user: 'root', passwordFile: 'link' },
  { user: 'root', passwordFile: 'links/outside' },
])('a reference that leads elsewhere is not followed: %j', async (more) => {
  const etcd = await recordingEtcd();
  const secrets = join(folder, 'secrets');
  await mkdir(secrets);
  await writeFile(join(folder, 'outside'), SECRET);
  await symlink('../outside', join(secrets, 'link'));
  await symlink('..', join(secrets, 'links'));
  await record('kvstores', { eu: etcdAt(etcd, '127.0.0.1', more) });
  const variables = { ...ETCD_LOGIN, PGPASSWORD: SECRET, AWS_SECRET_ACCESS_KEY: SECRET };
  await look('eu', variables, '--secrets-dir', secrets);
  expect(etcd.requests()).toBe(0);
});

test('a reference within its bounds logs in', async () => {
  const etcd = await recordingEtcd();
  await mkdir(join(folder, 'eu'));
  await writeFile(join(folder, 'eu', 'password'), `${SECRET}-file\n`);
  const login = { userEnv: 'LENKWERK_STORE_USER', passwordFile: 'eu/password' };
  await record('kvstores', {
    file: etcdAt(etcd, '127.0.0.1', { ...login, prefix: '/a' }),
    env: etcdAt(etcd, '127.0.0.1', { user: 'u', passwordEnv: 'LENKWERK_STORE_P', prefix: '/b' }),
  });
  const variables = { LENKWERK_STORE_USER: 'worker', LENKWERK_STORE_P: `${SECRET}-env` };
  await look('file', variables, '--secrets-dir', folder);
  await look('env', variables);
  expect(etcd.received()).toContain(`${SECRET}-file`);
  expect(etcd.received()).toContain(`${SECRET}-env`);
});
