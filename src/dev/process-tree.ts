import { readdir, readFile } from 'node:fs/promises';
import { run } from './run.js';

const PS_TIMEOUT_MS = 10_000;

/** The ids of the processes that `parent` started and that are not reaped yet. */
export async function childrenOf(parent: number): Promise<readonly number[]> {
  const processes = (await fromProc()) ?? (await fromPs());
  return processes.filter((entry) => entry.parent === parent).map((entry) => entry.pid);
}

/** Sends a signal, 0: none; false when there is no such process. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
}

/** undefined where there is no /proc. Slim container images have no ps, but /proc. */
async function fromProc(): Promise<readonly ProcessEntry[] | undefined> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  if (pids.length === 0) return undefined;
  const entries = pids.map(async (pid) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // pid (name) state ppid ...: the name may hold anything, parentheses included.
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(parent) };
  });
  return Promise.all(entries);
}

async function fromPs(): Promise<readonly ProcessEntry[]> {
  const options = { env: { PATH: '/usr/bin:/bin' }, cwd: '/', timeoutMs: PS_TIMEOUT_MS };
  const text = await run('ps', ['-A', '-o', 'pid=,ppid='], options);
  return text.split('\n').map((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return { pid: pid ?? 0, parent: parent ?? 0 };
  });
}
