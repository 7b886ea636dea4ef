import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../src/dev/postgres.js';
import { postgresIdentity } from '../../../src/dev/programs/find-postgres.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { queryRows } from '../../support/servers/database-fixture.js';
import { databaseUrl } from '../../support/servers/servers.js';

const run = promisify(execFile);
const PASSWORD = 'only for this test';
let folder: string;
let server: PostgresServer;

/** A self-signed certificate for 127.0.0.1. */
async function makeCertificate(name: string, address: string): Promise<string> {
  const key = join(folder, `${name}.key`);
  const certificate = join(folder, `${name}.crt`);
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '2', '-subj', '/CN=test', '-addext', `subjectAltName=IP:${address}`],
    ...['-keyout', key, '-out', certificate],
  ]);
  await chmod(key, 0o600);
  const identity = await postgresIdentity();
  if (identity !== undefined) await chown(key, identity.uid, identity.gid);
  return certificate;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenkwerk-tls-'));
  await chmod(folder, 0o755);
  await makeCertificate('other', '127.0.0.1');
  server = await startPostgres({
    env: process.env,
    fsync: false,
    password: PASSWORD,
    settings: {
      ssl: 'on',
      ssl_cert_file: await makeCertificate('server', '127.0.0.1'),
      ssl_key_file: join(folder, 'server.key'),
      ssl_ca_file: await makeCertificate('client', '127.0.0.1'),
    },
  });
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

function isEncrypted(env: Record<string, string>, host = '127.0.0.1'): Promise<unknown> {
  return sessionFact('ssl', env, host);
}

/** A column of pg_stat_ssl for the session that these variables lead to. */
async function sessionFact(
  column: string,
  env: Record<string, string>,
  host = '127.0.0.1',
): Promise<unknown> {
  const url = new URL(server.url('postgres'));
  url.password = '';
  const settings = connectionSettings({ url: url.href, host }, { PGPASSWORD: PASSWORD, ...env });
  const client = await openConnection(settings, 'test');
  try {
    const text = `SELECT ${column} FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
    return (await queryRows(client, text))[0]?.[0];
  } finally {
    await client.end();
  }
}

describe('client certificates', () => {
  const withCertificate = (name: string) => ({
    PGSSLMODE: 'require',
    PGSSLCERT: join(folder, `${name}.crt`),
    PGSSLKEY: join(folder, `${name}.key`),
  });

  it('are presented when they are named', async () => {
    expect(await sessionFact('client_dn', withCertificate('client'))).toBe('/CN=test');
    expect(await sessionFact('client_dn', { PGSSLMODE: 'require' })).toBe(null);
  });

  // Often: what the server sends arrives at another moment each time, and nothing may hang.
  it('are refused by a server that does not know who signed them', { repeats: 200 }, async () => {
    await expect(isEncrypted(withCertificate('other'))).rejects.toMatchObject({
      code: 'database-unavailable',
    });
  });

  it('that cannot be read are named', async () => {
    const missing = isEncrypted({ ...withCertificate('client'), PGSSLCERT: '/nowhere/client.crt' });
    await expect(missing).rejects.toThrow('/nowhere/client.crt');
  });
});

describe('a server with TLS', () => {
  const trusted = () => ({ PGSSLROOTCERT: join(folder, 'server.crt') });
  const untrusted = () => ({ PGSSLROOTCERT: join(folder, 'other.crt') });

  it.each([
    ['disable', false],
    ['prefer', true],
    ['require', true],
  ])('is reached with sslmode=%s, encrypted: %s', async (mode, encrypted) => {
    expect(await isEncrypted({ PGSSLMODE: mode })).toBe(encrypted);
  });

  it('is verified with its authority', async () => {
    expect(await isEncrypted({ PGSSLMODE: 'verify-ca', ...trusted() })).toBe(true);
    expect(await isEncrypted({ PGSSLMODE: 'verify-full', ...trusted() })).toBe(true);
  });

  it('is refused under another name by verify-full only', async () => {
    expect(await isEncrypted({ PGSSLMODE: 'verify-ca', ...trusted() }, 'localhost')).toBe(true);
    await expect(
      isEncrypted({ PGSSLMODE: 'verify-full', ...trusted() }, 'localhost'),
    ).rejects.toMatchObject({
      code: 'database-unavailable',
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  it.each(['require', 'verify-ca', 'verify-full'])(
    'is refused by %s with the wrong authority',
    async (mode) => {
      await expect(isEncrypted({ PGSSLMODE: mode, ...untrusted() })).rejects.toMatchObject({
        code: 'database-unavailable',
        cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      });
    },
  );

  it('distinguishes a wrong password from a missing one, without showing any', async () => {
    const wrong = isEncrypted({ PGPASSWORD: 'wrong secret' });
    await expect(wrong).rejects.toMatchObject({ code: 'database-unavailable' });
    await expect(wrong).rejects.toThrow(/the password is wrong/);
    await expect(wrong).rejects.not.toThrow(/secret/);
    await expect(isEncrypted({ PGPASSWORD: '', HOME: folder })).rejects.toThrow(
      /none is configured/,
    );
  });
});

describe('a server without TLS', () => {
  const settings = (mode: string) =>
    connectionSettings({ url: databaseUrl('postgres') }, { PGSSLMODE: mode });

  it('is reached in plain text with prefer, and refused where encryption is required', async () => {
    const client = await openConnection(settings('prefer'), 'test');
    await client.end();
    for (const mode of ['require', 'verify-full']) {
      await expect(openConnection(settings(mode), 'test')).rejects.toMatchObject({
        code: 'database-unavailable',
      });
    }
  });
});
