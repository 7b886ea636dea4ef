import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Workplace, workplace } from '../../support/servers/command-cluster.js';

let work: Workplace;
let planFile: string;
beforeEach(async () => {
  work = await workplace();
  planFile = work.path('cluster.plan');
});
afterEach(() => work.close());

test('a plan file suffices: the manifests may be gone', async () => {
  const file = work.manifest('config: { kafka_topic: events, exact: 12345678901234567890.10 }\n');
  await work.run(['plan', file, '--out', planFile]);
  rmSync(file);
  expect(await work.run(['apply', planFile])).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await work.query("SELECT value::text FROM storage.config WHERE key = 'exact'")).toEqual([
    ['12345678901234567890.10'],
  ]);
});

test('the log has the places that were reviewed, not those of the plan file', async () => {
  const file = work.manifest('config:\n  kafka_topic: events\n');
  await work.run(['plan', file, '--out', planFile]);
  const applied = await work.run(['apply', planFile]);
  expect(applied.stdout).toContain(`${file}:4:3`);
  expect(applied.stdout).not.toContain('its desired state');
  const shown = await work.run(['history', '1']);
  expect(shown.stdout).toContain(`${file}:4:3`);
  expect(shown.stdout).not.toContain('its desired state');
});

test('show prints a plan as plan printed it, in every form', async () => {
  const file = work.manifest('config: { kafka_topic: events }\n');
  await work.run(['plan', file, '--out', planFile]);
  for (const form of [[], ['--json'], ['--markdown'], ['--sql']]) {
    const shown = await work.run(['show', planFile, ...form]);
    expect(shown.exitCode).toBe(0);
    expect(shown.stdout).toBe((await work.run(['plan', file, ...form])).stdout);
  }
});

test('a stale plan names the apply that changed each address', async () => {
  const author = { environment: { USER: 'another person' } };
  const [[user] = []] = await work.query('SELECT session_user::text');
  await work.run(['plan', work.manifest('config: { a: 1, b: 1 }\n'), '--out', planFile]);
  const other = work.manifest('config: { a: 2 }\n', 'other.yaml');
  await work.run(['apply', other, '--auto-approve'], author);
  const { exitCode, stderr } = await work.run(['apply', planFile]);
  expect(exitCode).toBe(5);
  expect(stderr).toMatch(/no longer fits at config\/a \(\w+ at [-\d]+ [:\d]+\+00, apply 1\)$/m);
  expect(stderr).toContain(`config/a (${user} at`);
});

test('a plan that is in place already is reported as such, with the apply', async () => {
  const file = work.manifest('config: { a: 1, b: 1 }\n');
  await work.run(['plan', file, '--out', planFile]);
  expect((await work.run(['apply', planFile])).exitCode).toBe(0);
  const again = await work.run(['apply', planFile]);
  expect(again.exitCode).toBe(5);
  expect(again.stderr).toMatch(
    /changes of the plan are in place already \(\w+ at [-\d]+ [:\d]+\+00, apply 1\)$/m,
  );
});

test('a plan whose boundary has passed is too late', async () => {
  const production = 'config: { production: 1 }\n';
  await work.run(['apply', work.manifest(production), '--auto-approve']);
  const file = work.manifest(`${production}dimensions: [{ field: /service }]\n`);
  await work.run(['plan', file, '--out', planFile]);
  const text = readFileSync(planFile, 'utf8');
  const [, boundary = ''] = /"dimensions": "([^"]+)"/.exec(text) ?? [];
  writeFileSync(planFile, text.replaceAll(boundary, '2020-01-01 10:00:00'));
  const { exitCode, stderr } = await work.run(['apply', planFile]);
  expect(exitCode).toBe(5);
  expect(stderr).toContain('too late');
  expect(stderr).toContain(boundary);
});

test('a newer format asks for an upgrade, and another cluster is refused', async () => {
  await work.run(['plan', work.manifest('config: { a: 1 }\n'), '--out', planFile]);
  const text = readFileSync(planFile, 'utf8');
  writeFileSync(planFile, text.replace('"formatVersion": 1', '"formatVersion": 9'));
  const newer = await work.run(['apply', planFile]);
  expect(newer).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('upgrade') });
  const id = /"id": "([0-9a-f-]{36})"/.exec(text)?.[1] ?? '';
  writeFileSync(planFile, text.replace(id, '00000000-0000-0000-0000-000000000000'));
  expect((await work.run(['apply', planFile])).exitCode).toBe(5);
});

test('what a plan file repeats of its changes cannot be altered', async () => {
  await work.run(['plan', work.manifest('config: { a: 1, b: 2 }\n'), '--out', planFile]);
  const text = readFileSync(planFile, 'utf8');
  const altered = [
    text.replace('"add": 2', '"add": 1'),
    text.replace('"delete": 0', '"delete": 7'),
    text.replace('"address": "config/a"', '"address": "config/harmless"'),
    text.replace('"action": "create"', '"action": "delete"'),
  ];
  for (const other of altered) {
    expect(other).not.toBe(text);
    writeFileSync(planFile, other);
    for (const verb of ['show', 'apply']) {
      const { exitCode, stderr } = await work.run([verb, planFile]);
      expect(exitCode).toBe(3);
      expect(stderr).toContain('it was altered');
    }
  }
});

test('what else a reviewer reads in a plan file is compared before it is applied', async () => {
  const file = work.manifest('config: { a: 1 }\nindexes: [{name: x, method: gin, fields: []}]\n');
  await work.run(['plan', file, '--out', planFile]);
  const text = readFileSync(planFile, 'utf8');
  const [, notice = ''] = /"notices": \[\s*("[^"]+")/.exec(text) ?? [];
  const [, database = ''] = /"database": ("[^"]+")/.exec(text) ?? [];
  const altered: readonly (readonly [string, string])[] = [
    [text.replace(notice, '"approved by security"'), 'the notices of the plan'],
    [text.replace(notice, `${notice}, "approved by security"`), 'the notices of the plan'],
    [text.replace(database, '"production"'), 'a database of another name'],
    [text.replace('"production": false', '"production": true'), 'the times of the plan'],
    [
      text.replace(/"unmanaged": \[[^\]]*\]/, '"unmanaged": []'),
      'the sections outside of the plan',
    ],
  ];
  for (const [other, message] of altered) {
    expect(other).not.toBe(text);
    writeFileSync(planFile, other);
    const { exitCode, stderr } = await work.run(['apply', planFile]);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(5);
  }
  writeFileSync(planFile, text);
  expect((await work.run(['apply', planFile])).exitCode).toBe(0);
  expect((await work.run(['history', '1'])).stdout).toMatch(/commit .* \(as reported\)/);
});

test('the order of the changes and the notices of a trial are compared, too', async () => {
  const field = `{ expression: "(data->>'d')::date" }`;
  const index = `indexes: [{ name: x, method: btree, fields: [${field}] }]`;
  const file = work.manifest(`config: { a: 1, b: 2 }\n${index}\n`);
  const allow = ['--allow', 'expression:unvetted'];
  await work.run(['plan', file, '--out', planFile]);
  const plan = JSON.parse(readFileSync(planFile, 'utf8'));
  const [one, other, ...rest] = plan.changes;
  const trial = `index x, field 1 of the manifest: no sample message gave a value, and some failed`;
  const altered: readonly (readonly [object, string])[] = [
    [{ ...plan, changes: [other, one, ...rest] }, 'the order of the plan'],
    [{ ...plan, notices: [...plan.notices, `${trial}: all the others are fine`] }, 'the notices'],
    [{ ...plan, notices: [...plan.notices, 'index x was not tried: it has no fields'] }, 'notices'],
  ];
  for (const [document, message] of altered) {
    writeFileSync(planFile, JSON.stringify(document));
    const { exitCode, stderr } = await work.run(['apply', planFile, ...allow]);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(5);
  }
  writeFileSync(planFile, JSON.stringify(plan));
  expect((await work.run(['apply', planFile, ...allow])).exitCode).toBe(0);
});

test('cut or changed anywhere, a plan file changes nothing else than what was reviewed', async () => {
  await work.run(['plan', work.manifest('config: { aaa: "x" }\n'), '--out', planFile]);
  const text = readFileSync(planFile, 'utf8');
  for (let at = 0; at < text.length; at += 37) {
    const broken = at % 2 === 0 ? text.slice(0, at) : `${text.slice(0, at)}~${text.slice(at + 1)}`;
    writeFileSync(planFile, broken);
    const { exitCode, stderr } = await work.run(['apply', planFile, '--dry-run']);
    expect([0, 3, 5], `${at}: ${stderr}`).toContain(exitCode);
    expect(stderr).not.toMatch(/^ {4}at /m);
  }
  expect(await work.query('SELECT count(*)::int FROM storage.config')).toEqual([[0]]);
});

test('a part of a plan: said, carried out, and read back as such', async () => {
  const file = work.manifest(
    [
      'config: { a: 1, b: 2 }',
      'instances: [{ host: "h[1-3]", username: u, status: online }]',
      'servermap: { algorithm: ring }',
      'indexes: [{ name: i, method: btree, fields: [{ pointer: /x }, { pointer: /y }] }]\n',
    ].join('\n'),
  );
  const part = ['--only', 'index/i', '--only', 'instance/h*', '--exclude', 'instance/h3*'];
  const planned = await work.run(['plan', file, ...part, '--out', planFile]);
  expect(planned.stdout).toContain('PARTIAL PLAN, 4 changes are left out: --only index/i');
  expect(planned.stdout).toContain('Plan: 5 to add');
  expect(await work.run(['apply', planFile])).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await work.query('SELECT count(*)::int FROM storage.index_field')).toEqual([[2]]);
  // The ring is made of the instances that there are, not of those that are only wanted.
  await work.run(['apply', file, '--only', 'servermap', '--auto-approve', ...ALLOW_SAME_HOST]);
  const [[map] = []] = await work.query('SELECT server_map::text FROM storage.servermap');
  expect(map).toContain('h2_5432');
  expect(map).not.toContain('h3_5432');
  const unknown = await work.run(['plan', file, '--only', 'index/j']);
  expect(unknown).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('index/i?') });
  const lonely = await work.run(['apply', file, '--only', 'config/a', '--auto-approve']);
  expect(lonely.exitCode).toBe(0);
  expect(await work.query('SELECT key FROM storage.config')).toEqual([['a']]);
  // Once it is carried out, nothing has this address any more.
  const without = work.manifest('config: { b: 2 }\n', 'without.yaml');
  const flags = ['--only', 'config/a', '--auto-approve', '--allow', 'delete:config'];
  expect(await work.run(['apply', without, ...flags])).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await work.query('SELECT key FROM storage.config')).toEqual([]);
});

const ALLOW_SAME_HOST = ['--allow', 'copies:same-host'];
