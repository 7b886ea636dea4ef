/** Which source names the database, and which password goes there: the product of all sources. */
import { expect, test } from 'vitest';
import {
  connectionSettings,
  type DatabaseDestination,
  databaseDestination,
} from '../../../src/postgres/connection-settings.js';
import type { ConnectionFlags } from '../../../src/postgres/libpq/sources.js';
import { errorOf } from '../../support/error-of.js';

interface Combination {
  readonly host: boolean;
  readonly db: boolean;
  readonly lenkwerk: boolean;
  readonly project: boolean;
  readonly databaseUrl: boolean;
  readonly service: boolean;
  readonly pgHost: boolean;
  readonly pgPassword: boolean;
}

const PROJECT = { origin: 'lenkwerk.yaml: eu', fields: { host: 'project', database: 'x' } };
const SERVICES = [{ path: '/own', text: '[eu]\nhost=service\npassword=service-pw\n' }];

function combinations(): readonly Combination[] {
  return Array.from({ length: 256 }, (_, bits) => {
    const bit = (place: number) => ((bits >> place) & 1) === 1;
    return {
      ...{ host: bit(0), db: bit(1), lenkwerk: bit(2) },
      ...{ databaseUrl: bit(3), pgHost: bit(4), pgPassword: bit(5), project: bit(6) },
      service: bit(7),
    };
  });
}

function sourcesOf(given: Combination): [ConnectionFlags, Readonly<Record<string, string>>] {
  const flags = {
    ...(given.host ? { host: 'flag' } : {}),
    ...(given.db ? { url: 'postgres://u@db/x' } : {}),
    ...(given.project ? { project: PROJECT } : {}),
    services: SERVICES,
  };
  const env = {
    HOME: '/home/anna',
    ...(given.lenkwerk ? { LENKWERK_DATABASE: 'postgres://u:lenkwerk-pw@lenkwerk/x' } : {}),
    ...(given.databaseUrl ? { DATABASE_URL: 'postgres://u:url-pw@url/x' } : {}),
    ...(given.service ? { PGSERVICE: 'eu' } : {}),
    ...(given.pgHost ? { PGHOST: 'pg' } : {}),
    ...(given.pgPassword ? { PGPASSWORD: 'pg-pw' } : {}),
  };
  return [flags, env];
}

function originsOf({ parts }: DatabaseDestination): Readonly<Record<string, string>> {
  return Object.fromEntries(parts.map(({ name, from }) => [name, from]));
}

/** The host, its origin, and the passwords that may go there; the first that is given does. */
function expectedOf(given: Combination): readonly [string, string, string | undefined] {
  const pg = given.pgPassword ? 'pg-pw' : undefined;
  if (given.host) return ['flag', '--host', pg];
  if (given.db) return ['db', '--db', pg];
  if (given.lenkwerk) return ['lenkwerk', 'LENKWERK_DATABASE', 'lenkwerk-pw'];
  if (given.project) return ['project', 'lenkwerk.yaml: eu', undefined];
  if (given.databaseUrl) return ['url', 'DATABASE_URL', 'url-pw'];
  if (given.service) return ['service', 'service eu in /own', 'service-pw'];
  if (given.pgHost) return ['pg', 'PGHOST', pg];
  return ['localhost', 'default', pg];
}

test('each combination has the host of the first, and no password of another', () => {
  expect(combinations()).toHaveLength(256);
  for (const combination of combinations()) {
    const destination = databaseDestination(...sourcesOf(combination));
    const { servers, password } = destination.settings;
    const found = [servers[0]?.host, originsOf(destination)['host'], password];
    expect({ combination, found }).toEqual({ combination, found: expectedOf(combination) });
  }
});

test('the project file counts as a whole: no part of DATABASE_URL, and what libpq has for the rest', () => {
  const env = { DATABASE_URL: 'postgres://url:url-pw@url:7777/y', PGUSER: 'anna', PGPORT: '6000' };
  const fields = { host: 'h', database: 'd', sslmode: 'verify-full', sslrootcert: '/ca.pem' };
  const destination = databaseDestination({ project: { origin: 'o', fields } }, env);
  expect(destination.settings).toMatchObject({
    servers: [{ host: 'h', port: 6000 }],
    ...{ username: 'anna', database: 'd', password: undefined },
    ...{ isRecorded: true, tls: { mode: 'verify-full', rootCert: '/ca.pem' } },
  });
  const origins = { host: 'o', port: 'PGPORT', user: 'PGUSER', database: 'o', sslmode: 'o' };
  expect(originsOf(destination)).toEqual(origins);
});

test('PGPASSWORD goes to a host of PG* that stands beside a database of the project file', () => {
  const project = { origin: 'o', fields: { database: 'd' } };
  const env = { PGHOST: 'pg', PGPASSWORD: 'pg-pw' };
  const found = connectionSettings({ project }, env);
  expect(found).toMatchObject({ database: 'd', password: 'pg-pw', isRecorded: false });
});

test('PGPASSWORD does not go to the host of a URL without a password', () => {
  const env = { PGPASSWORD: 'pg-pw', DATABASE_URL: 'postgres://u@url/x' };
  expect(connectionSettings({}, env).password).toBeUndefined();
  const parts = { ...env, DATABASE_URL: 'postgres:///x', PGHOST: 'pg' };
  expect(connectionSettings({}, parts)).toMatchObject({
    servers: [{ host: 'pg' }],
    password: 'pg-pw',
  });
});

test.each([
  'postgres://u:5432/hunter2@h/d',
  'postgres://u:54/hunter2@h/d',
  'postgres://u:hunter2/x@h/d',
  'postgres://u:1?hunter2@h/d',
  'postgres://u:1#hunter2@h/d',
  'postgres://u:1/d#hunter2',
  'postgres://u:1/d?host=hunter2@h',
  'postgres://u:a@hunter2#x@h/d',
])('%s is refused without being shown', (url) => {
  for (const name of ['LENKWERK_DATABASE', 'DATABASE_URL']) {
    const refusal = errorOf(() => connectionSettings({}, { [name]: url }));
    expect(refusal.code).toBe('usage');
    expect(`${refusal.message} ${refusal.hint} ${refusal.cause}`).not.toContain('hunter2');
  }
});

test('an @ in a user or a password needs no escape, since the last one counts', () => {
  const settings = connectionSettings({ url: 'postgres://u:a@b@h/d' }, {});
  expect(settings).toMatchObject({ password: 'a@b', servers: [{ host: 'h' }] });
});

test.each([
  [{ dbname: 'postgres://u:hunter2@h/d' }, {}],
  [{ dbname: 'host=h password=hunter2' }, {}],
  [{}, { PGDATABASE: 'postgresql://u:hunter2@h/d' }],
  [{ host: 'u:hunter2@h' }, {}],
  [{}, { PGHOST: 'postgres://u:hunter2@h' }],
])(
  'a connection string in the place of a name is refused without being shown: %#',
  (flags, env) => {
    const refusal = errorOf(() => connectionSettings(flags, env));
    expect(refusal.code).toBe('usage');
    expect(`${refusal.message} ${refusal.hint}`).not.toContain('hunter2');
  },
);
