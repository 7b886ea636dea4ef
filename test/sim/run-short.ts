/** The simulation as a process of its own: it replaces the clock of the whole process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

interface ShortRun {
  readonly exitCode: number | null;
  readonly lastLine: string | undefined;
}

/** Prints the report of the simulation where it failed. */
export async function runShort(seeds: number, from = 1): Promise<ShortRun> {
  const args = ['--import', 'tsx', MAIN, '--short', String(seeds), '--from', String(from)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const output = await text(child.stdout);
  await closed;
  if (child.exitCode !== 0) console.log(output);
  return { exitCode: child.exitCode, lastLine: output.trimEnd().split('\n').at(-1) };
}
