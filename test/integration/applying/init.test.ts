/** `init` in an environment of a project file. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lenkwerk } from '../../support/cli/command-line.js';
import { type Project, project } from '../../support/cli/project.js';

let work: Project;
beforeEach(async () => {
  work = await project();
});
afterEach(() => work.close());

test('what is removed already needs no removal, though the environment has the uuid', async () => {
  await work.environments();
  const run = (...args: readonly string[]) =>
    lenkwerk(['--project', work.file, '--env', 'staging', ...args]);
  expect(await run('init', '--remove')).toMatchObject({ exitCode: 0 });
  for (const args of [['--remove', '--check'], ['--remove']]) {
    const again = await run('init', ...args);
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(again.stdout).toContain('Nothing to do');
  }
  expect(await run('init')).toMatchObject({ exitCode: 5 });
});
