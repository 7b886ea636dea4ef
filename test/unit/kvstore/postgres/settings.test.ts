import { expect, test } from 'vitest';
import {
  describePostgres,
  postgresFromConfig,
  postgresFromUrl,
} from '../../../../src/kvstore/postgres/settings.js';
import { recordedLogin } from '../../../../src/kvstore/recorded-login.js';
import { isJsonObject, parseJson } from '../../../../src/model/json.js';
import { errorOf } from '../../../support/error-of.js';

const fromUrl = (text: string) =>
  postgresFromUrl({ text, source: 'command-line' }, { PGPASSFILE: '/pass' });

function fromConfig(text: string) {
  const config = parseJson(text);
  if (!isJsonObject(config)) throw new Error(`not an object: ${text}`);
  const login = recordedLogin(
    { fields: config, origin: 'kvstore_config' },
    { variables: {}, secretsDir: undefined },
  );
  return postgresFromConfig(config, { login, variables: { PGPASSFILE: '/pass' } });
}

test('a URL has the database, the prefix, and what libpq knows', () => {
  const url = 'postgres://node@kv.example.com:5433/kv?prefix=/eu/&sslmode=verify-full';
  const settings = fromUrl(url);
  expect(settings).toMatchObject({
    prefix: '/eu',
    connection: {
      servers: [{ host: 'kv.example.com', port: 5433 }],
      username: 'node',
      database: 'kv',
      password: undefined,
      passwordFile: '/pass',
      tls: { mode: 'verify-full' },
    },
  });
  expect(describePostgres(settings)).toBe('postgres://node@kv.example.com:5433/kv?prefix=/eu');
});

test('what the database records may hold a password', () => {
  const config = '{"host":"a","dbname":"kv","user":"u","password":"p","prefix":"/eu"}';
  expect(fromConfig(config)).toMatchObject({
    prefix: '/eu',
    connection: {
      servers: [{ host: 'a', port: 5432 }],
      username: 'u',
      database: 'kv',
      password: 'p',
    },
  });
});

test('the database may be a parameter, and a URL that stays private may hold a password', () => {
  expect(fromUrl('postgres://a?dbname=kv').connection.database).toBe('kv');
  expect(fromUrl('postgres://a/k').connection.database).toBe('k');
  expect(fromUrl('postgres://a/kv').prefix).toBe('');
  const text = 'postgres://u:hunter2@a/kv';
  const { connection } = postgresFromUrl({ text, source: 'private' }, {});
  expect(connection.password).toBe('hunter2');
});

test('config may name files and a limit of time', () => {
  const config = `{"host":"a","port":"5433","dbname":"kv","sslmode":"verify-ca","sslrootcert":"/ca",
    "sslcert":"/cert","sslkey":"/key","connect_timeout":7}`;
  expect(fromConfig(config)).toMatchObject({
    prefix: '',
    connection: {
      servers: [{ port: 5433 }],
      password: undefined,
      passwordFile: '/pass',
      connectTimeoutMs: 7_000,
      tls: { mode: 'verify-ca', rootCert: '/ca', cert: '/cert', key: '/key' },
    },
  });
});

test.each([
  'a',
  'postgres://a',
  'postgres://a/',
  'postgres://u:hunter2@a/kv',
  'postgres://a/kv?password=hunter2',
  'postgres://a/kv?prefix=eu',
  'postgres://a/kv?prefix=/a&prefix=/b',
  'postgres://a/kv?unknown=1',
  'postgres://a:x/kv',
  'postgres://u:1?hunter2@a/kv',
  'postgres://u:1/kv?hunter2@a',
  'postgres://u:1/kv?prefix=/hunter2@a',
  'postgres://u:1/hunter2@a/kv',
  'postgres://u:1#hunter2@a/kv',
])('%s is refused on a command line', (url) => {
  const refusal = errorOf(() => fromUrl(url));
  expect(refusal.code).toBe('usage');
  expect(`${refusal.message} ${refusal.hint} ${refusal.cause}`).not.toContain('hunter2');
});

test.each([
  ['{"ssl":true}', 'require'],
  ['{"tls":"on"}', 'require'],
  ['{"ssl":true,"sslmode":"verify-full"}', 'verify-full'],
  ['{"ssl":false}', 'prefer'],
  ['{"ssl":false,"sslmode":"disable"}', 'disable'],
])('%s means sslmode %s', (part, mode) => {
  const { connection } = fromConfig(`{"host":"a","dbname":"kv",${part.slice(1)}`);
  expect(connection).toMatchObject({ isRecorded: true, tls: { mode } });
});

test.each([
  '{"ssl":true,"sslmode":"disable"}',
  '{"ssl":true,"sslmode":"prefer"}',
  '{"ssl":false,"sslmode":"require"}',
  '{"ssl":"perhaps"}',
])('%s is refused', (part) => {
  const refusal = errorOf(() => fromConfig(`{"host":"a","dbname":"kv",${part.slice(1)}`));
  expect(refusal.code).toBe('usage');
});

test.each(['{"dbname":"kv"}', '{"host":"a"}', '{"host":"a","dbname":""}'])(
  '%s is too little',
  (config) => {
    expect(() => fromConfig(config)).toThrow('is missing');
  },
);

test('a password that is missing has a hint about the store, not about the database', () => {
  const url = fromUrl('postgres://node@a/kv').connection.passwordHint;
  expect(url).toContain('the URL of LENKWERK_STORE');
  const recorded = fromConfig('{"host":"a","dbname":"kv"}').connection.passwordHint;
  expect(recorded).toContain('passwordEnv');
  expect(`${url}${recorded}`).not.toContain('LENKWERK_DATABASE');
});
