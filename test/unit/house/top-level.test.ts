/** What stands beside src. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ROOT } from '../../support/house/source-files.js';

const FOLDERS = ['.ci', '.github', 'docs', 'examples', 'schema', 'src', 'test'];
const FILES = [
  '.editorconfig',
  '.gitignore',
  '.nvmrc',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'biome.json',
  'package-lock.json',
  'package.json',
  'tsconfig.json',
];

test('the top level holds these folders and files alone', () => {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
  const paths = tracked.split('\0').filter(Boolean);
  const names = (entries: readonly string[]) => [...new Set(entries)].toSorted();
  const inFolders = paths.filter((path) => path.includes('/'));
  expect(names(inFolders.map((path) => path.split('/')[0] ?? ''))).toEqual(names(FOLDERS));
  expect(names(paths.filter((path) => !path.includes('/')))).toEqual(names(FILES));
});
