import { expect, test } from 'vitest';
import { harmless } from '../../../src/rendering/harmless.js';
import { lenkwerk } from '../../support/cli/command-line.js';

const PIPELINE = { color: false, pipeline: true };

test.each([
  ['::set-output name=a::b', '\\x3a:set-output name=a::b'],
  ['a\n \u00a0\u3000::add-mask::c\nb', 'a\n \u00a0\u3000\\x3a:add-mask::c\nb'],
  ['a ::error::b', 'a ::error::b'],
  [
    'a ##[add-mask]b ##vso[task.setvariable variable=c]d',
    'a #\\x23[add-mask]b #\\x23vso[task.setvariable variable=c]d',
  ],
  ['a\u0000b\u001b[2Jc\r\u202e\u3164', 'a\\x00b\\x1b[2Jc\\r\\u202e\\u3164'],
])('in a pipeline %j becomes %j', (text, expected) => {
  expect(harmless(text, PIPELINE)).toBe(expected);
});

test('styles of this program stay where there is colour, other escapes never', () => {
  const text = '\u001b[31mred\u001b[39m \u001b[2J\u001b]0;title\u0007\n';
  expect(harmless(text, { color: true, pipeline: false })).toBe(
    '\u001b[31mred\u001b[39m \\x1b[2J\\x1b]0;title\\x07\n',
  );
  expect(harmless(text, { color: false, pipeline: false })).not.toContain('\u001b');
});

test('outside of a pipeline a line may begin with colons', () => {
  expect(harmless('::a ##[b]\n', { color: false, pipeline: false })).toBe('::a ##[b]\n');
});

test.each(['GITHUB_ACTIONS', 'GITLAB_CI', 'BUILDKITE', 'TF_BUILD', 'TEAMCITY_VERSION', 'CI'])(
  'the variable %s denotes a pipeline',
  async (name) => {
    const args = ['validate', '::set-output name=a::b.yaml'];
    const { stderr } = await lenkwerk(args, { environment: { [name]: 'true' } });
    expect(stderr).toContain(String.raw`\x3a:set-output`);
  },
);
