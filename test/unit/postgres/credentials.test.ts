import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LenkwerkError } from '../../../src/model/errors.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { findPassword, tlsOptions } from '../../../src/postgres/credentials.js';
import { errorOf } from '../../support/error-of.js';
import { firstServer } from '../../support/settings/first-server.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenkwerk-'));
});
afterEach(async () => rm(folder, { recursive: true }));

async function passwordFor(lines: string, url: string, mode = 0o600): Promise<string> {
  const PGPASSFILE = join(folder, 'pgpass');
  await writeFile(PGPASSFILE, lines);
  await chmod(PGPASSFILE, mode);
  return findPassword(firstServer(connectionSettings({ url }, { PGPASSFILE })), false);
}

describe('the password file', () => {
  it('gives the first line that matches', async () => {
    const lines = '# h:*:*:u:comment\nh:1:*:u:no\nh:*:*:u:yes\n*:*:*:*:any\n';
    expect(await passwordFor(lines, 'postgres://u@h:2/d')).toBe('yes');
    expect(await passwordFor(lines, 'postgres://other@h:2/d')).toBe('any');
  });

  it('knows escapes, and sockets as localhost', async () => {
    expect(await passwordFor('h:*:*:a\\:b:p\\:\\\\q\n', 'postgres://a%3Ab@h/d')).toBe('p:\\q');
    const socket = (host: string) => `postgres:///d?host=${host}&user=u`;
    const lines = 'localhost:*:d:u:local\n*:*:*:*:any\n';
    // As libpq has it: only for its own folder.
    for (const host of ['/tmp', '/run/postgresql']) {
      expect(await passwordFor(lines, socket(host))).toBe('local');
    }
    expect(await passwordFor(lines, socket('/run/pg'))).toBe('any');
  });

  it('has lines for localhost only where only root puts sockets, once the host is recorded', async () => {
    const PGPASSFILE = join(folder, 'pgpass');
    const recorded = async (host: string, line: string) => {
      await writeFile(PGPASSFILE, line, { mode: 0o600 });
      const url = `postgres:///d?host=${encodeURIComponent(host)}&user=u`;
      const settings = { ...connectionSettings({ url }, { PGPASSFILE }), isRecorded: true };
      return await findPassword(firstServer(settings), true).catch(
        (error: LenkwerkError) => error.code,
      );
    };
    const local = 'localhost:*:d:u:secret';
    for (const host of ['/var/run/postgresql', '/run/postgresql', 'localhost']) {
      expect(await recorded(host, local)).toBe('secret');
    }
    for (const host of ['/tmp', '/tmp/localhost', '/var/run/postgresql/', '/run/postgresql/..']) {
      expect(await recorded(host, local)).toBe('database-unavailable');
      expect(await recorded(host, '*:*:*:*:secret')).toBe('database-unavailable');
      expect(await recorded(host, `${host}:*:d:u:secret`)).toBe('secret');
    }
  });

  it('is not used when others may read it', async () => {
    await expect(passwordFor('*:*:*:*:p', 'postgres://u@h/d', 0o644)).rejects.toMatchObject({
      code: 'database-unavailable',
      hint: expect.stringContaining('chmod 600'),
    });
  });

  it('is missed with a hint', async () => {
    await expect(passwordFor('', 'postgres://u@h/d')).rejects.toMatchObject({
      code: 'database-unavailable',
      hint: expect.stringContaining('PGPASSWORD'),
    });
  });
});

describe('sslmode', () => {
  const { tls } = connectionSettings({}, {});

  it('verifies exactly where libpq does', async () => {
    const rootCert = join(folder, 'ca.pem');
    await writeFile(rootCert, 'a certificate');
    expect(tlsOptions({ ...tls, mode: 'disable' })).toBeUndefined();
    expect(tlsOptions({ ...tls, mode: 'prefer' })).toEqual({ rejectUnauthorized: false });
    const required = tlsOptions({ ...tls, rootCert, mode: 'require' });
    expect(required).toMatchObject({ rejectUnauthorized: true, ca: 'a certificate' });
    // The name of the server does not matter, whatever its certificate.
    expect(required?.checkServerIdentity).toSatisfy((check) => check('another', {}) === undefined);
    expect(tlsOptions({ ...tls, rootCert, mode: 'verify-full' })).toEqual({
      rejectUnauthorized: true,
      ca: 'a certificate',
    });
  });

  it('refuses what it cannot verify with', () => {
    const rootCert = join(folder, 'missing.pem');
    for (const settings of [
      { ...tls, mode: 'verify-ca', rootCert: 'system' } as const,
      { ...tls, mode: 'verify-full', rootCert } as const,
    ]) {
      expect(errorOf(() => tlsOptions(settings)).code).toBe('usage');
    }
  });
});
