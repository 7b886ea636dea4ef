/** The command lines that a README shows, to be run as they are written. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CLI } from './built.js';

interface ConsoleLine {
  readonly command: string;
  readonly exitCode: number;
}

/** The lines after `$ ` in the blocks marked `console`; `# exits 2` names another exit code. */
export function consoleLines(markdown: string): readonly ConsoleLine[] {
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

/**
 * A shell script that runs the lines one after the other and ends at the first that does not exit
 * as it should, with its output. A function stands for the command's name.
 */
export function scriptOf(lines: readonly ConsoleLine[]): string {
  const steps = lines.map(
    ({ command, exitCode }) => `${command} >"$out" 2>&1; code=$?
      if [ $code -ne ${exitCode} ]; then
        printf '$ %s: exit code %s\\n' ${quoted(command)} $code; cat "$out"; exit 1
      fi`,
  );
  return [
    `lenkwerk() { '${process.execPath}' '${CLI}' "$@"; }`,
    'out=$(mktemp); trap \'rm -f "$out"\' EXIT',
    ...steps,
  ].join('\n');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

interface Ended {
  readonly exitCode: number | null;
  /** Of both streams. */
  readonly output: string;
}

/** Runs a program to its end. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string | URL; readonly env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const [exitCode] = await once(child, 'close');
  return { exitCode, output };
}
