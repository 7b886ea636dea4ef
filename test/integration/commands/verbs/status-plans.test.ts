/** Plans of `lenkwerk instance set-status` that are saved, reviewed and applied. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lenkwerk } from '../../../support/cli/command-line.js';
import { project } from '../../../support/cli/project.js';
import { type Workplace, workplace } from '../../../support/servers/command-cluster.js';

const SECTIONS = 'instances: [{ host: "h-[1-3]", username: u }]\n';

let work: Workplace;
let file: string;
beforeEach(async () => {
  work = await workplace();
  file = work.path('status.plan');
  const manifest = work.manifest(SECTIONS);
  expect(await work.run(['apply', manifest, '--auto-approve'])).toMatchObject({ exitCode: 0 });
  await work.query('UPDATE storage.postgres_instance SET status = 3');
});
afterEach(() => work.close());

function save() {
  return work.run(['instance', 'set-status', 'offline', 'h-2', '--out', file]);
}

async function statuses(): Promise<string> {
  const rows = await work.query('SELECT status FROM storage.postgres_instance ORDER BY host');
  return rows.map(([status]) => status).join(' ');
}

test('a saved plan is reviewed and applied; altered it is refused or means the same', async () => {
  const saved = await save();
  expect(saved).toMatchObject({ exitCode: 0 });
  expect((await work.run(['show', file])).stdout).toBe(saved.stdout);
  const text = readFileSync(file, 'utf8');
  const altered = async (from: string, to: string) => {
    const other = text.replace(from, to);
    expect(other).not.toBe(text);
    writeFileSync(file, other);
    return await work.run(['apply', file]);
  };
  const setter = /"setStatus": \{[^}]*\},\s*/.exec(text)?.[0] ?? '';
  expect(
    await altered('"status": "offline",\n    "inst', '"status": "online",\n    "inst'),
  ).toMatchObject({ exitCode: 5 });
  expect(await altered('"h-2:5432"\n', '"h-1:5432"\n')).toMatchObject({ exitCode: 5 });
  expect(await altered(setter, '')).toMatchObject({ exitCode: 5 });
  expect(await statuses()).toBe('3 3 3');
  writeFileSync(file, text);
  expect(await work.run(['apply', file])).toMatchObject({ exitCode: 0 });
  expect(await statuses()).toBe('3 0 3');
  expect((await work.run(['history', '--limit', '1'])).stdout).toContain('set-status offline\n');
});

test('a saved plan without --override does not pass once manifests manage the status', async () => {
  await save();
  const managed = SECTIONS.replace('username: u', 'username: u, status: online');
  await work.run(['apply', work.manifest(`${managed}config: { a: 1 }\n`), '--auto-approve']);
  expect(await work.run(['apply', file])).toMatchObject({ exitCode: 4 });
  const text = readFileSync(file, 'utf8').replace('"override": false', '"override": true');
  writeFileSync(file, text);
  expect(await work.run(['apply', file])).toMatchObject({ exitCode: 5 });
  expect(await statuses()).toBe('3 3 3');
});

test('where saved plans are required the refusal names the command that goes through', async () => {
  const here = await project();
  try {
    await here.environments({ staging: 'review: {require-plan-file: true}' });
    const run = (...args: readonly string[]) =>
      lenkwerk(['--project', here.file, '--env', 'staging', ...args]);
    const plan = here.path('p.plan');
    here.write('staging/instances.yaml', 'instances: [{ host: h, username: u }]\n');
    await run('plan', '--out', plan);
    expect(await run('apply', plan)).toMatchObject({ exitCode: 0 });
    const refused = await run('instance', 'set-status', 'online', 'h', '--auto-approve');
    expect(refused).toMatchObject({ exitCode: 4 });
    expect(refused.stderr).toContain('`lenkwerk instance set-status online h --out FILE`');
    expect(await run('instance', 'set-status', 'online', 'h', '--out', plan)).toMatchObject({
      exitCode: 0,
    });
    expect(await run('apply', plan)).toMatchObject({ exitCode: 0 });
  } finally {
    await here.close();
  }
});
