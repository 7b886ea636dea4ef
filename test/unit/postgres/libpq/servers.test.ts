/** Lists of servers in URLs and variables. */
import { describe, expect, test } from 'vitest';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import { describeServers } from '../../../../src/postgres/libpq/servers.js';
import { takeParameter } from '../../../../src/postgres/libpq/url.js';
import { errorOf } from '../../../support/error-of.js';

/** `host@address:port` of each. */
function serversOf(url: string | undefined, env: Readonly<Record<string, string>> = {}) {
  return connectionSettings({ url }, env).servers.map(({ host, address, port }) =>
    address === undefined ? `${host}:${port}` : `${host}@${address}:${port}`,
  );
}

describe('the servers of a URL', () => {
  test.each([
    ['postgres://', ['localhost:5432']],
    ['postgres://h1:1,h2:2/d', ['h1:1', 'h2:2']],
    ['postgres://h1,h2:2/d', ['h1:5432', 'h2:2']],
    ['postgres://,h2/d', ['localhost:5432', 'h2:5432']],
    ['postgres://u@[::1]:1,[fe80::2%25eth0]/d', ['::1:1', 'fe80::2%eth0:5432']],
    ['postgres://%2Frun%2Fa,%2Frun%2Fb:1/d', ['/run/a:5432', '/run/b:1']],
    ['postgres:///d?host=a,b&port=1,2', ['a:1', 'b:2']],
    ['postgres://a,b/d?port=7', ['a:7', 'b:7']],
    ['postgres://a/d?hostaddr=10.0.0.1', ['a@10.0.0.1:5432']],
    ['postgres://a,b/d?hostaddr=,10.0.0.1', ['a:5432', 'b@10.0.0.1:5432']],
    ['postgres:///d?hostaddr=10.0.0.1,::2', ['10.0.0.1@10.0.0.1:5432', '::2@::2:5432']],
    ['postgres://a+b/d?port=%31', ['a+b:1']],
  ])('%s', (url, servers) => {
    expect(serversOf(url)).toEqual(servers);
  });

  test.each([
    ['postgres://h1,h2/d?port=1,2,3', 'the lists of the database do not match'],
    ['postgres://h1,h2/d?hostaddr=10.0.0.1', 'the lists of the database do not match'],
    ['postgres://h/d?hostaddr=db', 'not an address: db'],
    ['postgres://%40sock/d', 'not supported: an abstract socket'],
    ['postgres://[::1/d', 'cannot be read'],
    ['postgres://[]/d', 'cannot be read'],
    ['postgres://h:1:2/d', 'cannot be read'],
    ['postgres://h/d?x', 'not NAME=VALUE'],
    ['postgres://h/d%00', 'has a %00'],
    ['postgres://h/d\n', 'cannot be read'],
    ['postgres://h/d?sslmode=allow&hostaddr=::1&sslrootcert=system', 'too weak'],
    ['postgres://h/d?sslnegotiation=direct', 'too weak'],
    ['postgres:///d?hostaddr=::1&sslmode=verify-full', 'needs a host'],
    ['postgres://h/d?ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2', 'no TLS'],
  ])('are refused: %s', (url, message) => {
    const refusal = errorOf(() => connectionSettings({ url }, {}));
    expect(refusal.code).toBe('usage');
    expect(refusal.message).toContain(message);
  });

  test('are named with the address that a host was given', () => {
    const named = (url: string) => describeServers(connectionSettings({ url }, {}).servers);
    expect(named('postgres://a,b/d?hostaddr=,10.0.0.1')).toBe('a:5432,b (10.0.0.1):5432');
    expect(named('postgres:///d?hostaddr=10.0.0.1&port=7')).toBe('10.0.0.1:7');
    expect(named('postgres://10.0.0.1/d?hostaddr=10.0.0.1')).toBe('10.0.0.1:5432');
  });

  test('are not those of a variable, even where a part is empty', () => {
    const env = { PGHOST: 'other', PGPORT: '7' };
    expect(serversOf('postgres://h/d', env)).toEqual(['h:7']);
    expect(serversOf('postgres://h/d?port=', env)).toEqual(['h:5432']);
    expect(serversOf('postgres:///d?host=', env)).toEqual(['localhost:7']);
  });
});

test('a parameter of ours is taken out of a URL, and the rest stays as it is', () => {
  const url = 'postgres://a,b/d?x=%26&prefix=%2Feu&sslmode=require';
  expect(takeParameter(url, 'prefix')).toEqual({
    url: 'postgres://a,b/d?x=%26&sslmode=require',
    values: ['/eu'],
  });
  expect(takeParameter('postgres://h/d', 'prefix')).toEqual({ url: 'postgres://h/d', values: [] });
});

test('of several servers one that takes writes is looked for, where nothing else is asked', () => {
  const attributes = (url: string) => connectionSettings({ url }, {}).attributes;
  expect(attributes('postgres://a,b/d')).toBe('read-write');
  expect(attributes('postgres://a/d')).toBe('any');
  expect(attributes('postgres://a,b/d?target_session_attrs=standby')).toBe('standby');
});

test('ssl=true of JDBC is sslmode=require', () => {
  expect(connectionSettings({ url: 'postgres://h/d?ssl=true' }, {}).tls.mode).toBe('require');
});

test('the authorities of the system ask for verify-full, unless a mode is given', () => {
  const { tls } = connectionSettings({ url: 'postgres://h/d?sslrootcert=system' }, {});
  expect(tls.mode).toBe('verify-full');
});
