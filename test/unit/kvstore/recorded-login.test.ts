import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSecretFile } from '../../../src/kvstore/recorded-login.js';
import { parseJson } from '../../../src/model/json.js';
import { errorOf } from '../../support/error-of.js';
import { storeFrom } from '../../support/store-sources.js';

const recordedStore = (config: object) => ({
  type: undefined,
  config: parseJson(JSON.stringify(config)),
});

describe('references', () => {
  const place = { host: 'recorded', tls: true };
  const from = (config: object, variables = {}, secretsDir?: string) =>
    storeFrom({ variables, secretsDir, recorded: recordedStore({ ...place, ...config }) });

  test('without any the login of a place comes from where libpq looks for it, or from nowhere', () => {
    const config = parseJson('{"host": "h", "dbname": "d"}');
    const { loginFrom } = storeFrom({ variables: {}, recorded: { type: 'postgres', config } });
    expect(loginFrom).toEqual(['.pgpass']);
    expect(from({}).loginFrom).toEqual([]);
  });

  test('name variables LENKWERK_STORE_* and nothing else', () => {
    const variables = {
      LENKWERK_STORE_USER: 'anna',
      LENKWERK_STORE_P: 'pw',
      AWS_SECRET_KEY: 'aws',
    };
    const config = { userEnv: 'LENKWERK_STORE_USER', passwordEnv: 'LENKWERK_STORE_P' };
    const { settings, loginFrom } = from(config, variables);
    expect(settings).toMatchObject({ settings: { auth: { username: 'anna', password: 'pw' } } });
    expect(loginFrom).toEqual(['LENKWERK_STORE_USER', 'LENKWERK_STORE_P']);
  });

  test.each([
    { user: 'u', passwordEnv: 'AWS_SECRET_KEY' },
    { user: 'u', passwordEnv: 'PGPASSWORD' },
    { user: 'u', passwordEnv: 'LENKWERK_STORE_' },
    { user: 'u', passwordEnv: 'LENKWERK_STORE' },
    { user: 'u', passwordEnv: 'XLENKWERK_STORE_P' },
    { user: 'u', passwordEnv: 'LENKWERK_STORE_P\nX' },
    { user: 'u', passwordEnv: 'LENKWERK_STORE_UNSET' },
    { userEnv: 'HOME', password: 'x' },
    { user: 'u', passwordFile: '../../etc/passwd' },
    { user: 'u', passwordFile: '/etc/passwd' },
    { user: 'u', passwordFile: 'a/../../b' },
    { user: 'u', passwordFile: 'a/./b' },
    { user: 'u', passwordFile: 'a//b' },
    { user: 'u', passwordFile: 'a\u0000b' },
    { user: 'u', password: 'x', passwordEnv: 'LENKWERK_STORE_P' },
    { user: 'u', userEnv: 'LENKWERK_STORE_P', password: 'x' },
    { user: 'u', password: '***' },
    { passwordEnv: 'LENKWERK_STORE_P' },
  ])('%j is refused', (config) => {
    const variables = {
      AWS_SECRET_KEY: 'aws',
      PGPASSWORD: 'pg',
      HOME: '/root',
      LENKWERK_STORE_P: 'p',
    };
    expect(errorOf(() => from(config, variables, '/secrets')).code).toBe('usage');
  });

  test('a file needs the folder that it is below', () => {
    const config = { user: 'u', passwordFile: 'eu/password' };
    expect(() => from(config)).toThrow('passwordFile needs --secrets-dir');
    expect(from(config, {}, '/secrets').loginFrom).toContain('the file eu/password');
  });
});

describe('a login in plain text', () => {
  const login = { user: 'u', passwordEnv: 'LENKWERK_STORE_P' };
  const from = (config: object) =>
    storeFrom({
      variables: { LENKWERK_STORE_P: 'pw' },
      recorded: recordedStore({ ...login, ...config }),
    });

  test.each([
    { host: 'a' },
    { host: 'a', ssl: false },
    { host: 'a', ssl: 'no' },
    { endpoints: ['127.0.0.1', 'a'] },
    { host: '127.0.0.1.a.example.com' },
    { host: 'localhost.example.com' },
    { user: 'u', passwordEnv: null, password: 'adopted', host: 'a' },
  ])('goes to no recorded host: %j', (config) => {
    expect(() => from(config)).toThrow('it would go out in plain text');
  });

  test.each([{ host: '127.0.0.1' }, { host: '::1' }, { endpoints: ['localhost:1'] }])(
    'stays on this machine: %j',
    (config) => {
      expect(from(config).settings.type).toBe('etcd');
    },
  );

  test.each([
    { host: 'a', ssl: 'maybe' },
    { host: 'a', ssl: {} },
    { host: 'a', ssl: true, tls: false },
    { endpoints: ['http://a'], ssl: true },
    { endpoints: ['http://a'], ssl: 1 },
  ])('is no way around TLS: %j', (config) => {
    expect(errorOf(() => from(config)).code).toBe('usage');
  });

  test.each([true, 'true', 1, '1', 'on', 'YES'])('ssl %j is TLS', (ssl) => {
    const { settings } = from({ host: 'a', ssl });
    expect(settings.description).toBe('etcds://a:2379');
  });
});

describe('a password file', () => {
  let outer: string;
  let folder: string;

  beforeEach(async () => {
    outer = await mkdtemp(join(tmpdir(), 'lenkwerk-secrets-'));
    folder = join(outer, 'secrets');
    await mkdir(join(folder, 'eu'), { recursive: true });
    await writeFile(join(outer, 'outside'), 'hunter2');
    await writeFile(join(folder, 'eu', 'password'), 's3cret\nsecond line\n');
  });
  afterEach(async () => rm(outer, { recursive: true }));

  test('is its first line, also where a link stays below the folder', async () => {
    await symlink('eu', join(folder, 'current'));
    for (const path of ['eu/password', 'current/password']) {
      expect(await readSecretFile({ folder, path })).toBe('s3cret');
    }
  });

  test('may be below a folder that is a link', async () => {
    await symlink(folder, join(outer, 'link'));
    const path = 'eu/password';
    expect(await readSecretFile({ folder: join(outer, 'link'), path })).toBe('s3cret');
  });

  test.each(['link', 'links/outside', '../outside', 'eu', 'absent', 'empty', 'large'])(
    '%s is not read',
    async (path) => {
      await symlink('../outside', join(folder, 'link'));
      await symlink('..', join(folder, 'links'));
      await writeFile(join(folder, 'empty'), '');
      await writeFile(join(folder, 'large'), 'x'.repeat(5_000));
      const reading = readSecretFile({ folder, path });
      await expect(reading).rejects.toMatchObject({ code: 'environment' });
      await expect(reading).rejects.not.toThrow('hunter2');
    },
  );
});
