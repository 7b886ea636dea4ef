/** The commands in the READMEs of the examples, run in a copy of their folder. */

import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CLI } from '../../support/cli/built.js';
import { startCli } from '../../support/cli/cli.js';
import { consoleLines, runProgram, scriptOf } from '../../support/cli/console-lines.js';
import { createDatabase, etcdEndpoint, uniquePrefix } from '../../support/servers/servers.js';

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));
const TIMEOUT_MS = 180_000;
/** Shown, but not for a shell: another test runs these. */
const WITHOUT_COMMANDS = ['ci', 'consumers', 'program', 'storage-node'];

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'lenkwerk-example-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

async function copyOf(example: string): Promise<string> {
  const folder = join(parent, example);
  await cp(join(EXAMPLES, example), folder, { recursive: true });
  return folder;
}

async function scriptOfReadme(folder: string): Promise<string> {
  const lines = consoleLines(await readFile(join(folder, 'README.md'), 'utf8'));
  expect(lines.length).toBeGreaterThan(2);
  return scriptOf(lines);
}

const DONE = { exitCode: 0, output: '' };

test('every README with commands is run here', async () => {
  const folders = await readdir(EXAMPLES);
  const shown = await Promise.all(
    folders.map(async (name) => {
      const text = await readFile(join(EXAMPLES, name, 'README.md'), 'utf8').catch(() => '');
      return { name, commands: consoleLines(text).length };
    }),
  );
  const run = ['adopt', 'environments', 'fleet', 'operating', 'two-regions'];
  expect(shown.filter(({ commands }) => commands > 0).map(({ name }) => name)).toEqual(run);
  expect(folders).toEqual(expect.arrayContaining(WITHOUT_COMMANDS));
});

test('fleet', { timeout: TIMEOUT_MS }, async () => {
  const cwd = await copyOf('fleet');
  const args = [CLI, 'dev', '--', 'sh', '-c', await scriptOfReadme(cwd)];
  expect(await runProgram(process.execPath, args, { cwd })).toEqual(DONE);
});

test('environments', { timeout: TIMEOUT_MS }, async () => {
  const cwd = await copyOf('environments');
  const args = [CLI, 'dev', '--', 'sh', '-c', await scriptOfReadme(cwd)];
  expect(await runProgram(process.execPath, args, { cwd })).toEqual(DONE);
});

test('two-regions', { timeout: TIMEOUT_MS }, async () => {
  const cwd = await copyOf('two-regions');
  const { hostname, port } = new URL(etcdEndpoint());
  const text = await readFile(join(cwd, 'cluster.yaml'), 'utf8');
  const prefix = uniquePrefix();
  const local = text
    .replace(/etcd\.\w+\.example\.com, port: 2379/g, `${hostname}, port: ${port}`)
    .replace(/prefix: /g, `prefix: ${prefix}`);
  await writeFile(join(cwd, 'cluster.yaml'), local);
  const script = await scriptOfReadme(cwd);
  const database = await createDatabase();
  const env = { ...process.env, DATABASE_URL: database.url };
  const initialised = await runProgram(process.execPath, [CLI, 'init'], { cwd, env });
  expect(initialised).toMatchObject({ exitCode: 0 });
  const applied = await runProgram(
    process.execPath,
    [CLI, 'apply', 'cluster.yaml', '--auto-approve'],
    { cwd, env },
  );
  expect(applied).toMatchObject({ exitCode: 0 });
  const agent = startCli(['agent'], { cwd, env: { DATABASE_URL: database.url } });
  try {
    expect(await runProgram('sh', ['-c', script], { cwd, env })).toEqual(DONE);
  } finally {
    agent.kill();
    await agent.ended;
    await database.drop();
  }
});
