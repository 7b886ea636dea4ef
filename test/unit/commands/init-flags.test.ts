/** Flags of `init` that contradict one another, which ends before any connection. */
import { expect, test } from 'vitest';
import { lenkwerk } from '../../support/cli/command-line.js';

test.each([['--roles'], ['--create-database'], ['--new-identity']])(
  '--remove with %s is no command',
  async (flag) => {
    const { exitCode, stderr } = await lenkwerk(['init', '--remove', flag]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('--remove goes with --check alone');
  },
);
