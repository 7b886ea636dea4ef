/** What can be said of the workflows without GitHub: the checks that actionlint does, and pins. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Job, Step, Workflow } from '../../support/pipelines/github-workflow.js';

const CI = new URL('../../../examples/ci/', import.meta.url);
const NAMES = readdirSync(new URL('github/', CI));
const read = (name: string) => readFileSync(new URL(name, CI), 'utf8');

/** A job that writes where people read: it has no other right, and no code but that of GitHub. */
const WRITERS: Readonly<Record<string, object>> = {
  'comment.yml comment': { 'pull-requests': 'write' },
  'nightly.yml issue': { issues: 'write' },
};
/** What such a job may do, those that call its workflow have to be allowed. */
const MAY_CALL: Readonly<Record<string, object>> = {
  'comment.yml': { 'pull-requests': 'write' },
  'environment.yml': { contents: 'read', 'pull-requests': 'write' },
  'nightly.yml': { contents: 'read', issues: 'write' },
};
const READ = { contents: 'read' };

describe.each(NAMES)('%s', (name) => {
  const text = read(`github/${name}`);
  const workflow: Workflow = parse(text, { strict: true, uniqueKeys: true });
  const jobs = Object.entries<Job>(workflow.jobs);
  const steps = jobs.flatMap(([, job]): readonly Step[] => job.steps ?? []);

  test('has the least permissions, and keeps no token in the checkout', () => {
    for (const [id, { permissions = workflow.permissions, uses, steps: own = [] }] of jobs) {
      const writes = WRITERS[`${name} ${id}`];
      const called = MAY_CALL[uses?.split('/').at(-1) ?? ''];
      expect(permissions, id).toEqual(writes ?? called ?? READ);
      if (writes !== undefined)
        expect(own.map(({ uses: used, run }) => used ?? typeof run)).toEqual([
          expect.stringMatching(/^actions\/download-artifact@/),
          'string',
        ]);
    }
    for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
      expect(step.with).toEqual({ 'persist-credentials': false });
    }
  });

  test('names each action by its commit, with the version beside it', () => {
    const used = [...text.matchAll(/uses: (.*)$/gm)].map(([, action = '']) => action);
    const others = used.filter((action) => !action.startsWith('./.github/workflows/'));
    for (const action of others)
      expect(action).toMatch(/^actions\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    const called = used.filter((action) => action.startsWith('./'));
    for (const action of called) expect(NAMES).toContain(action.split('/').at(-1));
  });

  test('refers to jobs, steps and inputs that exist', () => {
    const names = new Set(jobs.map(([job]) => job));
    for (const [, { needs = [] }] of jobs) {
      for (const needed of [needs].flat()) expect(names).toContain(needed);
    }
    const ids = steps.flatMap(({ id }) => (id === undefined ? [] : [id]));
    for (const [, id] of text.matchAll(/steps\.(\w+)\./g)) expect(ids).toContain(id);
    const trigger = parse(text).on;
    const inputs = { ...trigger.workflow_dispatch?.inputs, ...trigger.workflow_call?.inputs };
    for (const [, input = ''] of text.matchAll(/inputs\.(\w+)/g)) {
      expect(Object.keys(inputs)).toContain(input);
    }
  });

  test('uses expressions of few forms, and none in a script', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
    for (const [, expression = ''] of text.matchAll(/\$\{\{(.*?)\}\}/g)) {
      expect(expression).toMatch(
        /^ (secrets\.\w+|secrets\[format\('[^']+', inputs\.\w+\)\]|inputs\.\w+|matrix\.\w+|steps\.\w+\.outcome|github\.(token|run_id|event\.number)|inputs\.allow && format\('[^']+', inputs\.allow\) \|\| '\w+'|github\.event_name == 'pull_request' && github\.ref \|\| '[\w-]+') $/,
      );
    }
  });

  test('its scripts are shell, and every job of steps has a limit', () => {
    for (const { run } of steps) {
      if (run !== undefined) execFileSync('bash', ['-n'], { input: run });
    }
    for (const [, job] of jobs) {
      if (job.steps !== undefined) expect(job['timeout-minutes']).toBeGreaterThan(0);
    }
  });
});

describe.each(['gitlab/gitlab-ci.yml', 'gitlab/environments.yml'])('%s', (name) => {
  const { default: shared, stages, ...jobs } = parse(read(name), { merge: true });
  const merged = Object.entries<Record<string, unknown>>(jobs).map(([job, own]) => {
    const base = typeof own['extends'] === 'string' ? jobs[own['extends']] : {};
    return [job, { ...base, ...own }] as const;
  });
  const real = merged.filter(([job]) => !job.startsWith('.'));

  test('refers to stages, jobs and templates that exist', () => {
    const names = real.map(([job]) => job);
    for (const [, { stage, needs = [] }] of real) {
      expect(stages).toContain(stage);
      expect(names).toEqual(expect.arrayContaining([needs].flat()));
    }
    for (const { extends: template } of Object.values<{ extends?: string }>(jobs)) {
      if (template !== undefined) expect(jobs).toHaveProperty([template]);
    }
    expect(shared.image).toMatch(/^node:\d+$/);
  });

  test('an apply starts by hand, one at a time', () => {
    const applies = real.filter(([, { script }]) => String(script).includes('lenkwerk apply'));
    expect(applies.length).toBeGreaterThan(0);
    for (const [, { resource_group: group, rules }] of applies) {
      expect(group).toBe('lenkwerk');
      expect(rules).toEqual([
        expect.objectContaining({ when: 'manual' }),
        expect.objectContaining({ when: 'manual' }),
      ]);
    }
  });
});
