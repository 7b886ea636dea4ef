/** The workflows of examples/ci/github: jobs, variables, conditions. Actions are left out. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

const FOLDER = new URL('../../../examples/ci/github/', import.meta.url);
const CALLED = './.github/workflows/';

export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
  /** Another workflow. */
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
  readonly 'timeout-minutes'?: number;
}

export interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

async function workflow(name: string): Promise<Workflow> {
  return parse(await readFile(new URL(name, FOLDER), 'utf8'));
}

/** What expressions refer to. */
export interface Given {
  readonly event: 'pull_request' | 'push' | 'schedule' | 'workflow_dispatch';
  readonly secrets: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly matrix?: Readonly<Record<string, string>>;
}

/** One step with its variables. */
interface StepToRun {
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The steps of one job. */
export interface JobToRun {
  readonly steps: readonly StepToRun[];
  /** It runs although a job before it failed. */
  readonly runsAfterFailure: boolean;
}

/** The jobs with scripts of a workflow and of those that it calls, in order. */
export async function jobsOf(name: string, given: Given): Promise<readonly JobToRun[]> {
  const { jobs } = await workflow(name);
  const found: JobToRun[] = [];
  for (const job of Object.values(jobs)) {
    if (job.if !== undefined && !jobRuns(job.if, given)) continue;
    const runsAfterFailure =
      job.if?.includes('!cancelled()') === true && given.event === 'pull_request';
    if (job.uses === undefined) found.push({ steps: stepsOf(job, given), runsAfterFailure });
    for (const called of await calledBy(job, given)) {
      found.push({ ...called, runsAfterFailure: called.runsAfterFailure || runsAfterFailure });
    }
  }
  return found;
}

function stepsOf({ steps = [], env: shared }: Job, given: Given): readonly StepToRun[] {
  return steps.flatMap(({ run, env }) => {
    const variables = { ...valuesOf(shared, given), ...valuesOf(env, given) };
    return run === undefined ? [] : [{ run, env: variables }];
  });
}

async function calledBy(job: Job, given: Given): Promise<readonly JobToRun[]> {
  if (job.uses === undefined) return [];
  const name = job.uses.replace(CALLED, '');
  const found: JobToRun[] = [];
  for (const matrix of combinations(job.strategy?.matrix)) {
    const inputs = valuesOf(job.with, { ...given, matrix });
    found.push(...(await jobsOf(name, { ...given, inputs })));
  }
  return found;
}

/** Of a matrix with one variable. */
function combinations(matrix: Readonly<Record<string, readonly string[]>> = {}) {
  const [[name, values] = [], ...others] = Object.entries(matrix);
  if (others.length > 0) throw new Error('a matrix with several variables');
  if (name === undefined || values === undefined) return [{}];
  return values.map((value) => ({ [name]: value }));
}

/**
 * Runs them one after the other; after one that failed only those that run nevertheless. Returns
 * what they printed. Throws at the end where one failed, with its script and output.
 */
export async function runJobs(
  jobs: readonly JobToRun[],
  run: (step: StepToRun) => Promise<{ readonly exitCode: unknown; readonly output: string }>,
): Promise<string> {
  let printed = '';
  let failure: Error | undefined;
  for (const { steps, runsAfterFailure } of jobs) {
    if (failure !== undefined && !runsAfterFailure) continue;
    for (const step of steps) {
      const { exitCode, output } = await run(step);
      printed += output;
      if (exitCode === 0) continue;
      failure ??= new Error(`${step.run}\nexit code ${exitCode}\n${output}`);
      break;
    }
  }
  if (failure !== undefined) throw failure;
  return printed;
}

const IS_PULL_REQUEST = ({ event }: Given) => event === 'pull_request';
const JOB_CONDITIONS: Readonly<Record<string, (given: Given) => boolean>> = {
  "github.event_name != 'pull_request'": ({ event }) => event !== 'pull_request',
  // Here nothing that a test makes fail comes before the plan.
  "!cancelled() && needs.plan.outputs.outcome == 'success'": IS_PULL_REQUEST,
  "!cancelled() && github.event_name == 'pull_request' && needs.plan.outputs.outcome == 'success'":
    IS_PULL_REQUEST,
  // A failure of the job before it is a failure of the run.
  "github.event_name == 'pull_request' && !cancelled() || success()": () => true,
};

function jobRuns(condition: string, given: Given): boolean {
  const judge = JOB_CONDITIONS[condition];
  if (judge === undefined) throw new Error(`a condition of another form: ${condition}`);
  return judge(given);
}

function valuesOf(texts: Readonly<Record<string, string>> | undefined, given: Given) {
  const entries = Object.entries(texts ?? {});
  return Object.fromEntries(entries.map(([name, text]) => [name, evaluated(text, given)]));
}

/** A value in which expressions are replaced. Throws for one of another form. */
function evaluated(text: string, given: Given): string {
  return text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => valueIn(expression, given));
}

function valueIn(expression: string, given: Given): string {
  const { inputs = {}, matrix = {}, event } = given;
  const [, context, name = ''] = /^(\w+)\.([\w.]+)$/.exec(expression) ?? [];
  switch (context) {
    case 'secrets':
      return secretOf(given, name);
    case 'inputs':
      return inputs[name] ?? '';
    case 'matrix':
      return matrix[name] ?? unknown(expression);
    case 'github':
      return (
        { token: 'token', 'event.number': '3', event_name: event, run_id: '1' }[name] ??
        unknown(expression)
      );
    default:
      return secretOf(given, formatted(expression, inputs) ?? unknown(expression));
  }
}

/** Of `secrets[format('{0}_NAME', inputs.name)]` the name, in which the case does not count. */
function formatted(expression: string, inputs: Readonly<Record<string, string>>) {
  const [, template, input = ''] =
    /^secrets\[format\('(\{0\}\w+)', inputs\.(\w+)\)\]$/.exec(expression) ?? [];
  return template?.replace('{0}', inputs[input] ?? '').toUpperCase();
}

/** An environment has secrets of its own: `production/NAME`. */
function secretOf({ secrets, inputs }: Given, name: string): string {
  return (
    secrets[`${inputs?.['environment']}/${name}`] ?? secrets[name] ?? unknown(`secrets.${name}`)
  );
}

function unknown(expression: string): never {
  throw new Error(`an expression that is not known: ${expression}`);
}

/**
 * A program `gh` that remembers in files what was created, as the vendor would: for each name of a
 * plan a comment, for each label an issue, the last text of either in `body.NAME`. What it was
 * asked is in gh.log.
 */
export const GH = `#!/bin/sh
echo "$*" >> "$STATE/gh.log"
after() { for word; do if [ "$flag" = "$last" ]; then echo "$word"; fi; last=$word; done; }
value() { flag=$1; shift; last=; after "$@"; }
plan='s/^.*<!-- lenkwerk plan of \\([a-z]*\\) -->.*$/\\1/p'
known() { if [ -e "$STATE/$1" ]; then echo "$1"; fi; }
text() { cp "$(value --body-file "$@")" "$STATE/body.$name"; }
case "$1 $2" in
  'api --method')
    name=$(sed -n "$plan" comment.md)
    case "$3 $4" in
      POST*/issues/3/comments) touch "$STATE/comment.$name" ;;
      PATCH*/issues/comments/*) test -e "$STATE/\${4##*/}" ;;
      *) exit 1 ;;
    esac
    cp comment.md "$STATE/body.$name" ;;
  'api repos/'*) known "comment.$(echo "$*" | sed -n "$plan")" ;;
  'issue list') known "issue.$(value --label "$@")" ;;
  'issue create') name=$(value --label "$@"); touch "$STATE/issue.$name"; text "$@" ;;
  'issue comment') test -e "$STATE/$3"; name=\${3#issue.}; text "$@" ;;
  'issue close') rm "$STATE/$3" ;;
  'label create') ;;
  *) echo "gh $*: unexpected" >&2; exit 1 ;;
esac
`;
