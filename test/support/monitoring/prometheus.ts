/** Prometheus and its promtool, as Debian packages them. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { findServer, type ServerProgram } from '../../../src/dev/programs/server-program.js';
import { LenkwerkError } from '../../../src/model/errors.js';

interface Program {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

const HINT = 'Install Prometheus (on Debian and Ubuntu: apt-get install prometheus).';
const PACKAGES = { name: 'prometheus', packages: ['prometheus'], hint: HINT } as const;

/** undefined: it is not installed and cannot be fetched. */
export function findPromtool(): Promise<Program | undefined> {
  return find({ ...PACKAGES, binary: 'promtool', variable: 'PROMTOOL_BIN' });
}

/** undefined: it is not installed and cannot be fetched. */
export function findPrometheus(): Promise<Program | undefined> {
  return find({ ...PACKAGES, binary: 'prometheus', variable: 'PROMETHEUS_BIN' });
}

async function find(program: ServerProgram): Promise<Program | undefined> {
  try {
    return await findServer(program, { env: process.env });
  } catch (error) {
    if (error instanceof LenkwerkError && error.code === 'environment') return undefined;
    throw error;
  }
}

/** Its exit code, with all that it prints; `input` is its standard input. */
export async function runPromtool({ file, env }: Program, args: readonly string[], input = '') {
  const child = spawn(file, args, { env: { ...process.env, ...env } });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { exitCode: await ended, output: out + errors };
}
