import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Workplace, workplace } from '../../support/servers/command-cluster.js';

let work: Workplace;
beforeEach(async () => {
  work = await workplace();
});
afterEach(() => work.close());

const index = (expression: string) =>
  `indexes:\n  - name: i\n    method: btree\n    fields:\n      - expression: ${expression}\n`;
const HOSTILE = "pg_read_file('/etc/passwd' || (data->>'x'))";

const UNVETTED = ['--allow', 'expression:unvetted'];

test('what vetting refuses is a danger with its reason, and a note of validate', async () => {
  const file = work.manifest(index(HOSTILE));
  const reason = 'is not vetted: the function pg_read_file is not allowed: its result depends on';
  for (const when of ['before', 'after']) {
    const validated = await work.run(['validate', file]);
    expect([when, validated.exitCode]).toEqual([when, 0]);
    expect(validated.stderr).toContain(`note: ${file}:7:9: index/i ${reason}`);
    const { notices } = JSON.parse((await work.run(['validate', file, '--json'])).stdout);
    expect(notices).toEqual([expect.stringContaining(reason)]);
    if (when === 'after') continue;
    const { stdout } = await work.run(['plan', file]);
    expect(stdout).toContain('! expression:unvetted');
    expect(stdout).toContain(`note: index/i/field/0 ${reason}`);
    const refused = await work.run(['apply', file, '--auto-approve']);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain(reason);
    expect((await work.run(['apply', file, '--auto-approve', ...UNVETTED])).exitCode).toBe(0);
  }
});

test('what PostgreSQL cannot read is an error in every verb, at its place', async () => {
  const file = work.manifest(index("data->'a'); DROP TABLE storage.config; SELECT (1"));
  const verbs = [['validate'], ['plan'], ['apply', '--auto-approve', ...UNVETTED]];
  for (const verb of [...verbs, ['apply', '--dry-run', ...UNVETTED]]) {
    const { exitCode, stdout } = await work.run([...verb, file, '--json']);
    expect([verb, exitCode]).toEqual([verb, 3]);
    expect(JSON.parse(stdout).error.problems).toMatchObject([
      { file, line: 7, message: expect.stringContaining('the expression is not valid') },
    ]);
  }
});

test('no name leaves CREATE INDEX, and no command changes, unless it is allowed', async () => {
  const method = '"rum (data); DROP TABLE x; --"';
  const names = index('data')
    .replace('name: i', 'name: "i ON t"')
    .replace('method: btree', `method: ${method}\n    tablespace: "x; COPY t TO PROGRAM"`);
  const file = work.manifest(`config:\n  additional_index_types: [${method}]\n${names}`);
  const refused = await work.run(['apply', file, '--auto-approve']);
  expect(refused.exitCode).toBe(4);
  expect(refused.stderr).toContain('expression:unvetted, node:command');
  expect((await work.run(['validate', file])).stderr).toContain('is no plain identifier');
  const one = await work.run(['apply', file, '--auto-approve', ...UNVETTED]);
  expect(one.exitCode).toBe(4);
  const wrong = await work.run(['apply', file, '--auto-approve', '--allow', 'node:command,x']);
  expect(wrong.exitCode).toBe(3);
  const both = ['--allow', 'node:command,expression:unvetted'];
  expect((await work.run(['apply', file, '--auto-approve', ...both])).exitCode).toBe(0);
});

test('an expression that fails for every message is a problem of plan and apply', async () => {
  const file = work.manifest(index('jsonb_array_length(data)'));
  for (const verb of [['plan'], ['apply', '--auto-approve']]) {
    const { exitCode, stdout } = await work.run([...verb, file, '--json']);
    expect([verb, exitCode]).toEqual([verb, 3]);
    expect(JSON.parse(stdout).error.problems).toMatchObject([
      { path: 'index/i/field/0', message: expect.stringContaining('fails for every sample') },
    ]);
  }
});

test.each([
  ['plan', []],
  ['apply', ['--dry-run']],
  ['apply', ['--auto-approve']],
])('%s %j tries an index that the server refuses', async (verb, flags) => {
  const file = work.manifest(index("lower(data->'x')"));
  const { exitCode, stdout } = await work.run([verb, file, ...flags, '--json']);
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout).error.problems[0]).toMatchObject({
    file,
    line: 7,
    path: 'index/i/field/0',
    message: expect.stringContaining('42883'),
  });
  expect(await work.query('SELECT count(*)::int FROM storage.index')).toEqual([[0]]);
});

test('the place of one problem stands in text as well', async () => {
  const file = work.manifest(index("lower(data->'x')"));
  const { stderr } = await work.run(['plan', file]);
  expect(stderr).toContain(`error: ${file}:7:9: index/i/field/0: the server refuses this index`);
});

test('a refused field has the address of the plan, not its position in the manifest', async () => {
  const fields = (...expressions: readonly string[]) =>
    work.manifest(
      `indexes:\n  - name: i\n    method: btree\n    fields:\n${expressions.map((one) => `      - expression: ${one}\n`).join('')}`,
    );
  await work.run(['apply', fields("data->>'a'", "data->>'b'"), '--auto-approve']);
  // The first field ends and keeps its place.
  const allowed = ['--allow', 'expire:index'];
  await work.run(['apply', fields("data->>'b'"), '--auto-approve', ...allowed]);
  const planned = await work.run(['plan', fields("data->>'b'", "data->>'c'"), '--json']);
  const addresses = JSON.parse(planned.stdout).changes.map(({ address = '' }) => address);
  expect(addresses).toEqual(['index/i/field/2']);
  const part = ['plan', fields("data->>'b'", "data->>'c'"), '--only', 'index/i/field/2'];
  expect((await work.run(part)).stdout).toContain('+ index/i/field/2 will be created');
  const file = fields("data->>'b'", "lower(data->'c')");
  for (const verb of [['plan'], ['apply', '--auto-approve']]) {
    const { stdout } = await work.run([...verb, file, '--json']);
    expect(JSON.parse(stdout).error.problems).toMatchObject([
      { path: 'index/i/field/2', file, line: 8 },
    ]);
  }
});

test('an index that fails as a whole is shown at its own place', async () => {
  const two = '      - pointer: /a\n      - pointer: /b\n';
  const whole = `  - name: ab\n    method: hash\n    fields:\n${two}`;
  const file = work.manifest(`${index("data->>'x'").replace('name: i', 'name: a')}${whole}`);
  const { exitCode, stdout } = await work.run(['plan', file, '--json']);
  expect(exitCode).toBe(3);
  const [problem] = JSON.parse(stdout).error.problems;
  expect(problem).toMatchObject({ file, line: 8, path: 'index/ab' });
});

test.each([
  ['plan', []],
  ['apply', ['--auto-approve', '--allow', 'node:command']],
])('%s names the index that it could not try', async (verb, flags) => {
  const config = 'config:\n  additional_index_types: [rum]\n';
  const file = work.manifest(`${config}${index('data').replace('btree', 'rum')}`);
  const { stdout } = await work.run([verb, file, ...flags]);
  expect(stdout).toContain('note: index i was not tried: this server has no access method rum');
});

test('an index without fields is one note, not two', async () => {
  const file = work.manifest('indexes:\n  - name: i\n    method: btree\n    fields: []\n');
  const { stdout } = await work.run(['plan', file]);
  expect(stdout.match(/note: /g)).toEqual(['note: ']);
});

test('a role that may only read plans all the same', async () => {
  const [[name] = []] = await work.query('SELECT current_database()');
  const role = `reader_${name}`;
  await work.query(`
    CREATE ROLE ${role} LOGIN;
    REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC;
    GRANT USAGE ON SCHEMA storage, lenkwerk TO ${role};
    GRANT SELECT ON ALL TABLES IN SCHEMA storage, lenkwerk TO ${role}`);
  try {
    const planned = await work.run(['plan', work.manifest(index("lower(data->'x')")), '-U', role]);
    expect(planned).toMatchObject({ exitCode: 0 });
  } finally {
    await work.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test('what the database refuses is shown where it was written', async () => {
  await work.query("ALTER TABLE storage.config ADD CHECK (value::text <> '13')");
  const file = work.manifest('config:\n  a: 1\n  b: 13\n  c: 2\n');
  const { exitCode, stdout, stderr } = await work.run(['apply', file, '--auto-approve', '--json'], {
    environment: { GITHUB_ACTIONS: 'true' },
  });
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout).error.problems).toMatchObject([{ path: 'config/b', file, line: 5 }]);
  expect(stderr).toMatch(/^::error file=.*cluster\.yaml,line=5,col=\d+::config\/b: .*%0Ahint: /m);
  expect(await work.query('SELECT count(*)::int FROM storage.config')).toEqual([[0]]);
});
