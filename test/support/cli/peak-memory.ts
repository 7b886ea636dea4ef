/** Processes of node with their time and the peak of their own resident memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const REPORT_MEMORY = fileURLToPath(new URL('./report-memory.cjs', import.meta.url));
const KIB_PER_MIB = 1024;

interface MeasuredOptions {
  /** Added to PATH; nothing else of our environment is passed. */
  readonly env?: Readonly<Record<string, string>>;
  /** Which node; default: the one that runs this. */
  readonly node?: string;
}

interface MeasuredProcess {
  readonly child: ChildProcess;
  /**
   * Its peak in MiB, once it has ended; NaN when it did not end in order. The end itself counts: in
   * it V8 waits for what it compiles in the background.
   */
  readonly peakMib: Promise<number>;
}

/** Starts `node <args>`, its output in pipes. */
export function startMeasured(
  args: readonly string[],
  { env, node = process.execPath }: MeasuredOptions = {},
): MeasuredProcess {
  const child = spawn(node, ['--require', REPORT_MEMORY, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  return { child, peakMib: peakOf(child) };
}

export interface MeasuredRun {
  /** From the start of the process to its end and that of its output. */
  readonly wallMs: number;
  readonly peakMib: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `node <args>` to its end. Throws when its exit code (null: a signal) is none of `exitCodes`,
 * which are 0 unless others are given.
 */
export async function runMeasured(
  args: readonly string[],
  options: MeasuredOptions & { readonly exitCodes?: readonly (number | null)[] } = {},
): Promise<MeasuredRun> {
  const start = performance.now();
  const { child, peakMib } = startMeasured(args, options);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const [exitCode] = await once(child, 'close');
  const wallMs = performance.now() - start;
  if (!(options.exitCodes ?? [0]).includes(exitCode)) {
    throw new Error(`node ${args.join(' ')} ended with ${exitCode}:\n${stderr()}`);
  }
  return { wallMs, peakMib: await peakMib, stdout: stdout(), stderr: stderr() };
}

function collect(stream: Readable | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

async function peakOf(child: ChildProcess): Promise<number> {
  const pipe = child.stdio[3];
  if (pipe === null || pipe === undefined || !('read' in pipe)) throw new Error('no descriptor 3');
  let peakKib = Number.NaN;
  const lookUntilTheEnd = () => {
    const kib = highWaterMarkKib(child);
    if (kib === undefined) return;
    peakKib = Math.max(peakKib, kib);
    setImmediate(lookUntilTheEnd);
  };
  pipe.setEncoding('utf8').once('data', (kib: string) => {
    peakKib = Number(kib);
    lookUntilTheEnd();
  });
  await once(child, 'close');
  return peakKib / KIB_PER_MIB;
}

/** What the kernel keeps for as long as the process has memory; undefined without /proc, too. */
function highWaterMarkKib({ pid }: ChildProcess): number | undefined {
  try {
    const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kib === undefined ? undefined : Number(kib);
  } catch {
    return undefined;
  }
}
