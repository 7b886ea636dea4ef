/** How problems look, and that nothing in them can move the cursor of a terminal. */
import { expect, test } from 'vitest';
import { formatDiagnostics } from '../../../../src/manifest/problems/diagnostic.js';
import { SourceFile } from '../../../../src/manifest/source.js';
import { printable } from '../../../../src/model/text.js';
import { HEAD, load } from '../../../support/states/manifest-problems.js';

function shown(text: string): string {
  const result = load(text);
  return result.kind === 'problems' ? formatDiagnostics(result.problems) : '';
}

test('place, path, message, line, caret, hint', () => {
  expect(
    shown(`${HEAD}indexes:\n  - name: a\n    method: gni\n    fields: [{pointer: /a}]\nconfig: {}`),
  ).toBe(
    [
      'a.yaml:5:13: indexes[0].method: unknown access method "gni"',
      '  |     method: gni',
      '  |             ^^^',
      '  hint: did you mean gin?',
    ].join('\n'),
  );
});

test('a long line is cut around the place', () => {
  const text = shown(`${HEAD}config: {a: 1, ${'x'.repeat(5000)}: 1, a: 2}`);
  expect(text.split('\n').every((line) => line.length < 130)).toBe(true);
  expect(text).toContain('the key "a" occurs twice');
});

test('file names and values are shown with their control characters escaped', () => {
  const file = new SourceFile('a\x1b[2J.yaml', 'x');
  const problem = file.problem({ start: 0, end: 1 }, { message: 'bad \u202e', hint: 'h\x07' });
  const text = formatDiagnostics([problem]);
  expect(text).toContain('a\\x1b[2J.yaml:1:1: bad \\u202e');
  expect(text).toContain('hint: h\\x07');
});

test.each([
  ['plain äöü 漢字 \u{1F600}', 'plain äöü 漢字 \u{1F600}'],
  ['\x00\x1b\x7f\x9b', '\\x00\\x1b\\x7f\\x9b'],
  ['\u202e\u2066\u200b\ufeff\u2028', '\\u202e\\u2066\\u200b\\ufeff\\u2028'],
  ['\u{e0041}\u{1d173}\u0600\u180e', '\\u{e0041}\\u{1d173}\\u0600\\u180e'],
  ['a\tb\nc\r', 'a\\tb\\nc\\r'],
  ['\ud800', '\\ud800'],
])('printable(%j)', (text, expected) => {
  expect(printable(text)).toBe(expected);
});
