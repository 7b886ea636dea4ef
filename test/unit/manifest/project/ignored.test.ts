import { expect, test } from 'vitest';
import { ignoreRules, isPassedOver } from '../../../../src/manifest/project/ignored.js';

test.each([
  ['drafts', 'a/drafts', true],
  ['drafts/', 'drafts', true],
  ['drafts', 'drafts-2', false],
  ['*.tmp.yaml', 'a/b/x.tmp.yaml', true],
  ['*.tmp.yaml', 'x.yaml', false],
  ['a/b.yaml', 'a/b.yaml', true],
  ['/b.yaml', 'a/b.yaml', false],
  ['a/b.yaml', 'c/a/b.yaml', false],
  ['a/**/b.yaml', 'a/x/y/b.yaml', true],
  ['a/**/b.yaml', 'a/b.yaml', true],
  ['a/*', 'a/b', true],
  ['a/*/c', 'a/b/x/c', false],
  ['# drafts', 'drafts', false],
  ['a.b', 'axb', false],
  ['?.yaml', 'a/b.yaml', true],
  ['a/**', 'a/b/c', true],
  ['**/c', 'c', true],
])('%s and %s: %s', (line, path, expected) => {
  const rules = [ignoreRules('up/cluster', `\n${line}\n`)];
  const [, folder = '', entry = ''] = /^(.*?)([^/]+)$/.exec(path) ?? [];
  expect(isPassedOver(`up/cluster/${folder}`, entry, rules)).toBe(expected);
});

test('hidden entries and the packages of node are always passed over', () => {
  expect(['.git', 'node_modules', 'a.yaml'].map((name) => isPassedOver('.', name, []))).toEqual([
    true,
    true,
    false,
  ]);
});
