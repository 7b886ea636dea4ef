import { describe, expect, test } from 'vitest';
import { recordedLogin } from '../../../../src/kvstore/recorded-login.js';
import {
  describeRedis,
  placesOfRedis,
  type RedisSettings,
  redisFromConfig,
  redisFromUrl,
} from '../../../../src/kvstore/redis/settings.js';
import type { Variables } from '../../../../src/kvstore/settings.js';
import { isJsonObject, parseJson } from '../../../../src/model/json.js';
import { errorOf } from '../../../support/error-of.js';

const SOMEWHERE: RedisSettings = {
  ...{ kind: 'redis', endpoints: ['a:6379'], prefix: '', database: 0, sentinel: undefined },
  ...{ tls: undefined, auth: undefined, isRecorded: false },
};

const fromUrl = (text: string, variables: Variables = {}) => {
  const kind = text.startsWith('valkey') ? 'valkey' : 'redis';
  return redisFromUrl(kind)({ text, source: 'private' }, variables);
};

function fromConfig(text: string): RedisSettings {
  const config = parseJson(text);
  if (!isJsonObject(config)) throw new Error(`not an object: ${text}`);
  const login = recordedLogin(
    { fields: config, origin: 'kvstore_config' },
    { variables: {}, secretsDir: undefined },
  );
  return redisFromConfig('redis')(config, { login, variables: {} });
}

const login = (username: string, password: string) => ({ auth: { username, password } });

describe('a URL', () => {
  test.each<readonly [string, Partial<RedisSettings>]>([
    ['redis://a', {}],
    ['redis://a/', {}],
    ['valkey://a', { kind: 'valkey' }],
    ['redis://a/3', { database: 3 }],
    ['redis://a:1,b,[::1]:3/0', { endpoints: ['a:1', 'b:6379', '[::1]:3'] }],
    ['redis://a?prefix=/eu/', { prefix: '/eu' }],
    ['redis://a/2?sentinel=main&prefix=/eu', { database: 2, prefix: '/eu', sentinel: 'main' }],
    ['rediss://a', { tls: {} }],
    ['valkeys://a?ca=/c.pem', { kind: 'valkey', tls: { caFile: '/c.pem' } }],
    ['redis://agent:p%40w@a', login('agent', 'p@w')],
    ['redis://:secret@a', login('default', 'secret')],
  ])('%s', (url, expected) => {
    expect(fromUrl(url)).toEqual({ ...SOMEWHERE, ...expected });
  });

  test('the password of the environment is that of the user, or of the default one', () => {
    const variables = { REDISCLI_AUTH: 'secret' };
    expect(fromUrl('redis://agent@a', variables)).toMatchObject(login('agent', 'secret'));
    expect(fromUrl('redis://a', variables)).toMatchObject(login('default', 'secret'));
    expect(fromUrl('redis://a', { REDISCLI_AUTH: '' }).auth).toBeUndefined();
  });

  test.each([
    ['redis://a/b', 'the database of a redis is a number'],
    ['redis://a/1/2', 'the database of a redis is a number'],
    ['redis://a/-1', 'the database of a redis is a number'],
    ['redis://a?sentinel=', 'not the name of a primary at Sentinels'],
    ['redis://a?sentinel=a%20b', 'not the name of a primary at Sentinels'],
    ['redis://a?db=1', 'unknown parameter'],
    ['redis://agent@a', 'has no password'],
  ])('%s is refused', (url, message) => {
    const refusal = errorOf(() => fromUrl(url));
    expect(refusal.code).toBe('usage');
    expect(refusal.message).toContain(message);
  });
});

describe('a config', () => {
  test.each<readonly [string, Partial<RedisSettings>]>([
    ['{"host": "a"}', {}],
    ['{"host": "a", "db": 4}', { database: 4 }],
    ['{"host": "a", "db": "4", "prefix": "/eu"}', { database: 4, prefix: '/eu' }],
    ['{"endpoints": ["a", "b"], "sentinel": "main"}', { endpoints: ['a:6379', 'b:6379'] }],
    ['{"host": "localhost", "password": "p"}', login('default', 'p')],
    ['{"host": "localhost", "user": "u", "password": "p"}', login('u', 'p')],
  ])('%s', (text, expected) => {
    expect(fromConfig(text)).toMatchObject({ isRecorded: true, ...expected });
  });

  test('a database that is no number, and a login in plain text elsewhere, are refused', () => {
    const texts = ['{"host": "a", "db": "main"}', '{"host": "a", "password": "p"}'];
    for (const text of texts) expect(errorOf(() => fromConfig(text)).code).toBe('usage');
  });
});

test('its description is a URL of the same place, without the login', () => {
  for (const url of ['redis://a:1,b:2/3?prefix=/eu&sentinel=main', 'valkeys://a:6379']) {
    expect(describeRedis(fromUrl(url))).toBe(url);
  }
  expect(describeRedis(fromUrl('redis://u:secret@a?sentinel=x'))).toBe('redis://a:6379?sentinel=x');
});

test('places are the same for both kinds, and differ by database and by name', () => {
  const places = (url: string) => placesOfRedis(fromUrl(url));
  expect(places('redis://a,b?prefix=/eu')).toEqual(places('valkeys://a,b'));
  expect(new Set(['redis://a', 'redis://a/1', 'redis://a?sentinel=x'].flatMap(places)).size).toBe(
    3,
  );
});
