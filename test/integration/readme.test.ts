/** What README tells people to type, typed: every line of its `console` blocks, in their order. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../..', import.meta.url);
const README = readFileSync(new URL('README.md', ROOT), 'utf8');
const TIMEOUT_MS = 180_000;

interface Line {
  readonly command: string;
  readonly exitCode: number;
}

function consoleLines(markdown: string): readonly Line[] {
  const blocks = [...markdown.matchAll(/^```console\n(.*?)^```$/gms)].map(([, body = '']) => body);
  return blocks.flatMap((block) =>
    block
      .split('\n')
      .filter((line) => line.startsWith('$ '))
      .map((line) => {
        const [, command = '', exitCode = '0'] = /^\$ (.*?)(?: +# exits (\d))?$/.exec(line) ?? [];
        return { command, exitCode: Number(exitCode) };
      }),
  );
}

/** A shell function stands for the alias, so that the lines run as they are written. */
function script(lines: readonly Line[]): string {
  const steps = lines.map(
    ({ command, exitCode }) =>
      `${command} >"$out" 2>&1; code=$?
       if [ $code -ne ${exitCode} ]; then echo "$ ${command}: exit code $code"; cat "$out"; exit 1; fi`,
  );
  return [
    'lenkwerk() { node dist/cli.js "$@"; }',
    'out=$(mktemp); trap \'rm -f "$out"\' EXIT',
    ...steps,
  ].join('\n');
}

describe('README', () => {
  const lines = consoleLines(README);

  test('shows commands of every kind', () => {
    expect(lines.length).toBeGreaterThan(10);
  });

  test(
    'every command does what it says, in a Lenkwerk made by `lenkwerk dev`',
    async () => {
      const args = ['dist/cli.js', 'dev', '--', 'sh', '-c', script(lines)];
      const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (chunk: string) => {
          output += chunk;
        });
      }
      const [code] = await once(child, 'close');
      expect(output).toBe('');
      expect(code).toBe(0);
    },
    TIMEOUT_MS,
  );
});
