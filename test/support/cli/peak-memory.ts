/** Processes of node with the peak of their own resident memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

const KIB_PER_MIB = 1024;

/**
 * Runs in the process itself, and writes its peak in KiB to descriptor 3 when its JavaScript ends.
 * `maxRSS` would not do on Linux: a process inherits the peak of the one that started it, while
 * `VmHWM` belongs to the program (https://man7.org/linux/man-pages/man5/proc_pid_status.5.html).
 */
const REPORT_MEMORY = `data:text/javascript,
  import { readFileSync, writeSync } from 'node:fs';
  process.on('exit', () => {
    let peak = process.resourceUsage().maxRSS;
    try {
      peak = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1];
    } catch {}
    writeSync(3, String(peak));
  });`;

export interface MeasuredProcess {
  readonly child: ChildProcess;
  /**
   * Its peak in MiB, once it has ended; NaN when it did not end in order. Includes the end of the
   * process, in which V8 waits for what it compiles in the background.
   */
  readonly peakMib: Promise<number>;
}

export interface MeasuredOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Which node; default: the one that runs this. */
  readonly node?: string;
}

/** Starts `node <args>`, its output in pipes. */
export function startMeasured(
  args: readonly string[],
  { env, node = process.execPath }: MeasuredOptions,
): MeasuredProcess {
  const child = spawn(node, ['--import', REPORT_MEMORY, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  return { child, peakMib: peakOf(child) };
}

/** Runs `node <args>` to its end. Throws when its exit code is none of `exitCodes`. */
export async function runMeasured(
  args: readonly string[],
  options: MeasuredOptions & { readonly exitCodes?: readonly number[] },
): Promise<{ readonly peakMib: number; readonly stderr: string }> {
  const { child, peakMib } = startMeasured(args, options);
  child.stdout?.resume();
  const errors = collect(child.stderr);
  const [exitCode] = await once(child, 'close');
  const stderr = errors();
  if ((options.exitCodes ?? [0]).includes(exitCode)) return { peakMib: await peakMib, stderr };
  throw new Error(`node ${args.join(' ')} ended with ${exitCode}:\n${stderr}`);
}

/** What has arrived on the stream so far, as text. */
export function collect(stream: Readable | null): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

async function peakOf(child: ChildProcess): Promise<number> {
  const pipe = child.stdio[3];
  if (pipe === null || pipe === undefined || !('read' in pipe)) throw new Error('no descriptor 3');
  const reported = collect(pipe);
  const ended = once(child, 'close');
  let peakKib = Number.NaN;
  pipe.once('data', async () => {
    peakKib = Number(reported());
    // The kernel keeps the figure for as long as the process has memory.
    for (let seen = highWaterMark(child); seen !== undefined; seen = highWaterMark(child)) {
      peakKib = Math.max(peakKib, seen);
      await setImmediate();
    }
  });
  await ended;
  return peakKib / KIB_PER_MIB;
}

/** In KiB; undefined when the process has ended, or where there is no /proc. */
function highWaterMark({ pid }: ChildProcess): number | undefined {
  try {
    const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kib === undefined ? undefined : Number(kib);
  } catch {
    return undefined;
  }
}
