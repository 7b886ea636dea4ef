import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../../support/cli/cli.js';
import { type Workplace, workplace } from '../../support/servers/command-cluster.js';

const MANIFEST = `
instances:
  - { host: 'node-[1-3]', username: schaufel, status: online }
servermap: { algorithm: ring }
config: { retain_hrs: 48 }
`;

let work: Workplace;
beforeEach(async () => {
  work = await workplace();
});
afterEach(() => work.close());

const countRows = () =>
  work.query(`SELECT (SELECT count(*) FROM storage.postgres_instance),
    (SELECT count(*) FROM storage.config), (SELECT count(*) FROM lenkwerk.apply_log)`);

test('wrong YAML names every place, exits 3 and changes nothing', async () => {
  const before = await countRows();
  const first = work.manifest(MANIFEST);
  const apply = (file: string) => work.run(['apply', first, file, '--auto-approve']);
  const ill = 'instances:\n  - host: node-2\n    usernam: x\n    port: high\n';
  const wrong = await apply(work.manifest(ill, 'second.yaml'));
  expect(wrong.exitCode).toBe(3);
  expect(wrong.stderr).toMatch(/second\.yaml:5:5: /);
  expect(wrong.stderr).toMatch(/second\.yaml:6:11: /);
  const again = 'instances:\n  - host: node-2\n    username: x\n';
  const twice = await apply(work.manifest(again, 'second.yaml'));
  expect(twice.exitCode).toBe(3);
  expect(twice.stderr).toMatch(/second\.yaml:4:/);
  expect(twice.stderr).toMatch(/cluster\.yaml:5:/);
  expect((await work.run(['plan', work.manifest('a: [', 'broken.yaml')])).exitCode).toBe(3);
  expect(await countRows()).toEqual(before);
});

test('a database that is not there: exit 1 and one clear line', async () => {
  const env = { DATABASE_URL: 'postgres://stranger@127.0.0.1:1/lenkwerk' };
  const result = await runCli(['plan', work.manifest(MANIFEST)], { env });
  expect(result.exitCode).toBe(1);
  expect(result.stdout).toBe('');
  const [line] = result.stderr.split('\n');
  expect(line).toContain('cannot connect to stranger@127.0.0.1:1/lenkwerk');
  expect(result.stderr).not.toContain('    at ');
});

test('targets of one store whose prefixes lie in one another', async () => {
  const at = (prefix: string) =>
    `{ type: etcd, config: { host: h, port: 2379, prefix: ${prefix} } }`;
  const stores = (a: string, b: string) => `config:\n  kvstores: { a: ${at(a)}, b: ${at(b)} }\n`;
  const before = await countRows();
  const shared = work.manifest(stores('/x', '/x/Config'));
  for (const verb of [['plan'], ['apply', '--auto-approve']]) {
    const { exitCode, stderr } = await work.run([...verb, shared]);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/cluster\.yaml:4:\d+: /);
    expect(stderr).toContain('target "a": it shares a store and keys with b');
    expect(stderr).toContain('target "b": it shares a store and keys with a');
  }
  expect(await countRows()).toEqual(before);
  const apart = work.manifest(stores('/x', '/xy'));
  expect((await work.run(['apply', apart, '--auto-approve'])).exitCode).toBe(0);
  // What another client recorded does not keep an export from being planned.
  await work.query("UPDATE storage.config SET value = replace(value::text, '/xy', '/x/y')::json");
  const exported = await work.run(['export']);
  const same = work.manifest(exported.stdout.replace(/^apiVersion.*\nkind.*\n/m, ''), 'same.yaml');
  expect((await work.run(['plan', same])).exitCode).toBe(0);
});

test('records that no manifest can hold are named by export, and stop nothing else', async () => {
  const empty = work.manifest('config: {}\n');
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const record = (key: string, value: string) =>
    work.query(`INSERT INTO storage.config (key, value) VALUES ('${key}', '${value}')`);
  await record('fits', nested(30));
  expect((await work.run(['export'])).exitCode).toBe(0);
  await record('deep', nested(31));
  await record('deeper', nested(2000));
  await record('nothing', 'null');
  const { exitCode, stderr } = await work.run(['export']);
  expect(exitCode).toBe(0);
  const reason = 'stands in a comment, and is not managed: nests deeper than 30 levels';
  expect(stderr).toContain(`config/deep ${reason}`);
  expect(stderr).toContain(`config/deeper ${reason}`);
  expect(stderr).toContain(
    'config/nothing stands in a comment, and is not managed: is a JSON null',
  );
  expect(stderr).not.toContain('config/fits');
  const planned = await work.run(['plan', empty]);
  expect(planned).toMatchObject({ exitCode: 0 });
  expect(planned.stdout).toContain('config/deeper');
  const allowed = ['--allow', 'delete:config,deletes:many'];
  const applied = await work.run(['apply', empty, '--auto-approve', ...allowed]);
  expect(applied).toMatchObject({ exitCode: 0 });
  expect((await work.run(['export'])).exitCode).toBe(0);
});
