import { describe, expect, test } from 'vitest';
import { recordedLogin } from '../../../../src/kvstore/recorded-login.js';
import type { Variables } from '../../../../src/kvstore/settings.js';
import {
  describeZookeeper,
  type ZookeeperSettings,
  zookeeperFromConfig,
  zookeeperFromUrl,
} from '../../../../src/kvstore/zookeeper/settings.js';
import { isJsonObject, parseJson } from '../../../../src/model/json.js';
import { errorOf } from '../../../support/error-of.js';

const OPEN = { rights: 31, scheme: 'world', id: 'anyone' };
const CREATOR = { rights: 31, scheme: 'auth', id: '' };
const READERS = { rights: 1, scheme: 'world', id: 'anyone' };
const SOMEWHERE = {
  ...{ endpoints: ['a:2181'], prefix: '', chroot: '', tls: undefined, auth: undefined },
  acl: [OPEN],
};
const USAGE = expect.objectContaining({ code: 'usage' });

const fromUrl = (text: string, variables: Variables = {}) =>
  zookeeperFromUrl({ text, source: 'command-line' }, variables);

function fromConfig(text: string): ZookeeperSettings {
  const config = parseJson(text);
  if (!isJsonObject(config)) throw new Error(`not an object: ${text}`);
  const sources = { variables: {}, secretsDir: undefined };
  const login = recordedLogin({ fields: config, origin: 'kvstore_config' }, sources);
  return zookeeperFromConfig(config, { login, variables: {} });
}

describe('a URL', () => {
  test.each([
    ['zookeeper://a', {}],
    ['zookeeper://a:1,b,[::1]:3/', { endpoints: ['a:1', 'b:2181', '[::1]:3'] }],
    ['zookeeper://a/bagger/x?prefix=/eu', { chroot: '/bagger/x', prefix: '/eu' }],
    ['zookeepers://a', { tls: {} }],
    [
      'zookeepers://a/b?ca=/c.pem&cert=/x.pem&key=/k.pem',
      { chroot: '/b', tls: { caFile: '/c.pem', certFile: '/x.pem', keyFile: '/k.pem' } },
    ],
    ['zookeeper://a?acl=creator,read:world', { acl: [CREATOR, READERS] }],
    [
      'zookeeper://a?acl=open,read:u:Wx1%2B%2F%3D',
      { acl: [OPEN, { rights: 1, scheme: 'digest', id: 'u:Wx1+/=' }] },
    ],
  ])('%s', (url, expected) => {
    expect(fromUrl(url)).toEqual({ ...SOMEWHERE, ...expected });
  });

  test.each([
    'zookeeper://',
    'zookeeper://a:0',
    'zookeeper://a,',
    'zookeeper://a//b',
    'zookeeper://a?prefix=eu',
    'zookeeper://a?chroot=/b',
    'zookeeper://a?ca=/c.pem',
    'zookeepers://a?cert=/x.pem',
    'zookeeper://a?acl=',
    'zookeeper://a?acl=write:u:x',
    'zookeeper://a?acl=read:u',
    'zookeeper://worker@a',
  ])('%s is refused', (url) => {
    expect(() => fromUrl(url)).toThrowError(USAGE);
  });

  test('a user writes alone by default, and each client reads', () => {
    const settings = fromUrl('zookeeper://worker@a', { ZOOKEEPER_PASSWORD: 's' });
    const auth = { username: 'worker', password: 's' };
    expect(settings).toEqual({ ...SOMEWHERE, auth, acl: [CREATOR, READERS] });
  });

  test('a password is refused on the command line, and never shown', () => {
    const refusal = errorOf(() => fromUrl('zookeeper://u:hunter2@a'));
    expect(refusal).toMatchObject({
      code: 'usage',
      hint: 'put it into the variable ZOOKEEPER_PASSWORD, and only the user into the URL',
    });
    for (const bad of [
      'zookeeper://u:hunter2@',
      'zookeeper://u:1/hunter2@a',
      'zookeeper://u:1?hunter2@a',
    ]) {
      const { message, hint, cause } = errorOf(() => fromUrl(bad));
      expect(`${message} ${hint} ${cause}`).not.toContain('hunter2');
    }
  });

  test('the project file sends no password to another machine in plain text', () => {
    const read = (text: string) =>
      zookeeperFromUrl({ text, source: 'repository' }, { ZOOKEEPER_PASSWORD: 's' });
    expect(() => read('zookeeper://u@a')).toThrowError(USAGE);
    expect(read('zookeeper://u@127.0.0.1').auth).toEqual({ username: 'u', password: 's' });
    expect(read('zookeepers://u@a').tls).toEqual({});
  });
});

describe('what the database records', () => {
  test.each([
    ['{"host": "a", "port": 2181}', {}],
    ['{"host": "a", "chroot": "/b", "prefix": "/eu"}', { chroot: '/b', prefix: '/eu' }],
    ['{"endpoints": ["a", "b:1"]}', { endpoints: ['a:2181', 'b:1'] }],
    ['{"host": "a", "tls": true, "acl": "creator"}', { tls: {}, acl: [CREATOR] }],
    [
      '{"host": "a", "ssl": true, "user": "u", "password": "p"}',
      { tls: {}, auth: { username: 'u', password: 'p' }, acl: [CREATOR, READERS] },
    ],
  ])('%s', (config, expected) => {
    expect(fromConfig(config)).toEqual({ ...SOMEWHERE, ...expected });
  });

  test.each([
    '{}',
    '{"host": "a", "chroot": "b"}',
    '{"host": "a", "chroot": 1.5}',
    '{"host": "a", "acl": "everyone"}',
    '{"host": "a", "user": "u", "password": "p"}',
  ])('%s is refused', (config) => {
    expect(() => fromConfig(config)).toThrowError(USAGE);
  });
});

test('a description has the chroot and no login', () => {
  const settings = fromUrl('zookeepers://u@a,b:1/c?prefix=/eu', { ZOOKEEPER_PASSWORD: 's' });
  expect(describeZookeeper(settings)).toBe('zookeepers://a:2181,b:1/c?prefix=/eu');
});
