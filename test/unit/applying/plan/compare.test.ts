/** `plan --from A --to B` on the command line: no database is asked. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lenkwerk } from '../../../support/cli/command-line.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-compare-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string, kind = 'Cluster'): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `apiVersion: lenkwerk/v1\nkind: ${kind}\n${text}`);
  return path;
}

/** A database that is not there: asking it would fail. */
const environment = { PGHOST: '127.0.0.1', PGPORT: '1' };
const plan = (...args: readonly string[]) => lenkwerk(['plan', ...args], { environment });

test('two sets of manifests, whichever cluster they name', async () => {
  const from = write('a/a.yaml', 'cluster: one\nconfig: {a: 1, b: 2}\n');
  write('b/b.yaml', 'cluster: two\nconfig: {a: 3, c: 4}\n');
  const args = ['--from', from, '--to', join(folder, 'b')];
  const { exitCode, stdout } = await plan(...args, '--detailed-exitcode');
  expect(exitCode).toBe(2);
  expect(stdout).toContain('Plan: 1 to add, 1 to change, 0 to expire, 1 to delete.');
  expect(stdout).toContain('! delete:config');
  expect((await plan('--from', from, '--to', from, '--detailed-exitcode')).exitCode).toBe(0);
  const part = await plan(...args, '--only', 'config/a', '--markdown');
  expect(part.stdout).toContain('0 to add, 1 to change');
});

test('several paths make one set', async () => {
  const one = write('one.yaml', 'config: {a: 1}\n');
  const two = write('two.yaml', 'config: {b: 1}\n');
  const all = write('all.yaml', 'config: {a: 1, b: 1}\n');
  const { exitCode } = await plan('--from', one, '--from', two, '--to', all, '--detailed-exitcode');
  expect(exitCode).toBe(0);
});

test('two environments, with their overrides', async () => {
  write('cluster/a.yaml', 'config: {a: 1}\n');
  write('b/overrides.yaml', 'config: {a: 2}\n', 'Overrides');
  const environments = 'a: {paths: [cluster]}, b: {paths: [cluster, b], cluster: other}';
  const project = write('lenkwerk.yaml', `environments: {${environments}}\n`, 'Project');
  const flags = ['--project', project, '--from-env', 'a'];
  const { stdout } = await plan(...flags, '--to-env', 'b', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    cluster: { database: 'a to b' },
    changes: [{ address: 'config/a', action: 'update' }],
  });
  expect((await plan(...flags, '--to-env', 'c')).stderr).toContain('there are: a, b');
});

test.each([
  [['--from', 'x'], '--to PATH or --to-env NAME'],
  [['--from', 'x', '--from-env', 'y', '--to', 'z'], '--from PATH or --from-env NAME'],
  [['x', '--from', 'x', '--to', 'y'], 'neither a PATH nor --out'],
  [['--from', 'x', '--to', 'y', '--out', 'z'], 'neither a PATH nor --out'],
  [['--from-env', 'x', '--to', 'y'], 'there is no environment x'],
])('%j is refused', async (args, message) => {
  const { exitCode, stderr } = await plan(...args);
  expect(exitCode).toBe(3);
  expect(stderr).toContain(message);
});
