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
import { withDevLenkwerk } from '../../../src/dev/lenkwerk.js';
import { silentLogger } from '../../../src/runtime/logger.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TIMEOUT_MS = 240_000;
const execute = promisify(execFile);

/**
 * Remembers in files what was created, as the vendor would; what it was asked is in gh.log.
 */
const GH = `#!/bin/sh
echo "$*" >> "$STATE/gh.log"
body() { while [ $# -gt 1 ]; do [ "$1" = --body-file ] && cp "$2" "$STATE/body"; shift; done; }
case "$1 $2" in
  'api --method') test -e "$STATE/comment" && cp comment.md "$STATE/body" ;;
  'api repos/'*) if [ -e "$STATE/comment" ]; then echo 77; fi ;;
  'pr comment') touch "$STATE/comment"; body "$@" ;;
  'issue list') if [ -e "$STATE/issue" ]; then echo 5; fi ;;
  'issue create') touch "$STATE/issue"; body "$@" ;;
  'issue comment') test -e "$STATE/issue"; body "$@" ;;
  'issue close') rm "$STATE/issue" ;;
  'label create') ;;
  *) echo "gh $*: unexpected" >&2; exit 1 ;;
esac
`;

let folder: string;
/** Of the repository that the pipeline works on. */
let checkout: string;
let state: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenkwerk-pipelines-'));
  checkout = join(folder, 'checkout');
  state = join(folder, 'state');
  for (const path of [join(checkout, 'cluster'), state, join(folder, 'bin')]) {
    await mkdir(path, { recursive: true });
  }
  await writeFile(join(folder, 'bin/gh'), GH);
  await chmod(join(folder, 'bin/gh'), 0o755);
  await manifest('cluster.yaml');
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await execute('npm', pack, { cwd: ROOT });
  await writeFile(join(checkout, 'package.json'), '{"private": true}');
  const tarball = join(folder, JSON.parse(stdout)[0].filename);
  const install = ['install', '--no-audit', '--no-fund', '--package-lock-only', tarball];
  await execute('npm', install, { cwd: checkout });
}, TIMEOUT_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

function manifest(name: string): Promise<void> {
  return cp(join(ROOT, 'examples/quickstart', name), join(checkout, 'cluster/cluster.yaml'));
}

function ghLog(): Promise<string> {
  return readFile(join(state, 'gh.log'), 'utf8').catch(() => '');
}

/** Scripts that install, which once is enough to show. */
const installed = new Set<string>();

type Variables = Readonly<Record<string, string | undefined>>;

/** One script, as `bash -e` runs it; returns its exit code and what it printed. */
async function shell(script: string, variables: Variables) {
  if (installed.has(script)) return { exitCode: 0, output: '' };
  if (script.startsWith('npm ci')) installed.add(script);
  const path = [join(folder, 'bin'), process.env['PATH']].join(delimiter);
  const env = { ...process.env, ...variables, PATH: path, STATE: state };
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

interface Step {
  readonly run?: string;
  readonly if?: string;
}

async function pipelineFile(path: string) {
  return parse(await readFile(join(ROOT, 'examples/ci', path), 'utf8'));
}

async function stepsOfGithub(name: string): Promise<readonly Step[]> {
  const { jobs } = await pipelineFile(`github/${name}`);
  return Object.values<{ steps: Step[] }>(jobs).flatMap(({ steps }) => steps);
}

/** Runs all steps whose condition holds; throws when one fails. Returns what they printed. */
async function runGithub(name: string, variables: Variables): Promise<string> {
  const outputs = join(state, 'outputs');
  await writeFile(outputs, '');
  let printed = '';
  const github = {
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'bagger/cluster',
    GITHUB_OUTPUT: outputs,
    GITHUB_STEP_SUMMARY: join(state, 'summary.md'),
    PULL_REQUEST: '3',
  };
  for (const { run, if: condition } of await stepsOfGithub(name)) {
    if (run === undefined || !holds(condition, await readFile(outputs, 'utf8'))) continue;
    expect(run, 'expressions in a script are a way to inject commands').not.toContain('${{');
    const { exitCode, output } = await shell(run, { ...variables, ...github });
    if (exitCode !== 0) throw new Error(`${run}\nexit code ${exitCode}\n${output}`);
    printed += output;
  }
  return printed;
}

function holds(condition: string | undefined, outputs: string): boolean {
  if (condition === undefined) return true;
  const [, name, operator, value] =
    /^steps\.\w+\.outputs\.(\w+) (==|!=) '(.*)'$/.exec(condition) ?? [];
  if (name === undefined) throw new Error(`a condition of another form: ${condition}`);
  const found = outputs.split('\n').find((line) => line.startsWith(`${name}=`));
  return (found === `${name}=${value}`) === (operator === '==');
}

async function withLenkwerk(work: (variables: Variables) => Promise<void>): Promise<void> {
  await rm(anchor(), { force: true });
  const { signal } = new AbortController();
  await withDevLenkwerk({ env: process.env, signal, logger: silentLogger }, work);
}

/** The file that the vendors' caches keep from run to run. */
const anchor = () => join(checkout, 'anchor');

test('GitHub: plan, apply, drift', { timeout: TIMEOUT_MS }, async () => {
  await withLenkwerk(async (variables) => {
    await runGithub('plan.yml', variables);
    expect(await readFile(join(state, 'body'), 'utf8')).toContain('storage-01.example.com');
    await manifest('cluster-next.yaml');
    await runGithub('plan.yml', variables);
    expect(await readFile(join(state, 'body'), 'utf8')).toContain('storage-14.example.com');
    expect((await ghLog()).match(/^pr comment/gm)).toHaveLength(1);
    expect(await ghLog()).toMatch(
      /^api --method PATCH repos\/bagger\/cluster\/issues\/comments\/77/m,
    );

    expect(await runGithub('apply.yml', variables)).toContain('converged');
    expect(await readFile(join(state, 'summary.md'), 'utf8')).toContain('storage-14');
    await runGithub('drift.yml', variables);
    expect(await ghLog()).not.toContain('issue create');

    await manifest('cluster.yaml');
    await runGithub('drift.yml', variables);
    await runGithub('drift.yml', variables);
    expect((await ghLog()).match(/^issue create/gm)).toHaveLength(1);
    expect((await ghLog()).match(/^issue comment 5/gm)).toHaveLength(1);
    expect(await readFile(join(state, 'body'), 'utf8')).toContain('pending');
    await manifest('cluster-next.yaml');
    await runGithub('drift.yml', variables);
    expect(await ghLog()).toContain('issue close 5');

    await manifest('cluster.yaml');
    await expect(runGithub('plan.yml', variables)).rejects.toThrow('exit code 4');
    expect(await readFile(join(state, 'body'), 'utf8')).toMatch(
      /To apply it: --allow \S*delete:instance/,
    );
    await expect(runGithub('apply.yml', variables)).rejects.toThrow('exit code 4');
    await manifest('cluster-next.yaml');

    const kept = await readFile(anchor(), 'utf8');
    expect(kept).toMatch(/^1:[0-9a-f]{64}\n$/);
    await writeFile(anchor(), kept.replace('1:', '2:'));
    await runGithub('drift.yml', variables);
    expect(await readFile(join(state, 'body'), 'utf8')).toContain('THE LOG IS BROKEN: entry 2');
    await expect(runGithub('apply.yml', variables)).rejects.toThrow('exit code 8');
  });
});

test('GitHub: rehearse, on the versions that the package supports', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { jobs } = await pipelineFile('github/rehearse.yml');
  expect(jobs.rehearse.strategy.matrix.node).toEqual([20, 22, 24]);
  expect(await runGithub('rehearse.yml', {})).toContain('converged');
});

interface GitlabJob {
  readonly script: readonly string[];
}

test('GitLab: plan with its report, apply, verify', { timeout: TIMEOUT_MS }, async () => {
  const pipeline = await pipelineFile('gitlab/gitlab-ci.yml');
  const run = async (job: GitlabJob, variables: Variables) => {
    for (const line of pipeline.default.before_script) {
      expect(await shell(line, {})).toMatchObject({ exitCode: 0 });
    }
    return shell(job.script.join('\n'), { GITLAB_CI: 'true', ...variables });
  };
  await manifest('cluster.yaml');
  await withLenkwerk(async (variables) => {
    const planned = await run(pipeline.plan, variables);
    expect(planned).toMatchObject({ exitCode: 0 });
    const report = JSON.parse(await readFile(join(checkout, 'report.json'), 'utf8'));
    expect(report).toEqual({ create: report.create, update: 0, delete: 0 });
    expect(report.create).toBeGreaterThan(12);
    expect(pipeline.plan.artifacts.reports.terraform).toBe('report.json');
    expect(pipeline.plan.artifacts.paths).toEqual(['cluster.plan']);
    expect(await run(pipeline.verify, variables)).toMatchObject({ exitCode: 2 });
    expect(await run(pipeline.apply, variables)).toMatchObject({ exitCode: 0 });
    expect(await run(pipeline.verify, variables)).toMatchObject({ exitCode: 0 });
    expect(await run(pipeline.apply, variables)).toMatchObject({ exitCode: 5 });
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
