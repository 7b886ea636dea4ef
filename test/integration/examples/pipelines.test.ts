/**
 * The shell lines of the example pipelines, run one after the other as the vendors run them,
 * against a throw-away Lenkwerk. Only the vendors' own commands are replaced.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type DevLogins, withDevLogins } from '../../support/pipelines/dev-logins.js';
import { GH, jobsOf, runJobs } from '../../support/pipelines/github-workflow.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TIMEOUT_MS = 240_000;
const execute = promisify(execFile);

let folder: string;
/** Of the repository that the pipeline works on. */
let checkout: string;
let state: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenkwerk-pipelines-'));
  checkout = join(folder, 'checkout');
  state = join(folder, 'state');
  for (const path of [join(checkout, 'cluster'), state, join(folder, 'bin'), join(folder, 'npx')]) {
    await mkdir(path, { recursive: true });
  }
  await program('bin/gh', GH);
  await program('npx/npx', NPX);
  await manifest('cluster.yaml');
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await execute('npm', pack, { cwd: ROOT });
  await writeFile(join(checkout, 'package.json'), '{"private": true}');
  const tarball = join(folder, JSON.parse(stdout)[0].filename);
  const install = ['install', '--no-audit', '--no-fund', '--package-lock-only', tarball];
  await execute('npm', install, { cwd: checkout });
}, TIMEOUT_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What npx does here, without the start of npm. Rehearsal and pre-commit run the real one. */
const NPX = '#!/bin/sh\nname=$1; shift; exec "node_modules/.bin/$name" "$@"\n';

async function program(path: string, text: string): Promise<void> {
  await writeFile(join(folder, path), text);
  await chmod(join(folder, path), 0o755);
}

function manifest(name: string): Promise<void> {
  return cp(join(ROOT, 'examples/quickstart', name), join(checkout, 'cluster/cluster.yaml'));
}

/** What a comment or an issue holds. */
function body(name: string): Promise<string> {
  return readFile(join(state, `body.${name}`), 'utf8');
}

function ghLog(): Promise<string> {
  return readFile(join(state, 'gh.log'), 'utf8').catch(() => '');
}

/** Scripts that install, which once is enough to show. */
const installed = new Set<string>();

const pathOf = (...folders: readonly string[]) =>
  [...folders.map((name) => join(folder, name)), process.env['PATH']].join(delimiter);

type Variables = Readonly<Record<string, string | undefined>>;

/** One script, as `bash -e` runs it; returns its exit code and what it printed. */
async function shell(script: string, variables: Variables) {
  if (installed.has(script)) return { exitCode: 0, output: '' };
  if (script.startsWith('npm ci')) installed.add(script);
  const env = { ...process.env, PATH: pathOf('bin'), ...variables, STATE: state };
  const child = spawn('bash', ['-e', '-c', script], { cwd: checkout, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [exitCode] = await once(child, 'close');
  return { exitCode, output };
}

async function pipelineFile(path: string) {
  return parse(await readFile(join(ROOT, 'examples/ci', path), 'utf8'));
}

/** Returns what the steps printed; throws when one fails. */
async function runGithub(
  name: string,
  { secrets, variables }: DevLogins,
  inputs: Readonly<Record<string, string>> = {},
): Promise<string> {
  const github = {
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'bagger/cluster',
    GITHUB_STEP_SUMMARY: join(state, 'summary.md'),
  };
  const event = name === 'plan.yml' ? 'pull_request' : 'push';
  return await runJobs(await jobsOf(name, { event, secrets, inputs }), ({ run, env }) =>
    shell(run, { ...variables, ...github, ...env }),
  );
}

async function withLenkwerk(work: (here: DevLogins) => Promise<void>): Promise<void> {
  await rm(anchor(), { force: true });
  await withDevLogins(({ secrets, variables }) =>
    work({ secrets, variables: { ...variables, PATH: pathOf('npx', 'bin') } }),
  );
}

/** The file that the vendors' caches keep from run to run. */
const anchor = () => join(checkout, 'anchor');

test('GitHub: plan, apply, drift', { timeout: TIMEOUT_MS }, async () => {
  await withLenkwerk(async (here) => {
    await runGithub('plan.yml', here);
    expect(await body('lenkwerk')).toContain('storage-01.example.com');
    await manifest('cluster-next.yaml');
    await runGithub('plan.yml', here);
    expect(await body('lenkwerk')).toContain('storage-14.example.com');
    expect((await ghLog()).match(/^api --method POST/gm)).toHaveLength(1);
    expect((await ghLog()).match(/^api --method PATCH/gm)).toHaveLength(1);

    expect(await runGithub('apply.yml', here)).toContain('converged');
    expect(await readFile(join(state, 'summary.md'), 'utf8')).toContain('storage-14');
    await runGithub('drift.yml', here);
    expect(await ghLog()).not.toContain('issue create');

    await manifest('cluster.yaml');
    await runGithub('drift.yml', here);
    await runGithub('drift.yml', here);
    expect((await ghLog()).match(/^issue create/gm)).toHaveLength(1);
    expect((await ghLog()).match(/^issue comment/gm)).toHaveLength(1);
    expect(await body('drift-lenkwerk')).toContain('pending');
    await manifest('cluster-next.yaml');
    await runGithub('drift.yml', here);
    expect(await ghLog()).toContain('issue close');

    const kept = await readFile(anchor(), 'utf8');
    expect(kept).toMatch(/^1:[0-9a-f]{64}\n$/);
    await writeFile(anchor(), kept.replace('1:', '2:'));
    await runGithub('drift.yml', here);
    expect(await body('drift-lenkwerk')).toContain('THE LOG IS BROKEN: entry 2');
    await expect(runGithub('apply.yml', here)).rejects.toThrow('exit code 8');
  });
});

test('GitHub: nodes are removed by a run that names the dangers', {
  timeout: TIMEOUT_MS,
}, async () => {
  await withLenkwerk(async (here) => {
    await manifest('cluster-next.yaml');
    await runGithub('apply.yml', here);
    await manifest('cluster.yaml');
    await expect(runGithub('plan.yml', here)).rejects.toThrow('exit code 4');
    const comment = await body('lenkwerk');
    const [, flags = ''] = /To apply it: (--allow \S.*)$/m.exec(comment) ?? [];
    const dangers = [...flags.matchAll(/--allow ([\w:,-]+)/g)].map(([, names]) => names);
    expect(dangers.join()).toContain('delete:instance');
    // Before it asks for an approval.
    await expect(runGithub('apply.yml', here)).rejects.toThrow('--fail-on-danger');
    const some = { allow: 'delete:instance' };
    await expect(runGithub('apply.yml', here, some)).rejects.toThrow('--fail-on-danger');
    const all = { allow: dangers.join() };
    expect(await runGithub('apply.yml', here, all)).toContain('converged');
  });
});

const OTHERS_PLACES = `cluster: production_cluster
config:
  kvstores:
    eu:
      type: etcd
      config:
        endpoints: [kv.example.com:2379]
        ssl: true
        userEnv: LENKWERK_STORE_EU_USER
        passwordEnv: LENKWERK_STORE_EU_PASSWORD
    us: { type: postgres, config: { host: kv.us.example.com, dbname: kv, ssl: true } }
`;

test.each([
  ['the quickstart', ''],
  ['another cluster with stores of its own, which are not reached', OTHERS_PLACES],
])('GitHub: rehearse %s', { timeout: TIMEOUT_MS }, async (_, more) => {
  const { jobs } = await pipelineFile('github/rehearse.yml');
  expect(jobs.rehearse.strategy.matrix.node).toEqual([22, 24, 26]);
  await manifest('cluster.yaml');
  const file = join(checkout, 'cluster/cluster.yaml');
  const text = await readFile(file, 'utf8');
  const [cluster = '', ...config] = more.split(/^config:\n/m);
  const changed = text
    .replace(/^kind: Cluster\n/m, `kind: Cluster\n${cluster}`)
    .replace(/^config:\n/m, `config:\n${config.join('')}`);
  await writeFile(file, changed);
  const printed = await runGithub('rehearse.yml', { secrets: {}, variables: {} });
  expect(printed).toContain('converged');
  if (more !== '') expect(printed).toContain('eu');
});

interface GitlabJob {
  readonly script: readonly string[];
}

test('GitLab: plan with its report, apply, verify', { timeout: TIMEOUT_MS }, async () => {
  const pipeline = await pipelineFile('gitlab/gitlab-ci.yml');
  const run = async (job: GitlabJob, variables: Variables = {}) => {
    for (const line of pipeline.default.before_script) {
      expect(await shell(line, {})).toMatchObject({ exitCode: 0 });
    }
    return shell(job.script.join('\n'), { GITLAB_CI: 'true', ...variables });
  };
  await manifest('cluster.yaml');
  await withLenkwerk(async ({ variables, secrets }) => {
    const [reader, apply, verify] = ['READER', 'APPLY', 'VERIFY'].map((group) => {
      return { ...variables, LENKWERK_DATABASE: secrets[`LENKWERK_${group}_URL`] };
    });
    const planned = await run(pipeline.plan, reader);
    expect(planned).toMatchObject({ exitCode: 0 });
    const report = JSON.parse(await readFile(join(checkout, 'report.json'), 'utf8'));
    expect(report).toEqual({ create: report.create, update: 0, delete: 0 });
    expect(report.create).toBeGreaterThan(12);
    expect(pipeline.plan.artifacts.reports.terraform).toBe('report.json');
    expect(pipeline.plan.artifacts.paths).toEqual(['cluster.plan']);
    expect(await run(pipeline.verify, verify)).toMatchObject({ exitCode: 2 });
    expect(await run(pipeline.apply, apply)).toMatchObject({ exitCode: 0 });
    expect(await run(pipeline.verify, verify)).toMatchObject({ exitCode: 0 });
    expect(await run(pipeline.apply, apply)).toMatchObject({ exitCode: 5 });
  });
});

test('pre-commit: takes what is valid, refuses what is not', async () => {
  const config = await pipelineFile('pre-commit/pre-commit-config.yaml');
  const { entry, files } = config.repos[0].hooks[0];
  expect('cluster/cluster.yaml').toMatch(new RegExp(files));
  await shell('npm ci', {});
  await manifest('cluster.yaml');
  expect(await shell(entry, {})).toMatchObject({ exitCode: 0 });
  await writeFile(join(checkout, 'cluster/cluster.yaml'), 'kind: Nothing');
  expect(await shell(entry, {})).toMatchObject({ exitCode: 3 });
});
