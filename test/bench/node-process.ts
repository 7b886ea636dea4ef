/** Processes of node, with their time and their peak memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are no failure; default 0. */
  readonly exitCodes?: readonly number[];
}

export interface RunResult {
  /** From the start of the process to the end of its output. */
  readonly wallMs: number;
  readonly stdout: string;
}

/** Runs `node <args>` to its end. Throws when it fails. */
export async function runNode(
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const start = performance.now();
  const child = spawn(process.execPath, [...args], {
    env: { PATH: process.env['PATH'], ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const [exitCode] = await once(child, 'close');
  const wallMs = performance.now() - start;
  if ((options.exitCodes ?? [0]).includes(exitCode)) return { wallMs, stdout: stdout() };
  throw new Error(`node ${args.join(' ')} ended with ${exitCode}:\n${stderr()}`);
}

/** In a process of its own: the largest resident size, in MiB, written to descriptor 3. */
const REPORT_MEMORY = `data:text/javascript,
  import { writeSync } from 'node:fs';
  process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));`;

/** Runs `node <args>` to its end and returns its peak memory, in MiB. Throws when it fails. */
export async function peakMemoryMib(
  args: readonly string[],
  options: RunOptions = {},
): Promise<number> {
  const child = spawnWithMemory(args, options.env ?? {});
  const errors = collect(child.stderr);
  child.stdout?.resume();
  const memory = memoryOf(child);
  const [exitCode] = await once(child, 'close');
  if ((options.exitCodes ?? [0]).includes(exitCode)) return memory();
  throw new Error(`node ${args.join(' ')} ended with ${exitCode}:\n${errors()}`);
}

/** A process that says on descriptor 3, when it ends in order, how much memory it took. */
export function spawnWithMemory(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  return spawn(process.execPath, ['--import', REPORT_MEMORY, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
}

/** Asked after the end of the process: its peak memory in MiB. */
export function memoryOf(child: ChildProcess): () => number {
  const pipe = child.stdio[3];
  const text = pipe !== null && pipe !== undefined && 'read' in pipe ? collect(pipe) : () => '';
  const KIB_PER_MIB = 1024;
  return () => Number(text()) / KIB_PER_MIB;
}

export function collect(stream: Readable | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
