import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProject } from '../../../../src/manifest/project/find.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-find-'));
  mkdirSync(join(folder, 'a/b'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string): string {
  const file = join(folder, name);
  writeFileSync(file, 'apiVersion: lenkwerk/v1\nkind: Project\npaths: [cluster]\n');
  return file;
}

test('the nearest file counts, with its paths from the current folder', async () => {
  expect(await findProject(undefined, join(folder, 'a/b'))).toBeUndefined();
  const above = write('lenkwerk.yaml');
  const found = await findProject(undefined, join(folder, 'a/b'));
  expect(found).toMatchObject({
    file: relative('', above),
    paths: [join(relative('', folder), 'cluster')],
  });
  const nearer = write('a/lenkwerk.yaml');
  expect((await findProject(undefined, join(folder, 'a/b')))?.file).toBe(relative('', nearer));
  expect((await findProject(above, join(folder, 'a/b')))?.file).toBe(above);
});

test('one that is named has to be there', async () => {
  const missing = findProject(join(folder, 'other.yaml'));
  await expect(missing).rejects.toMatchObject({ code: 'invalid-input' });
});

test('no link leads out of its folder', async () => {
  const file = write('a/lenkwerk.yaml');
  symlinkSync('/etc', join(folder, 'a/cluster'));
  const refusal = { code: 'usage', message: expect.stringContaining('leaves the folder') };
  await expect(findProject(file)).rejects.toMatchObject(refusal);
  symlinkSync(file, join(folder, 'a/b/lenkwerk.yaml'));
  const link = findProject(undefined, join(folder, 'a/b'));
  await expect(link).rejects.toMatchObject({ message: expect.stringContaining('symbolic link') });
});

test.runIf(process.getuid?.() === 0)(
  'one of another user is refused where all may write',
  async () => {
    const file = write('a/lenkwerk.yaml');
    chownSync(file, 12_345, 12_345);
    expect(await findProject(undefined, join(folder, 'a'))).toBeDefined();
    chmodSync(join(folder, 'a'), 0o777);
    const found = findProject(undefined, join(folder, 'a/b'));
    await expect(found).rejects.toMatchObject({ code: 'usage' });
  },
);
