import { describe, expect, test } from 'vitest';
import {
  describeEtcd,
  type EtcdSettings,
  etcdFromConfig,
  etcdFromUrl,
  etcdFromVariables,
} from '../../../../src/kvstore/etcd/settings.js';
import { recordedLogin } from '../../../../src/kvstore/recorded-login.js';
import type { Variables } from '../../../../src/kvstore/settings.js';
import { isJsonObject, parseJson } from '../../../../src/model/json.js';
import { errorOf } from '../../../support/error-of.js';

const SOMEWHERE = { endpoints: ['a:2379'], prefix: '', tls: undefined, auth: undefined };
const USAGE = expect.objectContaining({ code: 'usage' });

const fromUrl = (text: string, variables: Variables = {}) =>
  etcdFromUrl({ text, source: 'command-line' }, variables);

function fromConfig(text: string): EtcdSettings {
  const config = parseJson(text);
  if (!isJsonObject(config)) throw new Error(`not an object: ${text}`);
  const login = recordedLogin(
    { fields: config, origin: 'kvstore_config' },
    { variables: {}, secretsDir: undefined },
  );
  return etcdFromConfig(config, { login, variables: {} });
}

describe('a URL', () => {
  test.each([
    ['etcd://a', {}],
    ['etcd://a:1,b,[::1]:3/', { endpoints: ['a:1', 'b:2379', '[::1]:3'] }],
    ['etcd://a?prefix=/eu/', { prefix: '/eu' }],
    ['etcd://a/?prefix=%2Feu%2Fwest', { prefix: '/eu/west' }],
    ['etcds://a', { tls: {} }],
    [
      'etcds://a?ca=/c.pem&cert=/x.pem&key=/k.pem',
      { tls: { caFile: '/c.pem', certFile: '/x.pem', keyFile: '/k.pem' } },
    ],
  ])('%s', (url, expected) => {
    expect(fromUrl(url)).toEqual({ ...SOMEWHERE, ...expected });
  });

  test.each([
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
    expect(() => fromUrl(url)).toThrowError(USAGE);
  });

  test('a password is refused on the command line, taken from elsewhere, and never shown', () => {
    const text = 'etcd://worker:p%40ss@a';
    expect(errorOf(() => fromUrl(text))).toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('ETCDCTL_PASSWORD'),
    });
    const auth = { username: 'worker', password: 'p@ss' };
    expect(etcdFromUrl({ text, source: 'private' }, {})).toMatchObject({ auth });
    const unescaped = ['etcd://u:1?hunter2@a', 'etcd://u:hunter2?prefix=/b@a'];
    const malformed = ['etcd://u:hunter2@', 'etcd://u:hunter2@a:b', 'etcd://u:hunter2@x@a'];
    for (const bad of [...malformed, ...unescaped]) {
      for (const source of ['command-line', 'private'] as const) {
        const refusal = errorOf(() => etcdFromUrl({ text: bad, source }, {}));
        expect(`${refusal.message} ${refusal.hint} ${refusal.cause}`).not.toContain('hunter2');
      }
    }
  });

  test('the variables of etcdctl complete it with a login and certificates', () => {
    const variables = { ETCDCTL_PASSWORD: 's', ETCDCTL_CACERT: '/ca.pem', ETCDCTL_USER: 'other' };
    expect(fromUrl('etcds://worker@a', variables)).toMatchObject({
      tls: { caFile: '/ca.pem' },
      auth: { username: 'worker', password: 's' },
    });
    expect(fromUrl('etcd://a', variables).tls).toBeUndefined();
  });
});

describe('the variables of etcdctl', () => {
  test('that hold a login by mistake are refused without showing it', () => {
    const variables = { ETCDCTL_ENDPOINTS: 'https://u:hunter2,x@a' };
    const refusal = errorOf(() => etcdFromVariables(variables, ''));
    expect(`${refusal.message} ${refusal.hint}`).not.toContain('hunter2');
  });

  test('name endpoints in either form, and a login in one variable', () => {
    const variables = { ETCDCTL_ENDPOINTS: 'https://b:1, https://c', ETCDCTL_USER: 'root:a:b' };
    expect(etcdFromVariables(variables, '/eu')).toEqual({
      endpoints: ['b:1', 'c:2379'],
      prefix: '/eu',
      tls: {},
      auth: { username: 'root', password: 'a:b' },
    });
  });

  test('a password variable leaves the colon in the user alone', () => {
    const variables = { ETCDCTL_ENDPOINTS: 'b', ETCDCTL_USER: 'a:b', ETCDCTL_PASSWORD: 'c' };
    const auth = { username: 'a:b', password: 'c' };
    expect(etcdFromVariables(variables, '')).toMatchObject({ auth });
  });

  test('mixed schemes, half a key pair and certificates for http are refused', () => {
    for (const variables of [
      { ETCDCTL_ENDPOINTS: 'https://a,http://b' },
      { ETCDCTL_ENDPOINTS: 'a', ETCDCTL_CERT: '/c' },
      { ETCDCTL_ENDPOINTS: 'http://a', ETCDCTL_CACERT: '/c' },
      { ETCDCTL_ENDPOINTS: 'a', ETCDCTL_USER: 'nobody' },
    ]) {
      expect(() => etcdFromVariables(variables, '')).toThrowError(USAGE);
    }
  });
});

describe('what the database records', () => {
  test.each([
    ['{"host": "a", "port": 2379}', {}],
    ['{"host": "a", "port": "1", "more": [1]}', { endpoints: ['a:1'] }],
    ['{"host": "::1"}', { endpoints: ['[::1]:2379'] }],
    ['{"endpoints": ["https://a", "https://b:1"]}', { endpoints: ['a:2379', 'b:1'], tls: {} }],
    ['{"host": "a", "tls": true}', { tls: {} }],
    ['{"host": "a", "ca": "/c"}', { tls: { caFile: '/c' } }],
    [
      '{"host": "a", "ssl": true, "user": "u", "password": "p"}',
      { tls: {}, auth: { username: 'u', password: 'p' } },
    ],
  ])('%s', (config, expected) => {
    expect(fromConfig(config)).toEqual({ ...SOMEWHERE, ...expected });
  });

  test.each([
    '{}',
    '{"host": ["a"]}',
    '{"host": "a b"}',
    '{"host": "a", "port": 1.5}',
    '{"endpoints": "a"}',
    '{"endpoints": []}',
    '{"endpoints": [1]}',
    '{"host": "a", "tls": false, "ca": "/c"}',
  ])('%s is refused', (config) => {
    expect(() => fromConfig(config)).toThrowError(USAGE);
  });
});

test('a description has the place and no login', () => {
  const settings = fromUrl('etcds://worker@a,b?prefix=/eu', { ETCDCTL_PASSWORD: 'hunter2' });
  expect(describeEtcd(settings)).toBe('etcds://a:2379,b:2379?prefix=/eu');
});
