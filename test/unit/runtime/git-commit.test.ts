import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { commitOf, readGitState } from '../../../src/runtime/git-commit.js';
import { scratchFolder } from '../../support/scratch.js';

let folder: string;
let manifests: string;
let head: string;

function git(...args: readonly string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
  return execFileSync('git', ['-C', folder, ...identity, ...args], { encoding: 'utf8' });
}

beforeEach(async () => {
  folder = await scratchFolder();
  manifests = join(folder, 'cluster');
  mkdirSync(manifests);
  for (const name of ['a.yaml', 'b.yaml']) writeFileSync(join(manifests, name), 'a: 1\n');
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  head = git('rev-parse', 'HEAD').trim();
});

/** Of the manifests that were read: all, unless others are named. */
async function commit(files = ['a.yaml', 'b.yaml'], paths = [manifests]): Promise<string | null> {
  const read = files.map((file) => join(manifests, file));
  return await commitOf(await readGitState(paths), read);
}

test('manifests as they are in the commit, whatever else was changed', async () => {
  writeFileSync(join(folder, 'README.md'), 'untracked');
  writeFileSync(join(manifests, 'notes.txt'), 'untracked');
  writeFileSync(join(manifests, 'c.yaml'), 'of another program, not read');
  expect(await commit()).toBe(head);
});

test.each<readonly [string, () => void]>([
  ['modified', () => writeFileSync(join(manifests, 'a.yaml'), 'a: 2\n')],
  ['deleted', () => rmSync(join(manifests, 'b.yaml'))],
  [
    'staged',
    () => {
      writeFileSync(join(manifests, 'a.yaml'), 'a: 2\n');
      git('add', '.');
    },
  ],
])('a manifest that is %s', async (_, change) => {
  change();
  expect(await commit()).toBe(`${head}-dirty`);
});

test('a manifest that is not in the commit', async () => {
  writeFileSync(join(manifests, 'c.yaml'), 'a: 1\n');
  expect(await commit(['a.yaml', 'b.yaml', 'c.yaml'])).toBe(`${head}-dirty`);
  // The one of another folder is none of these.
  expect(await commit(['a.yaml'], [join(manifests, 'a.yaml')])).toBe(head);
});

test('manifests of two repositories are in no commit', async () => {
  const other = await scratchFolder();
  expect(await commit(['a.yaml'], [manifests, other])).toBe(`${head}-dirty`);
});

test('outside of a repository none is known', async () => {
  const other = await scratchFolder();
  expect(await commitOf(await readGitState([other]), [])).toBeNull();
});
