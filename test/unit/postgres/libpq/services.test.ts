/** Services: where they are looked for, what precedes them, and which password goes there. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  connectionSettings,
  databaseDestination,
} from '../../../../src/postgres/connection-settings.js';
import { findPassword } from '../../../../src/postgres/credentials.js';
import { findService, readServiceFiles } from '../../../../src/postgres/libpq/service-file.js';
import { type ConnectionFlags, servicePlaces } from '../../../../src/postgres/libpq/sources.js';
import { errorOf } from '../../../support/error-of.js';
import { scratchFolder } from '../../../support/scratch.js';
import { firstServer } from '../../../support/settings/first-server.js';

const services = [
  { path: '/own', text: '[eu]\nhost=db.eu\nport=7\nuser=anna\npassword=s-pw\n[user]\nuser=u\n' },
  { path: '/system', text: '[eu]\nhost=other\n[us]\nhost=db.us\r\n\n# comment\n  port=8\n' },
];

const settings = (flags: ConnectionFlags, env: Readonly<Record<string, string>>) =>
  connectionSettings({ ...flags, services }, env);

test('a service precedes the variables, and flags and URLs precede it', () => {
  const env = { PGSERVICE: 'eu', PGHOST: 'pg', PGUSER: 'bob', PGDATABASE: 'd' };
  expect(settings({}, env)).toMatchObject({
    ...{ servers: [{ host: 'db.eu', port: 7 }], username: 'anna', database: 'd' },
  });
  expect(settings({ username: 'eve' }, env)).toMatchObject({ username: 'eve' });
  expect(settings({ url: 'postgres://h/x' }, env)).toMatchObject({
    ...{ servers: [{ host: 'h', port: 7 }], username: 'anna', database: 'x' },
  });
  expect(settings({ url: 'postgres:///?service=us' }, env)).toMatchObject({
    ...{ servers: [{ host: 'db.us', port: 8 }], username: 'bob' },
  });
});

test('each part is shown with its origin', () => {
  const { parts } = databaseDestination({ services }, { PGSERVICE: 'eu' });
  const from = 'service eu in /own';
  expect(parts).toContainEqual({ name: 'host', value: 'db.eu', from });
  expect(parts).toContainEqual({ name: 'service', value: 'eu', from: 'PGSERVICE' });
});

describe('the password', () => {
  const project = (fields: Readonly<Record<string, string>>) => ({ origin: 'o', fields });
  const PG = { PGPASSWORD: 'pg-pw' };

  test('of a service goes to its own host alone', () => {
    const of = (flags: ConnectionFlags, env = {}) =>
      settings(flags, { PGSERVICE: 'eu', ...env }).password;
    expect(of({})).toBe('s-pw');
    expect(of({}, PG)).toBe('s-pw');
    expect(of({ host: 'flag' })).toBeUndefined();
    expect(of({ host: 'flag' }, PG)).toBe('pg-pw');
    expect(of({ url: 'postgres://h/x' })).toBeUndefined();
    expect(of({ project: project({ host: 'h' }) }, PG)).toBeUndefined();
  });

  test('of the variables goes to a service as to a host of the variables', () => {
    expect(settings({}, { PGSERVICE: 'us', ...PG }).password).toBe('pg-pw');
    expect(settings({ url: 'postgres:///?service=us' }, PG).password).toBe('pg-pw');
  });

  // The repository chooses among hosts that the operator wrote down, and cannot name another one.
  test('goes to a service that the project file names: its host is not recorded', () => {
    const named = settings({ project: project({ service: 'us' }) }, PG);
    expect(named).toMatchObject({ password: 'pg-pw', isRecorded: false });
    const own = settings({ project: project({ service: 'eu', database: 'x' }) }, PG);
    expect(own).toMatchObject({ password: 's-pw', isRecorded: false, database: 'x' });
  });

  test('does not go to an address of the project file beside a host of the variables', () => {
    const env = { ...PG, PGHOST: 'db' };
    const found = settings({ project: project({ hostaddr: '10.0.0.1' }) }, env);
    expect(found).toMatchObject({ password: undefined, isRecorded: true });
  });

  test('of the file is not that of a host whose address the project file names', async () => {
    const folder = await scratchFolder();
    const PGPASSFILE = join(folder, 'pass');
    const fields = { host: 'db.eu', hostaddr: '10.0.0.1', user: 'u' };
    const found = firstServer(settings({ project: project(fields) }, { PGPASSFILE }));
    writeFileSync(PGPASSFILE, 'db.eu:*:*:u:p\n*:*:*:u:q\n', { mode: 0o600 });
    await expect(findPassword(found, true)).rejects.toMatchObject({ code: 'database-unavailable' });
    writeFileSync(PGPASSFILE, '10.0.0.1:*:*:u:p\n');
    expect(await findPassword(found, true)).toBe('p');
    await expect(findPassword(found, false)).rejects.toThrow('in plain text');
  });
});

describe('a service file', () => {
  const valuesOf = (text: string) => findService([{ path: '/f', text }], 'x').values;

  test('has the first value of a parameter, in the first section of the name', () => {
    const text = 'junk\n[xy]\nport=1\n[x]\nport=2\nport=3\nuser= a b \n[x]\nhost=h\n';
    expect(valuesOf(text)).toEqual({ PGPORT: '2', PGUSER: ' a b' });
  });

  test.each([
    'port = 1',
    'port',
    'service=y',
    'servicefile=/y',
    'ldap://h/dn?a',
    'no_such=1',
    'requirepeer=a',
  ])('is refused with the line %s', (line) => {
    expect(errorOf(() => valuesOf(`[x]\n${line}\n`)).code).toBe('usage');
    expect(valuesOf(`[y]\n${line}\n[x]\nport=1\n`)).toEqual({ PGPORT: '1' });
  });

  test('that lacks the service leads to the next; none has it: refused', () => {
    expect(findService(services, 'us').file).toBe('/system');
    const { code, message } = errorOf(() => findService(services, 'asia'));
    expect({ code, message }).toEqual({
      code: 'usage',
      message: 'no service is called asia: it is not in /own, /system',
    });
  });

  test('is that of PGSERVICEFILE or the user, then that of the machine', async () => {
    const home = await scratchFolder();
    const systemFolder = join(home, 'etc');
    const named = join(home, 'named');
    const read = (own: string | undefined) =>
      readServiceFiles({ named: own, home, systemFolder }).map(({ path }) => path);
    expect(read(undefined)).toEqual([]);
    mkdirSync(systemFolder);
    for (const path of [named, join(home, '.pg_service.conf')]) writeFileSync(path, '');
    writeFileSync(join(systemFolder, 'pg_service.conf'), '');
    const ofMachine = join(systemFolder, 'pg_service.conf');
    expect(read(undefined)).toEqual([join(home, '.pg_service.conf'), ofMachine]);
    expect(read(named)).toEqual([named, ofMachine]);
    expect(errorOf(() => read(join(home, 'absent'))).message).toContain('no such file');
    expect(errorOf(() => read(systemFolder)).message).toContain('not a regular file');
  });

  test('is read only where a source names a service', () => {
    const env = { PGSERVICEFILE: '/f', HOME: '/h', PGSYSCONFDIR: '/etc' };
    expect(servicePlaces({}, env)).toMatchObject({ isNamed: false });
    expect(servicePlaces({}, { ...env, PGSERVICE: 'x' })).toEqual({
      isNamed: true,
      ...{ named: '/f', home: '/h', systemFolder: '/etc' },
    });
    expect(servicePlaces({ url: 'postgres:///?service=x&servicefile=/g' }, env)).toMatchObject({
      named: '/g',
    });
  });
});

test('a store has no services', () => {
  const refusal = errorOf(() => connectionSettings({ url: 'postgres://h/d?service=x' }, {}));
  expect(refusal).toMatchObject({ code: 'usage', message: expect.stringContaining('no store') });
});
