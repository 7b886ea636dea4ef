import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readPlanFile } from '../../../src/applying/plan/plan-file.js';
import { readCredentials } from '../../../src/kvstore/etcd/connection/client.js';
import { readSecretFile } from '../../../src/kvstore/recorded-login.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { findPassword, tlsOptions } from '../../../src/postgres/credentials.js';
import { fileTrouble, readHead, readRegularFile } from '../../../src/runtime/files.js';
import { firstServer } from '../../support/settings/first-server.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

/** The content, or why there is none. */
function outcome(path: string, maxBytes = 10, followLink = true): string {
  try {
    return readRegularFile(path, { maxBytes, followLink }).toString();
  } catch (error) {
    return fileTrouble(error) ?? 'unknown';
  }
}

describe('a regular file', () => {
  test('is read up to its bound, whatever size it reports', () => {
    expect(outcome(write('empty', ''))).toBe('');
    expect(outcome(write('a', '0123456789'))).toBe('0123456789');
    expect(outcome(write('b', '0123456789+'))).toBe('larger than 0.009765625 KiB');
    const ofKernel = '/proc/self/limits';
    expect(outcome(ofKernel, 1024 ** 2)).toBe(readFileSync(ofKernel, 'utf8'));
    expect(outcome(ofKernel, 1024)).toBe('larger than 1 KiB');
  });

  test('in many pieces is read whole', () => {
    const content = 'äöü'.repeat(200_000);
    expect(outcome(write('long', content), 4 * 1024 ** 2)).toBe(content);
  });

  test('is also one at the end of links, unless they are excluded', () => {
    write('a', 'text');
    symlinkSync('a', join(folder, 'b'));
    symlinkSync('b', join(folder, 'c'));
    expect(outcome(join(folder, 'c'))).toBe('text');
    expect(outcome(join(folder, 'c'), 10, false)).toBe('a loop of symbolic links');
    expect(outcome(join(folder, 'a'), 10, false)).toBe('text');
  });

  test('may be read at its head only', () => {
    expect(readHead(write('a', '0123456789'), 4).toString()).toBe('0123');
    expect(readHead(write('b', '01'), 4).toString()).toBe('01');
  });
});

/** What never ends, blocks, or is no file. */
function unfit(): readonly (readonly [path: string, why: string])[] {
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  symlinkSync('fifo', join(folder, 'link'));
  symlinkSync('..data/absent', join(folder, 'dangling'));
  return [
    [fifo, 'not a regular file'],
    [join(folder, 'link'), 'not a regular file'],
    ['/dev/zero', 'not a regular file'],
    [folder, 'not a regular file'],
    [join(folder, 'dangling'), 'no such file or folder'],
  ];
}

describe('what is no regular file', () => {
  test('is neither waited for nor read', () => {
    for (const [path, why] of unfit()) expect(outcome(path)).toBe(why);
  });

  test.each<[string, (path: string) => unknown]>([
    ['sslrootcert', (rootCert) => tls({ rootCert })],
    ['sslcert', (cert) => tls({ cert })],
    ['sslkey', (key) => tls({ key })],
    ['the authority of an etcd', (caFile) => readCredentials({ caFile })],
    ['a certificate for an etcd', (file) => readCredentials({ certFile: file, keyFile: file })],
    ['a plan', (path) => readPlanFile(path)],
  ])('is refused as %s, with the reason', async (_, read) => {
    for (const [path, why] of unfit()) {
      const reading = (async () => read(path))();
      await expect(reading).rejects.toThrow(why);
    }
  });

  test('is refused as a password below --secrets-dir', async () => {
    for (const [path, why] of unfit().filter(([name]) => name.startsWith(`${folder}/`))) {
      const reading = readSecretFile({ folder, path: path.slice(folder.length + 1) });
      await expect(reading).rejects.toThrow(why);
    }
  });

  test('is no password file', async () => {
    for (const [PGPASSFILE] of unfit()) {
      const settings = connectionSettings({ url: 'postgres://u@h/d' }, { PGPASSFILE });
      await expect(findPassword(firstServer(settings), true)).rejects.toMatchObject({
        code: 'database-unavailable',
        hint: expect.stringContaining('.pgpass'),
      });
    }
  });

  test('a password file of any size is not read', async () => {
    const PGPASSFILE = write('pgpass', '#'.repeat(5 * 1024 ** 2));
    const settings = connectionSettings({ url: 'postgres://u@h/d' }, { PGPASSFILE });
    await expect(findPassword(firstServer(settings), true)).rejects.toThrow('larger than 4 MiB');
  });
});

function tls(paths: { rootCert?: string; cert?: string; key?: string }): unknown {
  const { tls: none } = connectionSettings({}, {});
  return tlsOptions({ ...none, ...paths, mode: 'require' });
}
