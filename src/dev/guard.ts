/**
 * No server of this folder may outlive the process that started it, even when that process is
 * killed with SIGKILL. So every throw-away server has a guard: a shell in a session of its own that
 * reads process ids from a pipe. The kernel closes the pipe when this process ends, in whatever
 * way; the guard then ends the server and removes its folder.
 *
 * A launcher waits for a line on its standard input before it replaces itself by the server. The
 * guard receives the process id first, so a server never runs unguarded.
 * Decision D43 in src/README.md.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { assert, LenkwerkError } from '../model/errors.js';
import type { Environment } from '../runtime/settings.js';
import type { Identity } from './run.js';

const SHELL = '/bin/sh';

/** Tenths of a second in which a server may end itself before it is killed. */
const GUARD_PATIENCE = 80;

// $1: signal, $2: folder, $3: patience. The last line read is the process to end, `-` for none.
const GUARD_SCRIPT = `
server=-
while read -r line; do server=$line; done
if [ "$server" != - ] && kill -s "$1" "$server" 2>/dev/null; then
  kill -s CONT "$server" 2>/dev/null
  left=$3
  while [ "$left" -gt 0 ] && kill -0 "$server" 2>/dev/null; do
    case $(ps -o stat= -p "$server" 2>/dev/null) in Z*) break ;; esac
    sleep 0.1
    left=$((left - 1))
  done
  kill -s KILL "$server" 2>/dev/null
fi
for _ in 1 2 3 4 5 6 7 8 9; do
  rm -rf -- "$2" 2>/dev/null && break
  sleep 0.3
done
`;

// sh reads only up to the end of the line, so the rest is the input of the command.
const LAUNCHER_SCRIPT = 'read -r go && exec "$@"';

/** Ends a process and removes a folder when it is released, or when this process ends. */
export interface Guard {
  /** Starts a command under this guard. Only one may run at a time. */
  launch(command: LaunchedCommand): Promise<ChildProcess>;
  /** Ends the command if it is running and removes the folder. */
  release(): Promise<void>;
}

interface LaunchedCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Environment;
  readonly cwd: string;
  /** The account to run under; undefined: that of this process. */
  readonly identity: Identity | undefined;
  /** Standard input, which ends after it. */
  readonly input?: string;
  /** File descriptor for both outputs. */
  readonly log: number;
}

/** Guards `folder`; a server left running is ended with `signal`, and killed if that fails. */
export function startGuard(folder: string, signal: 'QUIT' | 'KILL'): Guard {
  const args = ['-c', GUARD_SCRIPT, 'guard', signal, folder, String(GUARD_PATIENCE)];
  const guard = spawn(SHELL, args, {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const { stdin } = guard;
  assert(stdin !== null, 'the guard has a pipe');
  const ended = once(guard, 'exit');
  ended.catch(() => {});
  stdin.on('error', () => {});
  return {
    launch: (command) => launch(command, stdin),
    async release() {
      stdin.end();
      await ended;
    },
  };
}

async function launch(command: LaunchedCommand, guard: Writable): Promise<ChildProcess> {
  const server = spawn(SHELL, ['-c', LAUNCHER_SCRIPT, 'launch', command.file, ...command.args], {
    cwd: command.cwd,
    env: { ...command.env },
    // A separate session: Ctrl-C at a terminal reaches this process only, which ends the server in
    // order.
    detached: true,
    stdio: ['pipe', command.log, command.log],
    ...command.identity,
  });
  await once(server, 'spawn');
  server.once('exit', () => guard.write('-\n'));
  const { stdin } = server;
  assert(stdin !== null, 'the launcher has a pipe');
  stdin.on('error', () => {});
  await writeLine(guard, String(server.pid));
  stdin.end(`go\n${command.input ?? ''}`);
  return server;
}

async function writeLine(stream: Writable, line: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stream.write(`${line}\n`, (error) => {
      if (error)
        reject(new LenkwerkError('environment', 'the guard of a server is gone', { cause: error }));
      else resolve();
    });
  });
}
