/** Storage nodes in a throw-away Lenkwerk: each follows, under the name of an instance. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { DEV_STORES } from '../../../src/dev/stores.js';
import { CLI } from '../../support/cli/built.js';
import { runCli, startCli } from '../../support/cli/cli.js';
import { runProgram } from '../../support/cli/console-lines.js';
import { scratchFolder } from '../../support/scratch.js';
import { isAlive, processesNaming } from '../../support/servers/processes.js';
import { waitFor } from '../../support/wait.js';

const TIMEOUT_MS = 120_000;

async function manifestOf(folder: string, hosts: string): Promise<string> {
  const file = join(folder, 'cluster.yaml');
  await writeFile(
    file,
    `apiVersion: lenkwerk/v1
kind: Cluster
instances: [{host: '${hosts}', username: u, status: online}]
servermap: {algorithm: ring}
config: {retain_hrs: 5}
`,
  );
  return file;
}

test.each(Object.keys(DEV_STORES))(
  'every node acknowledges what is in the %s, and shows it',
  async (store) => {
    const folder = await scratchFolder();
    const file = await manifestOf(folder, 'storage-[1-2]');
    const script = [
      'lenkwerk apply "$1" --auto-approve --wait',
      'lenkwerk verify "$1" --nodes --wait',
      'export LENKWERK_DATABASE="$LENKWERK_NODE_2"',
      'lenkwerk follow --name storage-2_5432 --once || echo "exit code $?"',
    ];
    const shell = `set -e\nlenkwerk() { '${process.execPath}' '${CLI}' "$@"; }\n${script.join('\n')}`;
    const command = ['--', 'sh', '-c', shell, 'sh', file];
    const args = [CLI, 'dev', '--store', store, '--nodes', '2', ...command];
    const { exitCode, output } = await runProgram(process.execPath, args, { cwd: folder });
    expect(exitCode, output).toBe(0);
    expect(output).toContain('nodes: 2 of 2 acknowledged it');
    // The one that runs has its place.
    expect(output).toContain('another follower of this database is active');
  },
  TIMEOUT_MS,
);

interface Node {
  readonly node: number;
  readonly name: string;
  readonly pid: number;
}

/** The log lines with this message. */
function logged(stderr: string, message: string): readonly Node[] {
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line)).filter((entry) => entry.message === message);
}

test('a node takes a name once, waits for one where there are too few, and ends with dev', async () => {
  const [folder, directory] = [await scratchFolder(), await scratchFolder()];
  const dev = startCli(['dev', '--nodes', '3', '--json'], { env: { TMPDIR: directory } });
  await dev.waitForOutput('LENKWERK_NODE_3', TIMEOUT_MS);
  const env: Record<string, string> = JSON.parse(dev.stdout());
  const following = () => logged(dev.stderr(), 'a node follows');
  const apply = async (hosts: string) => {
    const file = await manifestOf(folder, hosts);
    const args = ['apply', file, '--auto-approve', '--allow', 'delete:instance'];
    const { exitCode, stderr } = await runCli([...args, '--allow', 'servermap:drops-data'], {
      env,
    });
    expect(exitCode, stderr).toBe(0);
  };
  const names = async (count: number) => {
    await waitFor(() => following().length === count, { what: `${count} nodes` });
    return following().map(({ node, name }) => `${node} ${name}`);
  };
  await apply('storage-[2-3]');
  expect(await names(2)).toEqual(['1 storage-2_5432', '2 storage-3_5432']);
  await apply('storage-[1-3]');
  expect(await names(3)).toEqual(['1 storage-2_5432', '2 storage-3_5432', '3 storage-1_5432']);

  const shown = new Client({ connectionString: env['LENKWERK_NODE_3'] });
  await shown.connect();
  const hosts = async () => {
    const { rows } = await shown.query('SELECT host FROM storage.postgres_instance ORDER BY host');
    return rows.map(({ host }) => host);
  };
  await waitFor(async () => (await hosts()).length === 3, { what: 'three instances' });
  await shown.end();

  const [first, ...others] = following().map(({ pid }) => pid);
  process.kill(first ?? 0, 'SIGKILL');
  await dev.waitForOutput('the follower of a node has ended');
  expect(logged(dev.stderr(), 'the follower of a node has ended')).toMatchObject([
    { node: 1, name: 'storage-2_5432', pid: first },
  ]);
  const again = startCli(['follow', '--name', 'storage-2_5432'], {
    env: { ...env, LENKWERK_DATABASE: env['LENKWERK_NODE_1'] ?? '' },
  });
  await again.waitForOutput('compared with everything');
  dev.kill('SIGKILL');
  await dev.ended;
  await waitFor(async () => (await processesNaming(directory)).length === 0, {
    what: 'every process to be gone',
  });
  expect(await Promise.all(others.map(isAlive))).toEqual([false, false]);
  expect(await readdir(directory)).toEqual([]);
}, 180_000);

test.each(['0', '101', 'three'])('--nodes %s is refused', async (count) => {
  const { exitCode, stderr } = await runCli(['dev', '--nodes', count]);
  expect([exitCode, stderr]).toEqual([3, expect.stringContaining('from 1 to 100')]);
});
