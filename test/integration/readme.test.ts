import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { consoleLines, runProgram, scriptOf } from '../support/cli/console-lines.js';

const ROOT = new URL('../..', import.meta.url);
const README = readFileSync(new URL('README.md', ROOT), 'utf8');
const TIMEOUT_MS = 180_000;

describe('README', () => {
  const lines = consoleLines(README);

  test('shows commands of every kind', () => {
    expect(lines.length).toBeGreaterThan(10);
  });

  test(
    'every command does what it promises, in a Lenkwerk of `lenkwerk dev`',
    async () => {
      const args = ['dist/cli.js', 'dev', '--', 'sh', '-c', scriptOf(lines)];
      const ended = await runProgram(process.execPath, args, { cwd: ROOT });
      expect(ended).toEqual({ exitCode: 0, output: '' });
    },
    TIMEOUT_MS,
  );
});
