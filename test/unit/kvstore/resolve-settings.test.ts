import { describe, expect, test } from 'vitest';
import { parseStoreUrl } from '../../../src/kvstore/etcd/settings.js';
import { resolveStoreSettings, settingsFromConfig } from '../../../src/kvstore/resolve-settings.js';
import { describeStore } from '../../../src/kvstore/settings.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { parseJson } from '../../../src/model/json.js';

const fromUrl = (text: string, variables: Record<string, string> = {}) =>
  resolveStoreSettings({ url: { text, source: 'command-line' }, variables });

const fromDatabase = (config: string, variables: Record<string, string> = {}) =>
  resolveStoreSettings({ variables, database: { type: 'etcd', config: parseJson(config) } });

function errorOf(call: () => unknown): LenkwerkError {
  try {
    call();
  } catch (error) {
    if (error instanceof LenkwerkError) return error;
  }
  throw new Error('no LenkwerkError was thrown');
}

describe('a URL', () => {
  test.each([
    ['etcd://a', { endpoints: ['a:2379'], prefix: '' }],
    ['etcd://a:1,b,[::1]:3/', { endpoints: ['a:1', 'b:2379', '[::1]:3'], prefix: '' }],
    ['etcd://a?prefix=/eu/', { endpoints: ['a:2379'], prefix: '/eu' }],
    ['etcd://a/?prefix=%2Feu%2Fwest', { endpoints: ['a:2379'], prefix: '/eu/west' }],
    ['etcds://a', { endpoints: ['a:2379'], prefix: '', tls: {} }],
    [
      'etcds://a?ca=/c.pem&cert=/x.pem&key=/k.pem',
      {
        endpoints: ['a:2379'],
        prefix: '',
        tls: { caFile: '/c.pem', certFile: '/x.pem', keyFile: '/k.pem' },
      },
    ],
  ])('%s', (url, expected) => {
    expect(fromUrl(url)).toEqual({ driver: 'etcd', ...expected });
  });

  test.each([
    'http://a',
    'etcd://',
    'etcd://a:0',
    'etcd://a:65536',
    'etcd://a,',
    'etcd://a/b',
    'etcd://http://a',
    'etcd://a?prefix=eu',
    'etcd://a?prefix=//eu',
    'etcd://a?prefix=/a&prefix=/b',
    'etcd://a?prefx=/a',
    'etcd://a?ca=/c.pem',
    'etcds://a?cert=/x.pem',
    'etcd://a#b',
    'etcd://%zz@a',
    'etcd://worker@a',
  ])('%s is refused', (url) => {
    expect(() => fromUrl(url)).toThrowError(expect.objectContaining({ code: 'usage' }));
  });

  test('a password is refused on the command line, taken from elsewhere, and never shown', () => {
    const url = 'etcd://worker:p%40ss@a';
    expect(() => parseStoreUrl(url, 'command-line')).toThrow(/ETCDCTL_PASSWORD|command line/);
    expect(parseStoreUrl(url, 'private')).toMatchObject({ username: 'worker', password: 'p@ss' });
    const unescaped = ['etcd://u:1?hunter2@a', 'etcd://u:hunter2?prefix=/b@a'];
    const malformed = ['etcd://u:hunter2@', 'etcd://u:hunter2@a:b', 'etcd://u:hunter2@x@a'];
    for (const bad of [...malformed, ...unescaped]) {
      for (const source of ['command-line', 'private'] as const) {
        const refusal = errorOf(() => parseStoreUrl(bad, source));
        expect(`${refusal.message} ${refusal.hint} ${refusal.cause}`).not.toContain('hunter2');
      }
    }
  });
});

describe('a PostgreSQL store', () => {
  const variables = { PGPASSFILE: '/pass', PGPASSWORD: 'of-lenkwerk', PGHOST: 'lenkwerk' };

  test('by a URL: the database, the prefix, and what libpq knows', () => {
    const url = 'postgres://node@kv.example.com:5433/kv?prefix=/eu/&sslmode=verify-full';
    const settings = fromUrl(url, { ...variables, ETCDCTL_ENDPOINTS: 'elsewhere' });
    expect(settings).toMatchObject({
      driver: 'postgres',
      prefix: '/eu',
      connection: {
        host: 'kv.example.com',
        port: 5433,
        username: 'node',
        database: 'kv',
        password: undefined,
        passwordFile: '/pass',
        tls: { mode: 'verify-full' },
      },
    });
    expect(describeStore(settings)).toBe('postgres://node@kv.example.com:5433/kv?prefix=/eu');
  });

  test('by what the database records', () => {
    const database = {
      type: 'postgres',
      config: parseJson('{"host":"a","dbname":"kv","user":"u","password":"p","prefix":"/eu"}'),
    };
    expect(resolveStoreSettings({ variables, database })).toMatchObject({
      prefix: '/eu',
      connection: { host: 'a', port: 5432, username: 'u', database: 'kv', password: 'p' },
    });
  });

  test.each([
    'postgres://a',
    'postgres://u:hunter2@a/kv',
    'postgres://a/kv?password=hunter2',
    'postgres://a/kv?prefix=eu',
    'postgres://a/kv?prefix=/a&prefix=/b',
    'postgres://a/kv?unknown=1',
    'postgres://a:x/kv',
    'postgres://u:1?hunter2@a/kv',
    'postgres://u:1/kv?hunter2@a',
  ])('%s is refused on a command line', (url) => {
    const refusal = errorOf(() => fromUrl(url));
    expect(refusal.code).toBe('usage');
    expect(`${refusal.message} ${refusal.hint} ${refusal.cause}`).not.toContain('hunter2');
  });

  test.each(['{"dbname":"kv"}', '{"host":"a"}', '{"host":"a","dbname":""}'])(
    '%s is too little',
    (config) => {
      expect(() => settingsFromConfig('postgres', parseJson(config))).toThrow('is missing');
    },
  );
});

describe('the variables of etcdctl', () => {
  test('complete a URL with a login and certificates', () => {
    const variables = { ETCDCTL_PASSWORD: 's', ETCDCTL_CACERT: '/ca.pem', ETCDCTL_USER: 'other' };
    expect(fromUrl('etcds://worker@a', variables)).toMatchObject({
      tls: { caFile: '/ca.pem' },
      auth: { username: 'worker', password: 's' },
    });
  });

  test('that hold a login by mistake are refused without showing it', () => {
    const variables = { ETCDCTL_ENDPOINTS: 'https://u:hunter2,x@a' };
    const refusal = errorOf(() => resolveStoreSettings({ variables }));
    expect(`${refusal.message} ${refusal.hint}`).not.toContain('hunter2');
  });

  test('name endpoints in either form, and leave the prefix to the database', () => {
    const variables = {
      ETCDCTL_ENDPOINTS: 'https://b:1, https://c',
      ETCDCTL_USER: 'root:a:b',
    };
    expect(fromDatabase('{"host": "a", "prefix": "/eu"}', variables)).toEqual({
      driver: 'etcd',
      endpoints: ['b:1', 'c:2379'],
      prefix: '/eu',
      tls: {},
      auth: { username: 'root', password: 'a:b' },
    });
  });

  test('a password variable leaves the colon in the user alone', () => {
    const variables = { ETCDCTL_ENDPOINTS: 'b', ETCDCTL_USER: 'a:b', ETCDCTL_PASSWORD: 'c' };
    const auth = { username: 'a:b', password: 'c' };
    expect(resolveStoreSettings({ variables })).toMatchObject({ auth });
  });

  test('mixed schemes, half a key pair and certificates for http are refused', () => {
    for (const variables of [
      { ETCDCTL_ENDPOINTS: 'https://a,http://b' },
      { ETCDCTL_ENDPOINTS: 'a', ETCDCTL_CERT: '/c' },
      { ETCDCTL_ENDPOINTS: 'http://a', ETCDCTL_CACERT: '/c' },
      { ETCDCTL_ENDPOINTS: 'a', ETCDCTL_USER: 'nobody' },
    ]) {
      expect(() => resolveStoreSettings({ variables })).toThrowError(
        expect.objectContaining({ code: 'usage' }),
      );
    }
  });
});

describe('the database', () => {
  test.each([
    ['{"host": "a", "port": 2379}', { endpoints: ['a:2379'] }],
    ['{"host": "a", "port": "1", "more": [1]}', { endpoints: ['a:1'] }],
    ['{"host": "::1"}', { endpoints: ['[::1]:2379'] }],
    ['{"endpoints": ["https://a", "https://b:1"]}', { endpoints: ['a:2379', 'b:1'], tls: {} }],
    ['{"host": "a", "tls": true}', { endpoints: ['a:2379'], tls: {} }],
    ['{"host": "a", "ca": "/c"}', { endpoints: ['a:2379'], tls: { caFile: '/c' } }],
    [
      '{"host": "a", "user": "u", "password": "p"}',
      { endpoints: ['a:2379'], auth: { username: 'u', password: 'p' } },
    ],
  ])('%s', (config, expected) => {
    expect(fromDatabase(config)).toEqual({ driver: 'etcd', prefix: '', ...expected });
  });

  test.each([
    '{}',
    '[]',
    '"a"',
    '{"host": ["a"]}',
    '{"host": "a b"}',
    '{"host": "a", "port": 1.5}',
    '{"endpoints": "a"}',
    '{"endpoints": []}',
    '{"endpoints": [1]}',
    '{"host": "a", "tls": false, "ca": "/c"}',
  ])('%s is refused', (config) => {
    expect(() => fromDatabase(config)).toThrowError(expect.objectContaining({ code: 'usage' }));
  });

  test('another driver is refused by name', () => {
    expect(() => settingsFromConfig('redis', parseJson('{"host": "a"}'))).toThrow('redis');
  });

  test('its login is never sent to a store that somebody else named', () => {
    const config = '{"host": "a", "user": "u", "password": "p"}';
    expect(fromDatabase(config, { ETCDCTL_ENDPOINTS: 'b' })).not.toHaveProperty('auth');
    const database = { type: undefined, config: parseJson(config) };
    const url = { text: 'etcd://b', source: 'command-line' } as const;
    expect(resolveStoreSettings({ url, variables: {}, database })).not.toHaveProperty('auth');
  });

  test('nothing at all is an error that says what to do', () => {
    expect(() => resolveStoreSettings({ variables: {} })).toThrowError(
      expect.objectContaining({ hint: expect.stringContaining('--kv') }),
    );
  });
});

test('a description has the place and no login', () => {
  const settings = fromUrl('etcds://worker@a,b?prefix=/eu', { ETCDCTL_PASSWORD: 'hunter2' });
  expect(describeStore(settings)).toBe('etcds://a:2379,b:2379?prefix=/eu');
});
