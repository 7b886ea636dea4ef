import { execFile } from 'node:child_process';
import { LenkwerkError } from '../model/errors.js';
import type { Environment } from '../runtime/settings.js';

/** The account that a child process runs under. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

export interface RunOptions {
  readonly env: Environment;
  readonly cwd: string;
  readonly timeoutMs: number;
  /** undefined: the account of this process. */
  readonly identity?: Identity | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const QUOTED_OUTPUT_CHARACTERS = 2000;

/**
 * Runs a short-lived tool to its end and returns what it wrote to standard output. Throws
 * `environment` when it cannot be started, fails, or takes longer than `timeoutMs`, and the
 * signal's reason when that aborts.
 */
export async function run(
  command: string,
  args: readonly string[],
  { identity, signal, ...options }: RunOptions,
): Promise<string> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const settings = {
      cwd: options.cwd,
      env: { ...options.env },
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
      ...(signal === undefined ? {} : { signal }),
      ...identity,
    } as const;
    const child = execFile(command, args, settings, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      if (signal?.aborted === true) return reject(signal.reason);
      const output = `${stdout}\n${stderr}`.trim().slice(-QUOTED_OUTPUT_CHARACTERS);
      const message = `${command} ${args.join(' ')} failed (${describeFailure(error)})`;
      const text = output === '' ? message : `${message}:\n${output}`;
      reject(new LenkwerkError('environment', text, { cause: error }));
    });
    child.stdin?.end();
  });
}

interface Failure {
  readonly code?: number | string | null;
  readonly killed?: boolean;
  readonly signal?: string | null;
}

function describeFailure(failure: Failure): string {
  if (failure.killed === true) return 'it took too long';
  if (typeof failure.code === 'number') return `exit code ${failure.code}`;
  return failure.code ?? failure.signal ?? 'unknown reason';
}
