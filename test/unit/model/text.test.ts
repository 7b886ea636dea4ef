import { expect, test } from 'vitest';
import {
  compareText,
  escapeJson,
  hasHidden,
  matchesPath,
  matchesPattern,
  nearestName,
  placeText,
  printable,
} from '../../../src/model/text.js';

const KNOWN = ['retain_hrs', 'kafka_topic', 'production', 'etcd'];

test.each([
  ['retain_hrs', 'retain_hrs'],
  ['RETAIN_HRS', 'retain_hrs'],
  ['retain_hr', 'retain_hrs'],
  ['retain_hours', 'retain_hrs'],
  ['retian_hrs', 'retain_hrs'],
  // Of ten letters three may differ.
  ['rxtxin_hxs', 'retain_hrs'],
  ['rxtxin_xxs', undefined],
  ['ecd', 'etcd'],
  // A swap of two neighbours is one edit, as in names of three letters the only one.
  ['tec', undefined],
  ['etdc', 'etcd'],
  ['', undefined],
  ['p', undefined],
])('the known name that is nearest to %j is %j', (name, nearest) => {
  expect(nearestName(name, KNOWN)).toBe(nearest);
});

test('the nearest of several is found, the first of equally near ones', () => {
  expect(nearestName('abcdef', ['abcdxx', 'abcdex', 'abcdey'])).toBe('abcdex');
  expect(nearestName('abc', ['abx'])).toBe('abx');
  expect(nearestName('ab', ['ba'])).toBe('ba');
  expect(nearestName('ab', ['bc'])).toBeUndefined();
});

test('names of more than 64 characters are not compared', () => {
  const name = 'a'.repeat(64);
  expect(nearestName(name, [`${name.slice(1)}b`])).toBe(`${name.slice(1)}b`);
  expect(nearestName(`${name}a`, [name])).toBeUndefined();
  expect(nearestName(name, [`${name}a`])).toBeUndefined();
});

test('texts are ordered by their code units', () => {
  expect(['b', 'B', 'a', 'ä', 'a'].sort(compareText)).toEqual(['B', 'a', 'a', 'b', 'ä']);
  expect(compareText('a', 'a')).toBe(0);
});

test.each([
  ['plain ä€😀', 'plain ä€😀'],
  ['a\tb\nc\rd', 'a\\tb\\nc\\rd'],
  ['\x00\x1b[31m\x7f', '\\x00\\x1b[31m\\x7f'],
  ['\x9b\u00ad', '\\x9b\\xad'],
  ['\u0100\u202e\u2028', 'Ā\\u202e\\u2028'],
  ['\ufeff', '\\ufeff'],
  ['\u{e0041}', '\\u{e0041}'],
  ['\ud800', '\\ud800'],
])('%j is printed as %s', (text, printed) => {
  expect(printable(text)).toBe(printed);
});

test('JSON is written with escapes for what hides, and means the same', () => {
  const json = JSON.stringify({ a: 'plain ä😀', b: '\x7f\u009f\u202e\u2028\ufeff\u{e0041}' });
  const escaped = escapeJson(json);
  expect(escaped).toBe('{"a":"plain ä😀","b":"\\u007f\\u009f\\u202e\\u2028\\ufeff\\udb40\\udc41"}');
  expect(JSON.parse(escaped)).toEqual(JSON.parse(json));
  expect(escapeJson('{"a": "~"}\n')).toBe('{"a": "~"}\n');
});

test('a place in a manifest', () => {
  expect(placeText({ file: 'a.yaml', line: 3, column: 7 })).toBe('a.yaml:3:7');
});

test('what a pipeline takes for a command in the middle of a line is broken', () => {
  expect(printable('a ##[add-mask]b ##vso[x] ##teamcity[y] ## [z] # ## ok')).toBe(
    'a #\\x23[add-mask]b #\\x23vso[x] #\\x23teamcity[y] ## [z] # ## ok',
  );
  const text = '##[add-mask]a###vso[b]##';
  const json = escapeJson(JSON.stringify({ [text]: text }, null, 2));
  expect(json).not.toMatch(/##\w*\[/);
  expect(JSON.parse(json)).toEqual({ [text]: text });
});

test('no character stays that Unicode has readers pass over', () => {
  const ignorable = /\p{Default_Ignorable_Code_Point}/u;
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    const shown = printable(character);
    if (ignorable.test(shown)) throw new Error(`U+${code.toString(16)} is shown`);
    if (hasHidden(character) !== (shown !== character)) throw new Error(`U+${code.toString(16)}`);
    if (!hasHidden(character)) continue;
    const json = escapeJson(JSON.stringify(character));
    if (character === '\n' || JSON.parse(json) === character) continue;
    throw new Error(`U+${code.toString(16)} is changed by JSON`);
  }
  expect(printable('a\u200bb\u3164\u{e0041}')).toBe('a\\u200bb\\u3164\\u{e0041}');
});
test.each([
  ['index/a', 'index/a', true],
  ['index/a', 'index/*', true],
  ['dimension//a/b', 'dimension/*b', true],
  ['config/ab', 'config/?', false],
  ['config/a', 'config/?', true],
  ['config/a', 'onfig/a', false],
  ['config/aXbXc', '*a*b*c', true],
])('%s and the pattern %s: %j', (address, pattern, expected) => {
  expect(matchesPattern(address, pattern)).toBe(expected);
});

test.each([
  ['a/b/c', 'a/**/c', true],
  ['a/c', 'a/**/c', true],
  ['a/c/d', 'a/**/c', false],
  ['a/b', '**', true],
  ['a/b/c', '**/b', false],
  ['x/ab/y', '**/a?/*', true],
])('the path %s and the pattern %s: %j', (path, pattern, expected) => {
  expect(matchesPath(path.split('/'), pattern.split('/'))).toBe(expected);
});

// What tries every place of every star would not end.
test('many stars cost no more than the product of the lengths', () => {
  expect(matchesPattern('a'.repeat(250), `${'*a'.repeat(60)}*b`)).toBe(false);
  const names = Array.from({ length: 60 }, () => 'a');
  const patterns = Array.from({ length: 30 }, () => ['**', 'a']).flat();
  expect(matchesPath(names, [...patterns, 'b'])).toBe(false);
});
