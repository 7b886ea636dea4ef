import { execFile } from 'node:child_process';
import { LenkwerkError } from '../model/errors.js';

/** Variables of the environment, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

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
  /** Written to the standard input of the command, which is closed at once otherwise. */
  readonly input?: string;
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const QUOTED_OUTPUT_CHARACTERS = 2000;

/**
 * Runs a command to its end and returns what it wrote to standard output.
 * Throws `environment` when it cannot be started, fails, or takes longer than `timeoutMs`.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  const { identity, input = '', ...others } = options;
  return new Promise((resolve, reject) => {
    const settings = {
      cwd: others.cwd,
      env: { ...others.env },
      timeout: others.timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
      ...identity,
    } as const;
    const child = execFile(command, args, settings, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const output = `${stdout}\n${stderr}`.trim().slice(-QUOTED_OUTPUT_CHARACTERS);
      const message = `${command} ${args.join(' ')} failed (${describeFailure(error)})`;
      reject(
        new LenkwerkError('environment', output === '' ? message : `${message}:\n${output}`, {
          cause: error,
        }),
      );
    });
    // A command that exits without reading its input is judged by its exit code alone.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function describeFailure(error: {
  code?: number | string | null;
  killed?: boolean;
  signal?: string | null;
}): string {
  if (error.killed === true) return 'it took too long';
  if (typeof error.code === 'number') return `exit code ${error.code}`;
  return error.code ?? error.signal ?? 'unknown reason';
}
