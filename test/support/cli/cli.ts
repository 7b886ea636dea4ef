/** Runs the built command line tool as a process. `npm run build` comes first. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { waitFor } from '../wait.js';
import { CLI } from './built.js';

const RUN_TIMEOUT_MS = 60_000;

interface CliOptions {
  /** Added to the variables that every program needs; no others of our environment are passed. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard input; it is empty otherwise. */
  readonly input?: string;
}

interface CliResult {
  /** null: ended by a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs until it is ended. It is ended with its test. */
export interface RunningCli {
  readonly pid: number;
  /** What it has written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when the output holds the text. Throws when the command ends before. */
  readonly waitForOutput: (text: string, timeoutMs?: number) => Promise<void>;
  readonly kill: (signal?: NodeJS.Signals) => void;
  /** Resolves when the command has ended. */
  readonly ended: Promise<CliResult>;
}

/** Runs `lenkwerk <args>` to its end; kills it, and throws, when that takes too long. */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const cli = startCli(args, options);
  let late = false;
  const impatience = setTimeout(() => {
    late = true;
    cli.kill('SIGKILL');
  }, RUN_TIMEOUT_MS);
  const result = await cli.ended;
  clearTimeout(impatience);
  if (late) throw new Error(`lenkwerk ${args.join(' ')} took too long:\n${result.stderr}`);
  return result;
}

/** Starts `lenkwerk <args>`. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  return startScript(CLI, args, options);
}

/** Starts a program of Node. */
export function startScript(
  file: string,
  args: readonly string[],
  options: CliOptions = {},
): RunningCli {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: 'pipe',
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('node cannot be started');
  const output = collectOutput(child);
  // A command may end without reading its input.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const ended = once(child, 'close').then(([exitCode]): CliResult => {
    return { exitCode, stdout: output.stdout(), stderr: output.stderr() };
  });
  endWithTest(child);
  return {
    pid,
    ...output,
    ended,
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    waitForOutput: (text, timeoutMs = RUN_TIMEOUT_MS) => {
      const written = () => output.stdout() + output.stderr();
      const isThere = () => {
        if (written().includes(text)) return true;
        if (child.exitCode !== null || child.signalCode !== null) return 'ended';
        return false;
      };
      return waitFor(isThere, { timeoutMs, what: `"${text}" in the output` }).then((outcome) => {
        if (outcome === 'ended') throw new Error(`ended without "${text}":\n${written()}`);
      });
    },
  };
}

function collectOutput(child: ChildProcess): Pick<RunningCli, 'stdout' | 'stderr'> {
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      written[stream] += text;
    });
  }
  return { stdout: () => written.stdout, stderr: () => written.stderr };
}

function endWithTest(child: ChildProcess): void {
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
}
