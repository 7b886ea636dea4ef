/** A revert that is saved, reviewed and applied. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lenkwerk } from '../../../support/cli/command-line.js';
import { project } from '../../../support/cli/project.js';
import { type Workplace, workplace } from '../../../support/servers/command-cluster.js';

let work: Workplace;
let planFile: string;
beforeEach(async () => {
  work = await workplace();
  planFile = work.path('revert.plan');
  for (const value of [1, 2]) {
    const file = work.manifest(`config: { a: ${value} }\n`);
    expect(await work.run(['apply', file, '--auto-approve'])).toMatchObject({ exitCode: 0 });
  }
});
afterEach(() => work.close());

const recorded = async () => (await work.query('SELECT value::text FROM storage.config'))[0]?.[0];

test('the plan is shown and changes nothing; applied it is logged as the revert', async () => {
  const saved = await work.run(['revert', '1', '--out', planFile]);
  expect(saved).toMatchObject({ exitCode: 0, stderr: '' });
  expect(saved.stdout).toContain('Plan: 0 to add, 1 to change');
  expect(await recorded()).toBe('2');
  expect((await work.run(['show', planFile])).stdout).toBe(saved.stdout);
  expect(await work.run(['apply', planFile])).toMatchObject({ exitCode: 0 });
  expect(await recorded()).toBe('1');
  expect((await work.run(['history', '--limit', '1'])).stdout).toMatch(/\n3 .*revert of 1\n/);
});

test('a plan that calls itself the revert of another apply is stale', async () => {
  await work.run(['revert', '1', '--out', planFile]);
  const text = readFileSync(planFile, 'utf8');
  for (const other of ['2', '77']) {
    writeFileSync(planFile, text.replace('"revertOf": "1"', `"revertOf": "${other}"`));
    const { exitCode } = await work.run(['apply', planFile]);
    expect(exitCode).toBe(other === '2' ? 5 : 3);
  }
  expect(await recorded()).toBe('2');
});

test('what concerns an apply is refused beside it, and so is a file that is no earlier plan', async () => {
  for (const flag of ['--auto-approve', '--dry-run', '--wait']) {
    expect(await work.run(['revert', '1', '--out', planFile, flag])).toMatchObject({ exitCode: 3 });
  }
  const file = work.manifest('config: {}\n');
  expect(await work.run(['revert', '1', '--out', file])).toMatchObject({ exitCode: 3 });
});

test('an apply to the cluster that this database was copied from is not gone back to', async () => {
  await work.run(['init', '--new-identity']);
  for (const flag of [['--auto-approve'], ['--out', planFile]]) {
    const { exitCode, stderr } = await work.run(['revert', '1', ...flag]);
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/apply 1 was to cluster \S+, and the database is \S+\n/);
    expect(stderr).toContain('`lenkwerk history 1 --json`');
  }
  expect(await recorded()).toBe('2');
});

test('where saved plans are required a revert names its own command, which goes through', async () => {
  const here = await project();
  try {
    await here.environments({ staging: 'review: {require-plan-file: true}' });
    const run = (...args: readonly string[]) =>
      lenkwerk(['--project', here.file, '--env', 'staging', ...args]);
    const plan = here.path('p.plan');
    for (const value of [1, 2]) {
      here.write('staging/config.yaml', `config: {a: ${value}}\n`);
      await run('plan', '--out', plan);
      expect(await run('apply', plan)).toMatchObject({ exitCode: 0 });
    }
    for (const flags of [[], ['--auto-approve']]) {
      const refused = await run('revert', '1', ...flags);
      expect(refused).toMatchObject({ exitCode: 4 });
      expect(refused.stderr).toContain('`lenkwerk revert 1 --out FILE`');
    }
    expect(await run('revert', '1', '--out', plan)).toMatchObject({ exitCode: 0 });
    expect(await run('apply', plan)).toMatchObject({ exitCode: 0 });
  } finally {
    await here.close();
  }
});
