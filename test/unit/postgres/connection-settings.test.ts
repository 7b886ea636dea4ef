import { describe, expect, it } from 'vitest';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { urlHasPassword } from '../../../src/postgres/libpq/url.js';

const HOME = { HOME: '/home/anna' };

describe('connection settings', () => {
  it('have defaults', () => {
    const settings = connectionSettings({ username: 'anna' }, HOME);
    expect(settings).toMatchObject({
      servers: [{ host: 'localhost', address: undefined, found: undefined, port: 5432 }],
      username: 'anna',
      database: 'lenkwerk',
      password: undefined,
      passwordFile: '/home/anna/.pgpass',
      tls: { mode: 'prefer' },
    });
  });

  it('let flags win over the URL, and the URL over the variables', () => {
    const env = {
      ...HOME,
      PGHOST: 'env-host',
      PGPORT: '1111',
      PGUSER: 'env-user',
      PGDATABASE: 'env-db',
      PGSSLMODE: 'disable',
    };
    const url = 'postgres://url-user@url-host/url-db?sslmode=verify-full&sslrootcert=/ca.pem';
    expect(connectionSettings({ url, host: 'flag-host', dbname: 'flag-db' }, env)).toMatchObject({
      servers: [{ host: 'flag-host', port: 1111 }],
      username: 'url-user',
      database: 'flag-db',
      tls: { mode: 'verify-full', rootCert: '/ca.pem' },
    });
  });

  it('take DATABASE_URL unless another URL is given', () => {
    const env = { ...HOME, DATABASE_URL: 'postgresql://u:p%40ss@from-env:7777/my%20db' };
    expect(connectionSettings({}, env)).toMatchObject({
      servers: [{ host: 'from-env', port: 7777 }],
      password: 'p@ss',
      database: 'my db',
    });
    expect(connectionSettings({ url: 'postgres://u@other/x' }, env)).toMatchObject({
      servers: [{ host: 'other', port: 5432 }],
      password: undefined,
    });
  });

  it('understand addresses, sockets and time limits', () => {
    expect(connectionSettings({ url: 'postgres://u@[::1]:6000/d' }, HOME).servers).toMatchObject([
      { host: '::1', port: 6000 },
    ]);
    const socket = connectionSettings({ url: 'postgres:///d?host=/run/pg&user=u' }, HOME);
    expect(socket).toMatchObject({ database: 'd', username: 'u' });
    expect(socket.servers).toMatchObject([{ host: '/run/pg' }]);
    const timeout = (seconds: string) =>
      connectionSettings({}, { ...HOME, PGCONNECT_TIMEOUT: seconds }).connectTimeoutMs;
    expect(timeout('3')).toBe(3000);
  });

  it.each([
    ['postgres://u@h/d?sslmod=verify-full', 'unknown parameter: sslmod'],
    ['postgres://u@h/d?sslmode=verify', 'not an sslmode: verify'],
    ['mysql://u@h/d', 'cannot be read'],
    ['postgres://u:secret@h1,h2:99999/d', 'not a port: 99999'],
    ['postgres://u@h/%zz', 'broken percent escape'],
    ['postgres://u@h/d?port=0', 'not a port: 0'],
    ['postgres://u@h/d?connect_timeout=soon', 'not a connect timeout'],
  ])('refuse %s', (url, message) => {
    const attempt = () => connectionSettings({ url }, HOME);
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow('secret');
    expect(attempt).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('do not show what may be the end of a password with a ? in it', () => {
    const url = 'postgres://u:5432?hunter2@h/d';
    const refused = expect.objectContaining({ code: 'usage' });
    expect(() => connectionSettings({ url }, HOME)).toThrow(refused);
    expect(() => connectionSettings({ url }, HOME)).not.toThrow(/hunter2/);
  });

  it('recognise a URL that holds a password', () => {
    expect(urlHasPassword('postgres://u@h/d')).toBe(false);
    expect(urlHasPassword('postgres://u:p@h/d')).toBe(true);
    expect(urlHasPassword('postgres://u@h/d?password=p')).toBe(true);
  });
});
