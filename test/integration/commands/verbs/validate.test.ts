/** Manifests of the largest sizes: what checking them costs, and that a signal ends it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli, startCli } from '../../../support/cli/cli.js';
import { scratchFolder } from '../../../support/scratch.js';
import { waitFor } from '../../../support/wait.js';

const HEAD = 'apiVersion: lenkwerk/v1\nkind: Cluster\n';
/** Far beyond a second, also on a machine with other work; the quadratic forms took minutes. */
const DEADLINE_MS = 30_000;

async function manifest(lines: (i: number) => string, count: number): Promise<string> {
  const file = join(await scratchFolder(), 'large.yaml');
  writeFileSync(file, HEAD + Array.from({ length: count }, (_, i) => lines(i)).join(''));
  return file;
}

test(
  '700,000 problems: fifty are shown, and all are counted',
  async () => {
    const file = await manifest((i) => `k${i}: 1\n`, 700_000);
    const { exitCode, stderr } = await runCli(['validate', file, '--json']);
    expect(exitCode).toBe(3);
    expect(stderr.match(/unknown field/g)).toHaveLength(50);
    expect(stderr).toContain('error: 700000 problems in the manifests; the first 50 are shown');
  },
  DEADLINE_MS,
);

test(
  'a text that only the YAML library reads is bounded',
  async () => {
    const file = await manifest((i) => `k${i % 2}: &a 1\n`, 700_000);
    const { exitCode, stderr } = await runCli(['validate', file]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('more than the manifests of one run may hold together');
  },
  DEADLINE_MS,
);

/** Loading the program takes less: then it reads the manifest. */
const BUSY_MS = 400;
const TICK_MS = 10;

/** User time. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) * TICK_MS;
}

test(
  'SIGTERM ends the checking of a large manifest at once',
  async () => {
    const file = await manifest((i) => `${i === 0 ? 'config:\n' : ''}  key_${i}: v\n`, 250_000);
    const cli = startCli(['validate', file]);
    await waitFor(() => cpuMs(cli.pid) > BUSY_MS, { timeoutMs: 20_000, what: 'a busy process' });
    const killed = performance.now();
    cli.kill('SIGTERM');
    expect((await cli.ended).stdout).toBe('');
    expect(performance.now() - killed).toBeLessThan(1_000);
  },
  DEADLINE_MS,
);
