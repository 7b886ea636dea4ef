/** examples/environments with two real clusters: the pipeline, and the wrong pair. */
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CLI } from '../../support/cli/built.js';
import { runCli, startCli } from '../../support/cli/cli.js';
import { runProgram } from '../../support/cli/console-lines.js';
import { type Given, type StepToRun, scriptsOf } from '../../support/pipelines/github-workflow.js';
import { queryDatabase } from '../../support/servers/command-cluster.js';
import {
  createDatabase,
  etcdEndpoint,
  type TestDatabase,
  uniqueName,
  uniquePrefix,
} from '../../support/servers/servers.js';

const EXAMPLE = fileURLToPath(new URL('../../../examples/environments', import.meta.url));
const TIMEOUT_MS = 180_000;
const NAMES = ['staging', 'production'] as const;
type Name = (typeof NAMES)[number];

let folder: string;
let databases: Readonly<Record<Name, TestDatabase>>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenkwerk-environments-'));
  await cp(EXAMPLE, folder, { recursive: true });
  await mkdir(join(folder, 'bin'));
  const command = join(folder, 'bin/lenkwerk');
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  await chmod(command, 0o755);
  databases = { staging: await createDatabase(), production: await createDatabase() };
  for (const name of NAMES) {
    const { exitCode } = await runCli(['init'], { env: { DATABASE_URL: databases[name].url } });
    expect(exitCode).toBe(0);
  }
  await writeProject(await readFile(join(folder, 'lenkwerk.yaml'), 'utf8'));
});
afterEach(async () => {
  await Promise.all(NAMES.map((name) => databases[name].drop()));
  await rm(folder, { recursive: true, force: true });
});

/** The example's file, with the places and uuids of the test in the place of its own. */
async function writeProject(text: string): Promise<void> {
  let own = text.replace(/store:\n(?: {6}.*\n)+/, 'store: etcds://kv.production.example.com\n');
  for (const name of NAMES) {
    const { hostname, port, username, pathname } = new URL(databases[name].url);
    const [[id] = []] = await queryDatabase(
      databases[name].url,
      'SELECT uuid FROM lenkwerk.cluster',
    );
    const store = `${etcdEndpoint().replace(/^http/, 'etcd')}?prefix=${uniquePrefix()}/${name}`;
    own = own
      .replace(`cluster: lenkwerk_${name}`, `cluster: ${id}`)
      .replace(`database: lenkwerk_${name}`, `database: ${pathname.slice(1)}\n      port: ${port}`)
      .replace(/host: db\.\S*example\.com/, `host: ${hostname}`)
      .replace('user: lenkwerk_ci', `user: ${username}`)
      .replace(`etcds://kv.${name}.example.com`, store);
  }
  await writeFile(
    join(folder, 'lenkwerk.yaml'),
    own.replaceAll('sslmode: verify-full', 'sslmode: prefer'),
  );
}

const binPath = () => [join(folder, 'bin'), process.env['PATH']].join(delimiter);

function pipeline(step: 'plan' | 'apply') {
  const PATH = binPath();
  return runProgram('sh', ['pipeline.sh', step], { cwd: folder, env: { PATH } });
}

async function recorded(name: Name): Promise<unknown> {
  const [[state] = []] = await queryDatabase(
    databases[name].url,
    `SELECT pg_catalog.jsonb_build_object(
       'instances', (SELECT pg_catalog.count(*) FROM storage.postgres_instance),
       'tablespaces', (SELECT pg_catalog.jsonb_object_agg(indexname, tablespc) FROM storage.index),
       'config', (SELECT pg_catalog.jsonb_object_agg(key, value) FROM storage.config),
       'applies', (SELECT pg_catalog.count(*) FROM lenkwerk.apply_log))`,
  );
  return state;
}

test('the pipeline brings both clusters to their states', { timeout: TIMEOUT_MS }, async () => {
  const agents = NAMES.map((name) => {
    const args = ['agent', '--env', name, '--slot', uniqueName(`slot_${name}`)];
    return startCli(args, { cwd: folder });
  });
  const planned = await pipeline('plan');
  expect(planned, planned.output).toMatchObject({ exitCode: 0 });
  const applied = await pipeline('apply');
  expect(applied, applied.output).toMatchObject({ exitCode: 0 });
  expect(applied.output.match(/^converged/gm)).toHaveLength(2);
  expect(await recorded('staging')).toEqual({
    ...{ instances: 2, applies: 1 },
    tablespaces: { trace_idx: 'pg_default', user_idx: 'pg_default' },
    config: { production: 0, retain_hrs: 48, kafka_topic: 'events_staging' },
  });
  expect(await recorded('production')).toEqual({
    ...{ instances: 12, applies: 1 },
    tablespaces: { trace_idx: 'fast', user_idx: 'pg_default' },
    config: { production: 0, retain_hrs: 720, kafka_topic: 'events' },
  });
  expect(await readFile(join(folder, 'production.md'), 'utf8')).toContain('trace_idx');
  for (const agent of agents) {
    agent.kill();
    await agent.ended;
  }
});

/** Runs steps of jobs; throws when one fails. Each environment has a cache of its own. */
async function runSteps(steps: readonly Pick<StepToRun, 'run' | 'env'>[]): Promise<string> {
  let printed = '';
  for (const { run, env } of steps) {
    const kept = join(folder, `anchor.${env['LENKWERK_ENV']}`);
    const anchor = join(folder, 'anchor');
    await rm(anchor, { force: true });
    await cp(kept, anchor).catch(() => {});
    const { exitCode, output } = await runProgram('bash', ['-e', '-c', run], {
      cwd: folder,
      env: {
        ...process.env,
        ...env,
        PATH: binPath(),
        GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
      },
    });
    await cp(anchor, kept).catch(() => {});
    if (exitCode !== 0) throw new Error(`${run}\nexit code ${exitCode}\n${output}`);
    printed += output;
  }
  return printed;
}

async function logins(): Promise<Readonly<Record<string, string>>> {
  await writeFile(join(folder, 'bin/npx'), '#!/bin/sh\nexec "$@"\n');
  await writeFile(join(folder, 'bin/npm'), '#!/bin/sh\n');
  for (const name of ['npx', 'npm']) await chmod(join(folder, 'bin', name), 0o755);
  return {
    STAGING_READER_URL: databases.staging.url,
    PRODUCTION_READER_URL: databases.production.url,
    'staging/LENKWERK_APPLY_URL': databases.staging.url,
    'production/LENKWERK_APPLY_URL': databases.production.url,
  };
}

function startAgents() {
  return NAMES.map((name) =>
    startCli(['agent', '--env', name, '--slot', uniqueName(`slot_${name}`)], { cwd: folder }),
  );
}

test('GitHub: staging, then production; a node is removed by a run that allows it', {
  timeout: TIMEOUT_MS,
}, async () => {
  startAgents();
  const secrets = await logins();
  const run = async (event: Given['event'], inputs = {}, given = secrets) =>
    runSteps(await scriptsOf('environments.yml', { event, secrets: given, inputs }));

  expect(await run('pull_request')).not.toContain('Applied');
  const before = await recorded('staging');
  expect(before).toMatchObject({ applies: 0 });
  expect((await run('push')).match(/^converged/gm)).toHaveLength(2);
  expect(await readFile(join(folder, 'summary.md'), 'utf8')).toContain('trace_idx');

  const instances = join(folder, 'production/instances.yaml');
  const text = await readFile(instances, 'utf8');
  await writeFile(instances, text.replace('[01-12]', '[01-11]'));
  await expect(run('push')).rejects.toThrow('delete:instance');
  expect(await recorded('production')).toMatchObject({ instances: 12 });
  const allow = 'delete:instance,servermap:drops-data,copies:offline,expire:index';
  await run('workflow_dispatch', { allow });
  expect(await recorded('production')).toMatchObject({ instances: 11, applies: 2 });

  const wrong = { ...secrets, PRODUCTION_READER_URL: databases.staging.url };
  await expect(run('push', {}, wrong)).rejects.toThrow('exit code 5');
});

test('GitLab: staging, then production', { timeout: TIMEOUT_MS }, async () => {
  startAgents();
  await logins();
  const file = new URL('../../../examples/ci/gitlab/environments.yml', import.meta.url);
  const jobs = parse(await readFile(file, 'utf8'));
  const order = ['plan-staging', 'plan-production', 'staging', 'production'];
  const steps = order.flatMap((name): Pick<StepToRun, 'run' | 'env'>[] => {
    const { extends: template, variables } = jobs[name];
    const { url } = variables.LENKWERK_ENV === 'staging' ? databases.staging : databases.production;
    const env = { ...variables, LENKWERK_DATABASE: url };
    return [{ run: jobs[template].script.join('\n'), env }];
  });
  expect((await runSteps(steps)).match(/^converged/gm)).toHaveLength(2);
  expect(await recorded('production')).toMatchObject({ instances: 12, applies: 1 });
});

test('the wrong pair of environment and database exits with 5 and changes nothing', {
  timeout: TIMEOUT_MS,
}, async () => {
  const file = join(folder, 'lenkwerk.yaml');
  const text = await readFile(file, 'utf8');
  expect(
    (await runCli(['plan', '--env', 'staging', '--out', 'staging.plan'], { cwd: folder })).exitCode,
  ).toBe(0);
  const before = [await recorded('staging'), await recorded('production')];
  const [one, other] = NAMES.map((name) => new URL(databases[name].url).pathname.slice(1));
  const swapped = text.replace(/(\n {6}database: )(\S+)/g, (_, field: string, name: string) => {
    return `${field}${name === one ? other : one}`;
  });
  expect(swapped).not.toBe(text);
  await writeFile(file, swapped);
  for (const args of [
    ['plan', '--env', 'staging'],
    ['apply', '--env', 'staging', '--auto-approve'],
    ['apply', '--env', 'staging', 'staging.plan'],
    ['verify', '--env', 'production'],
    ['agent', '--env', 'production', '--slot', uniqueName('slot')],
    ['init', '--env', 'production'],
  ]) {
    const { exitCode, stderr } = await runCli(args, { cwd: folder });
    expect({ args, exitCode }).toEqual({ args, exitCode: 5 });
    expect(stderr).toContain('is for cluster');
  }
  expect(await pipeline('plan')).toMatchObject({ exitCode: 5 });
  expect([await recorded('staging'), await recorded('production')]).toEqual(before);
});
