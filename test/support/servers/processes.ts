/** Lists processes, to check that none is left behind. */
import { readdir, readFile } from 'node:fs/promises';

/** A process that has ended and is not reaped yet does not count. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state !== '' && state !== undefined && state !== 'Z';
}

interface RunningProcess {
  readonly pid: number;
  /** The words of its command line, with spaces between them. */
  readonly command: string;
}

/** The living processes that have `text` in their command line or environment. */
export async function processesNaming(text: string): Promise<readonly RunningProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const processes = await Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      const names = command.includes(text) || environment.includes(text);
      return { pid, command: command.replaceAll('\0', ' ').trim(), names };
    }),
  );
  return processes.filter(({ names }) => names);
}
