import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { LenkwerkError } from '../model/errors.js';
import { onAbort } from '../runtime/async.js';
import type { Environment } from '../runtime/settings.js';

/** What a shell reports for a command that a signal ended. */
const SIGNAL_EXIT = 128;

/**
 * Runs a command of the user on the terminal of this process and returns its exit code. The
 * terminal sends Ctrl-C to both; a signal that only this process received is forwarded.
 */
export async function runUserCommand(
  [file = '', ...args]: readonly string[],
  { env, signal }: { readonly env: Environment; readonly signal: AbortSignal },
): Promise<number> {
  const child = spawn(file, args, { stdio: 'inherit', env: { ...env } });
  const dispose = onAbort(signal, () => child.kill('SIGTERM'));
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', (cause) => {
        reject(new LenkwerkError('environment', `cannot run ${file}`, { cause }));
      });
      child.once('exit', (code, killedBy) => {
        resolve(code ?? SIGNAL_EXIT + (killedBy === null ? 0 : constants.signals[killedBy]));
      });
    });
  } finally {
    dispose();
  }
}
