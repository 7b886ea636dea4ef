import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startCli } from '../support/cli/cli.js';
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

  test(
    'the second terminal of the first apply works as written',
    async () => {
      const [, chapter = ''] = /^## First apply in five minutes\n(.*?)^## /ms.exec(README) ?? [];
      const blocks = [...chapter.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => text);
      expect(blocks).toHaveLength(2);
      expect(blocks[0]).toBe('npm run build\nnode dist/cli.js dev\n');
      const dev = startCli(['dev'], { cwd: fileURLToPath(ROOT) });
      await dev.waitForOutput('lenkwerk plan examples/quickstart/cluster.yaml', TIMEOUT_MS);
      const exports = [...dev.stdout().matchAll(/^ +export .*$/gm)].map(([line]) => line.trim());
      // As the text counts them.
      expect(chapter).toContain('It prints three variables.');
      expect(exports).toHaveLength(3);
      const commands = consoleLines(chapter).slice(0, 3);
      const lines = ['shopt -s expand_aliases', 'set -e', blocks[1] ?? '', ...exports];
      const script = [...lines, ...commands.map(({ command }) => command)].join('\n');
      const { PATH = '' } = process.env;
      const ended = await runProgram('bash', ['-c', script], { cwd: ROOT, env: { PATH } });
      expect(ended, ended.output).toMatchObject({ exitCode: 0 });
      dev.kill('SIGINT');
      await dev.ended;
    },
    TIMEOUT_MS,
  );
});
