import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CLI } from '../../support/cli/built.js';

const TIMEOUT_MS = 90_000;

export interface CliResult {
  /** null: it took too long. */
  readonly exitCode: number | null;
  readonly output: string;
}

/** Runs `lenkwerk` with the database of this URL, and returns all that it wrote. */
export async function runCli(url: string, args: readonly string[]): Promise<CliResult> {
  const child = spawn(process.execPath, [CLI, ...args, '--db', url], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [exitCode] = await once(child, 'close');
  return { exitCode: typeof exitCode === 'number' ? exitCode : null, output };
}
