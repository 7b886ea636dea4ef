/** The pipelines of examples/ci for a repository with environments, with two real clusters. */
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CLI } from '../../support/cli/built.js';
import { runProgram } from '../../support/cli/console-lines.js';
import { Environments, NAMES } from '../../support/pipelines/environments.js';
import {
  GH,
  type Given,
  type JobToRun,
  jobsOf,
  runJobs,
} from '../../support/pipelines/github-workflow.js';

const TIMEOUT_MS = 240_000;

const PROGRAMS = {
  lenkwerk: `exec '${process.execPath}' '${CLI}' "$@"`,
  npx: 'exec "$@"',
  npm: '',
  gh: GH,
};

let environments: Environments;
beforeEach(async () => {
  environments = await Environments.create();
  await mkdir(environments.path('bin'));
  for (const [name, script] of Object.entries(PROGRAMS)) {
    const program = environments.path(`bin/${name}`);
    await writeFile(program, `#!/bin/sh\n${script}\n`);
    await chmod(program, 0o755);
  }
});
afterEach(() => environments.drop());

/** Returns what the steps printed; throws when one fails. Each environment has its own cache. */
function runEach(jobs: readonly JobToRun[]): Promise<string> {
  const shared = {
    ...process.env,
    PATH: [environments.path('bin'), process.env['PATH']].join(delimiter),
    STATE: environments.folder,
    GITHUB_REPOSITORY: 'bagger/cluster',
    GITHUB_STEP_SUMMARY: environments.path('summary.md'),
  };
  return runJobs(jobs, async ({ run, env }) => {
    const kept = environments.path(`anchor.${env['LENKWERK_ENV']}`);
    const anchor = environments.path('anchor');
    await rm(anchor, { force: true });
    await cp(kept, anchor).catch(() => {});
    const ended = await runProgram('bash', ['-e', '-c', run], {
      cwd: environments.folder,
      env: { ...shared, ...env },
    });
    await cp(anchor, kept).catch(() => {});
    return ended;
  });
}

/** What the vendor keeps, by its name there. */
function logins(): Readonly<Record<string, string>> {
  const secrets = NAMES.map((name) => {
    const { url } = environments.databases[name];
    const own = { APPLY_URL: url, STORE_USER: '', STORE_PASSWORD: '' };
    const shared = { READER_URL: url, VERIFY_URL: url, STORE_USER: '', STORE_PASSWORD: '' };
    return {
      ...prefixed(`${name}/LENKWERK`, own),
      ...prefixed(name.toUpperCase(), shared),
    };
  });
  return { ...secrets[0], ...secrets[1] };
}

function prefixed(prefix: string, secrets: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => [`${prefix}_${name}`, value]),
  );
}

/** The last text of a comment or an issue; empty where there was none. */
function body(name: string): Promise<string> {
  return readFile(environments.path(`body.${name}`), 'utf8').catch(() => '');
}

function ghLog(): Promise<string> {
  return readFile(environments.path('gh.log'), 'utf8');
}

test('GitHub: staging, then production; a node is removed by a run that allows it', {
  timeout: TIMEOUT_MS,
}, async () => {
  environments.startAgents();
  const secrets = logins();
  const run = async (event: Given['event'], inputs = {}, given = secrets) =>
    runEach(await jobsOf('environments.yml', { event, secrets: given, inputs }));

  expect(await run('pull_request')).not.toContain('Applied');
  for (const name of NAMES) {
    const database = environments.nameOfDatabase(name);
    const heading = `\n# ${name}\n\n<!-- lenkwerk plan -->\n## Plan for \`${database}\``;
    expect(await body(name)).toContain(heading);
  }
  const before = await environments.recorded('staging');
  expect(before).toMatchObject({ applies: 0 });
  expect((await run('push')).match(/^converged/gm)).toHaveLength(2);
  expect(await readFile(environments.path('summary.md'), 'utf8')).toContain('trace_idx');

  const instances = environments.path('production/instances.yaml');
  const text = await readFile(instances, 'utf8');
  await writeFile(instances, text.replace('[01-12]', '[01-11]'));
  await expect(run('pull_request')).rejects.toThrow('exit code 4');
  expect(await body('production')).toContain('--allow delete:instance');
  // One comment for each environment, which the second run replaces.
  expect((await ghLog()).match(/^api --method POST/gm)).toHaveLength(2);
  expect((await ghLog()).match(/^api --method PATCH/gm)).toHaveLength(2);
  await expect(run('push')).rejects.toThrow('delete:instance');
  expect(await environments.recorded('production')).toMatchObject({ instances: 12 });
  const allow = 'delete:instance,servermap:drops-data,copies:offline,expire:index';
  await run('workflow_dispatch', { allow });
  expect(await environments.recorded('production')).toMatchObject({ instances: 11, applies: 2 });

  const wrong = { ...secrets, PRODUCTION_READER_URL: environments.databases.staging.url };
  await expect(run('push', {}, wrong)).rejects.toThrow('exit code 5');
});

test('GitHub: every night each environment is compared, with an issue of its own', {
  timeout: TIMEOUT_MS,
}, async () => {
  const [, agent] = environments.startAgents();
  const secrets = logins();
  const night = async (given = secrets) =>
    runEach(await jobsOf('environments-drift.yml', { event: 'schedule', secrets: given }));
  const issues = async () => (await ghLog()).match(/^issue (?:create|comment|close)/gm) ?? [];
  await runEach(await jobsOf('environments.yml', { event: 'push', secrets }));
  await environments.query(
    'production',
    "UPDATE storage.config SET value = '719' WHERE key = 'retain_hrs'",
  );
  expect((await night()).match(/^converged/gm)).toHaveLength(1);
  expect(await issues()).toEqual(['issue create']);
  expect(await ghLog()).toContain('production ended with exit code 2');
  expect(await body('drift-production')).toContain('drifted');
  expect(await body('drift-staging')).toBe('');

  // Nothing can be compared there: the run fails, and the issue stays as it is.
  const wrong = { ...secrets, PRODUCTION_VERIFY_URL: environments.databases.staging.url };
  await expect(night(wrong)).rejects.toThrow('exit code 5');
  expect(await issues()).toEqual(['issue create']);

  await environments.query(
    'production',
    "UPDATE storage.config SET value = '720' WHERE key = 'retain_hrs'",
  );
  await night();
  expect(await issues()).toEqual(['issue create', 'issue close']);

  agent?.kill();
  await agent?.ended;
  await writeFile(environments.path('anchor.production'), `2:${'0'.repeat(64)}`);
  await night();
  expect(await ghLog()).toContain('production ended with exit code 8');
});

test('GitLab: staging, then production', { timeout: TIMEOUT_MS }, async () => {
  environments.startAgents();
  const file = new URL('../../../examples/ci/gitlab/environments.yml', import.meta.url);
  const jobs = parse(await readFile(file, 'utf8'));
  const run = (names: readonly string[]) =>
    runEach(
      names.map((name) => {
        const { extends: template, variables } = jobs[name];
        const { url } =
          environments.databases[variables.LENKWERK_ENV === 'staging' ? 'staging' : 'production'];
        const env = { ...variables, LENKWERK_DATABASE: url };
        const step = { run: jobs[template].script.join('\n'), env };
        return { steps: [step], runsAfterFailure: false };
      }),
    );
  await run(['plan-staging', 'plan-production']);
  const report = JSON.parse(await readFile(environments.path('report.json'), 'utf8'));
  expect(report).toEqual({ create: report.create, update: 0, delete: 0 });
  expect(report.create).toBeGreaterThan(12);
  expect((await run(['staging', 'production'])).match(/^converged/gm)).toHaveLength(2);
  expect(await environments.recorded('production')).toMatchObject({ instances: 12, applies: 1 });

  const nightly = ['verify-staging', 'verify-production'];
  expect((await run(nightly)).match(/^converged/gm)).toHaveLength(2);
  const kept = environments.path('anchor.production');
  const anchor = await readFile(kept, 'utf8');
  expect(anchor).toMatch(/^1:[0-9a-f]{64}\n$/);
  await writeFile(kept, anchor.replace('1:', '2:'));
  await expect(run(nightly)).rejects.toThrow('exit code 8');
});
