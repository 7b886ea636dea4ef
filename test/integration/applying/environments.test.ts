/** Environments of a project file against two databases: what holds, and what is refused. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lenkwerk, type Outcome, type Surroundings } from '../../support/cli/command-line.js';
import { type Project, project } from '../../support/cli/project.js';
import { queryDatabase } from '../../support/servers/command-cluster.js';
import { uniqueName } from '../../support/servers/servers.js';

const CONFIG = 'config: {retain_hrs: 24}\n';
let work: Project;
beforeEach(async () => {
  work = await project();
});
afterEach(() => work.close());

function run(env: string, args: readonly string[], more: Surroundings = {}): Promise<Outcome> {
  return lenkwerk(['--project', work.file, '--env', env, ...args], more);
}

test('each environment plans and applies its manifests to its database', async () => {
  work.write('cluster/config.yaml', CONFIG);
  work.write('staging/more.yaml', 'instances: []\n');
  await work.environments();
  const staging = await run('staging', ['apply', '--auto-approve']);
  expect(staging).toMatchObject({ exitCode: 0 });
  const production = await run('production', ['plan', '--detailed-exitcode']);
  expect(production).toMatchObject({ exitCode: 2 });
  expect(production.stdout).toContain('not managed here: instances');
  expect((await run('staging', ['plan', '--detailed-exitcode'])).exitCode).toBe(0);
});

test('the database of another environment is refused by every verb, and nothing changes', async () => {
  work.write('cluster/config.yaml', CONFIG);
  await work.environments();
  const { production } = work.urls;
  const attempts = [
    ['plan'],
    ['apply', '--auto-approve'],
    ['revert', '1', '--auto-approve'],
    ['export'],
    ['history'],
    ['status'],
    ['doctor'],
    ['verify'],
    ['init'],
    ['agent'],
  ];
  for (const args of attempts) {
    const { exitCode, stderr } = await run('staging', [...args, '--db', production]);
    expect({ args, exitCode }).toEqual({ args, exitCode: 5 });
    expect(stderr).toContain(`is for cluster ${work.ids.staging}`);
    expect(stderr).toContain(work.ids.production);
  }
  const { stdout } = await run('production', ['plan', '--json']);
  expect(JSON.parse(stdout).summary).toMatchObject({ add: 1 });
  expect((await run('production', ['history'])).stdout).toContain('Nothing was applied yet');
});

test('a superuser creates the roles of the environment again, and may take them away', async () => {
  await work.environments();
  const { production } = work.urls;
  for (const args of [['--roles'], ['--roles'], ['--remove', '--check']]) {
    const wrong = await run('staging', ['init', ...args, '--db', production]);
    expect({ args, code: wrong.exitCode }).toEqual({ args, code: 5 });
    const right = await run('staging', ['init', ...args]);
    expect({ args, code: right.exitCode }).toEqual({ args, code: args.length === 1 ? 0 : 2 });
  }
});

test('no database is created in the place of a cluster that is known by its uuid', async () => {
  await work.environments();
  const name = uniqueName('created');
  const { exitCode } = await run('staging', ['init', '--create-database', '-d', name]);
  expect(exitCode).toBe(5);
  const there = await queryDatabase(
    work.urls.staging,
    `SELECT FROM pg_catalog.pg_database WHERE datname = '${name}'`,
  );
  expect(there).toEqual([]);
});

test('a saved plan of one cluster is refused by the other', async () => {
  work.write('cluster/config.yaml', CONFIG);
  await work.environments();
  const plan = work.path('staging.plan');
  expect((await run('staging', ['plan', '--out', plan])).exitCode).toBe(0);
  expect((await run('production', ['apply', plan])).exitCode).toBe(5);
  expect((await run('staging', ['apply', plan])).exitCode).toBe(0);
});

test('where saved plans are required, nothing else is applied', async () => {
  work.write('cluster/config.yaml', CONFIG);
  await work.environments({ production: 'review: {require-plan-file: true}' });
  const direct = await run('production', ['apply', '--auto-approve']);
  expect(direct).toMatchObject({ exitCode: 4 });
  expect(direct.stderr).toContain('production takes saved plans only');
  expect((await run('production', ['apply', '--dry-run'])).exitCode).toBe(0);
  const plan = work.path('p.plan');
  await run('production', ['plan', '--out', plan]);
  expect((await run('production', ['apply', plan])).exitCode).toBe(0);
  expect((await run('production', ['revert', '1', '--auto-approve'])).exitCode).toBe(4);
});

test('a danger that the environment allows needs no flag, and the plan names the source', async () => {
  work.write('cluster/config.yaml', 'config: {a: 1, b: 2}\n');
  await work.environments({ staging: 'allow: [delete:config]' });
  for (const env of ['staging', 'production']) {
    expect((await run(env, ['apply', '--auto-approve'])).exitCode).toBe(0);
  }
  work.write('cluster/config.yaml', 'config: {a: 1}\n');
  const markdown = work.path('plan.md');
  const planned = await run('staging', ['plan', '--markdown-into', markdown]);
  expect(planned.stdout).toContain(`(allowed by ${work.file}: staging)`);
  expect(readFileSync(markdown, 'utf8')).toContain(`(allowed by \`${work.file}: staging\`)`);
  expect((await run('production', ['plan'])).stdout).toContain(
    'To apply it: --allow delete:config',
  );
  expect((await run('production', ['apply', '--auto-approve'])).exitCode).toBe(4);
  expect((await run('staging', ['apply', '--auto-approve'])).exitCode).toBe(0);
});

test('`env` prints what holds, where it comes from, and no secret', async () => {
  const store = "{url: 'etcds://kv', userEnv: LENKWERK_STORE_USER, passwordEnv: LENKWERK_STORE_P}";
  await work.environments({ staging: `allow: [expire:index]\n    store: ${store}` });
  const secrets = { LENKWERK_STORE_USER: 'ci', LENKWERK_STORE_P: 'hush', PGPASSWORD: 'hush2' };
  const environment = { LENKWERK_ENV: 'staging', ...secrets };
  const args = ['env', '--project', work.file];
  const { stdout } = await lenkwerk(args, { environment });
  const origin = `${work.file}: staging`;
  for (const line of [
    `project: ${work.file}`,
    'environment: staging (LENKWERK_ENV)',
    `  cluster: ${work.ids.staging}`,
    '  allowed dangers: expire:index',
    '  applies: manifests and saved plans',
    `  host: 127.0.0.1 (${origin})`,
    `  database: ${work.names.staging} (${origin})`,
    `  store: etcds://kv:2379 (${origin})`,
    '  login: LENKWERK_STORE_USER, LENKWERK_STORE_P',
  ]) {
    expect(stdout.split('\n')).toContain(line);
  }
  expect(stdout).not.toContain('hush');
  const { stdout: json } = await lenkwerk([...args, '--json'], { environment });
  expect(JSON.parse(json).project.environment).toMatchObject({
    ...{ name: 'staging', chosenBy: 'LENKWERK_ENV', allow: ['expire:index'] },
  });
  const none = await lenkwerk(args);
  expect(none.stdout).toContain('environment: none (it has staging, production)');
});

test('`validate` checks the manifests of every environment', async () => {
  work.write('cluster/config.yaml', CONFIG);
  await work.environments();
  const validate = () => lenkwerk(['validate', '--project', work.file]);
  const { exitCode, stdout } = await validate();
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Valid: staging, .*\nValid: production, .*\n$/);
  const text = readFileSync(work.file, 'utf8');
  writeFileSync(work.file, `${text}default-environment: staging\n`);
  expect((await validate()).stdout).toBe(stdout);
  work.write('staging/bad.yaml', 'config: {retain_hrs: x}\n');
  work.write('production/bad.yaml', 'instances: [{hots: a}]\n');
  work.write('cluster/bad.yaml', 'widgets: 1\n');
  const broken = await validate();
  expect(broken.exitCode).toBe(3);
  // The shared file once, and the two of one instance.
  expect(broken.stderr.match(/bad\.yaml:\d+:\d+/g)).toHaveLength(5);
  expect((await run('production', ['validate'])).stderr).not.toContain('staging/bad.yaml');
});

test('a cluster in a shared file, or another than that of the environment, is a problem', async () => {
  const { ids } = work;
  work.write('cluster/config.yaml', `cluster: ${ids.staging}\n${CONFIG}`);
  await work.environments();
  const validate = () => lenkwerk(['validate', '--project', work.file]);
  expect((await validate()).stderr).toContain(
    'cluster/config.yaml:3:10: cluster: environments share',
  );
  work.write('cluster/config.yaml', CONFIG);
  work.write('staging/cluster.yaml', `cluster: ${ids.production}\n`);
  expect((await validate()).stderr).toContain(`staging is for ${ids.staging}`);
  expect((await run('staging', ['plan'])).exitCode).toBe(5);
  work.write('staging/cluster.yaml', `cluster: ${ids.staging}\n`);
  expect((await validate()).exitCode).toBe(0);
  expect((await run('staging', ['plan'])).exitCode).toBe(0);
});

test('what an environment overrides is planned with both places, and applied', async () => {
  work.write(
    'cluster/config.yaml',
    'indexes: [{name: a, method: hash, fields: [{pointer: /a}]}]\n',
  );
  const other = 'indexes: [{name: a, tablespace: fast}]\n';
  work.write('staging/other.yaml', other, 'Overrides');
  await work.environments();
  const plan = work.path('p.plan');
  const { stdout } = await run('staging', ['plan', '--out', plan]);
  const place = (name: string) => work.path(`${name}:3:11`);
  const places = `at ${place('staging/other.yaml')}, was ${place('cluster/config.yaml')}`;
  expect(stdout).toContain(places);
  expect(stdout).toContain('tablespace   "fast"');
  const { changes } = JSON.parse(readFileSync(plan, 'utf8'));
  expect(changes[0].source).toEqual({
    ...{ file: work.path('staging/other.yaml'), line: 3, column: 11 },
    was: { file: work.path('cluster/config.yaml'), line: 3, column: 11 },
  });
  expect((await lenkwerk(['show', plan])).stdout).toContain(places);
  expect((await run('staging', ['apply', plan])).exitCode).toBe(0);
  expect((await run('production', ['plan'])).stdout).toContain('pg_default');
});

test('`render` prints one manifest that plans to the same', async () => {
  work.write('cluster/config.yaml', 'config: {a: 1, b: 2}\n');
  work.write('staging/other.yaml', 'config: {a: 3}\nremove: [config/b]\n', 'Overrides');
  await work.environments();
  const { stdout } = await run('staging', ['render']);
  expect(stdout).toBe('apiVersion: lenkwerk/v1\nkind: Cluster\nconfig:\n  a: 3\n');
  expect((await run('staging', ['apply', '--auto-approve'])).exitCode).toBe(0);
  const input = { stdin: () => Readable.from([stdout]) };
  const planned = await run('staging', ['plan', '-', '--detailed-exitcode'], input);
  expect(planned).toMatchObject({ exitCode: 0 });
  const { manifest } = JSON.parse((await run('production', ['render', '--json'])).stdout);
  expect(manifest).toContain('b: 2');
});

test('a saved plan in the place of a manifest is named', async () => {
  work.write('cluster/config.yaml', CONFIG);
  await work.environments();
  const plan = work.path('p.plan');
  await run('staging', ['plan', '--out', plan]);
  const { exitCode, stderr } = await run('staging', ['plan', plan]);
  expect(exitCode).toBe(3);
  expect(stderr).toContain(`${plan} is a saved plan`);
  expect(stderr).toContain(`lenkwerk apply ${plan}`);
});

test('where no environment is chosen, nothing is planned', async () => {
  await work.environments();
  const { exitCode, stderr } = await lenkwerk(['plan', '--project', work.file]);
  expect(exitCode).toBe(3);
  expect(stderr).toContain('staging, production');
});

test('a password of the environment does not go to the host that the project names', async () => {
  await work.environments({ staging: "store: 'etcd://u@kv'" });
  const { stdout } = await run('staging', ['env'], { environment: { PGPASSWORD: 'hush' } });
  expect(stdout).toContain('password: by the password file');
});
