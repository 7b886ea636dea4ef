/** Runs command lines in this process, and collects their output. */
import { Readable } from 'node:stream';
import type { Host } from '../../../src/commands/command.js';
import { runCommandLine } from '../../../src/commands/main.js';

export interface Outcome {
  readonly exitCode: number;
  /** The text that stdout received. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings extends Partial<Host> {
  /** The answer of the user at the terminal. */
  readonly answer?: string;
}

export async function lenkwerk(
  args: readonly string[],
  { answer, ...host }: Surroundings = {},
): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const atTerminal = answer !== undefined;
  const exitCode = await runCommandLine(args, {
    environment: {},
    terminals: { stdin: atTerminal, stdout: false, stderr: atTerminal },
    version: '0.1.0',
    signal: new AbortController().signal,
    endInOrder: () => {},
    stdin: () => Readable.from([]),
    writeResult: async (text) => {
      out.push(text);
      return true;
    },
    writeRemark: (text) => err.push(text),
    ask: async (question) => {
      err.push(question);
      return answer;
    },
    ...host,
  });
  return { exitCode, stdout: out.join(''), stderr: err.join('') };
}
