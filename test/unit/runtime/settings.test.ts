import { expect, test } from 'vitest';
import { isColorRefused, pipelineIdentity } from '../../../src/runtime/settings.js';

test('the pipeline is known by its own variables', () => {
  expect(pipelineIdentity({})).toBeUndefined();
  expect(pipelineIdentity({ CI: 'false' })).toBeUndefined();
  expect(pipelineIdentity({ CI: 'true' })?.provider).toBe('CI');
  expect(
    pipelineIdentity({
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTOR: 'a-person',
      GITHUB_SERVER_URL: 'https://github.example.com',
      GITHUB_REPOSITORY: 'a/b',
      GITHUB_RUN_ID: '7',
      GITHUB_SHA: 'abc',
    }),
  ).toEqual({
    provider: 'GitHub Actions',
    actor: 'a-person',
    runUrl: 'https://github.example.com/a/b/actions/runs/7',
    commit: 'abc',
  });
  expect(pipelineIdentity({ GITLAB_CI: 'true', GITLAB_USER_LOGIN: 'x' })?.actor).toBe('x');
  expect(pipelineIdentity({ JENKINS_URL: 'http://j', BUILD_URL: 'u' })?.runUrl).toBe('u');
  const BUILD_URL = 'https://u:token@j/job/7';
  expect(pipelineIdentity({ JENKINS_URL: 'j', BUILD_URL })?.runUrl).toBe('https://j/job/7');
  expect(pipelineIdentity({ BUILDKITE: 'true' })?.provider).toBe('Buildkite');
});

test('NO_COLOR counts with any value but the empty one', () => {
  expect(isColorRefused({ NO_COLOR: '0' })).toBe(true);
  expect(isColorRefused({ NO_COLOR: '' })).toBe(false);
  expect(isColorRefused({ TERM: 'dumb' })).toBe(true);
});
