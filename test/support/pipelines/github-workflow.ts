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
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
  /** Another workflow. */
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly unknown[]>> };
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
  readonly event: 'pull_request' | 'push' | 'workflow_dispatch';
  readonly secrets: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
}

/** One step with its variables. */
export interface StepToRun {
  readonly run: string;
  readonly condition: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** The scripts of a workflow and of those that it calls, in order. */
export async function scriptsOf(name: string, given: Given): Promise<readonly StepToRun[]> {
  const { jobs } = await workflow(name);
  const scripts: StepToRun[] = [];
  for (const job of Object.values(jobs)) {
    if (job.if !== undefined && !jobRuns(job.if, given)) continue;
    if (job.uses !== undefined) {
      const inputs = valuesOf(job.with, given);
      scripts.push(...(await scriptsOf(job.uses.replace(CALLED, ''), { ...given, inputs })));
    }
    for (const { run, if: condition, env } of job.steps ?? []) {
      if (run === undefined) continue;
      scripts.push({
        run,
        condition,
        env: { ...valuesOf(job.env, given), ...valuesOf(env, given) },
      });
    }
  }
  return scripts;
}

const JOB_CONDITIONS: Readonly<Record<string, (given: Given) => boolean>> = {
  "github.event_name != 'pull_request'": ({ event }) => event !== 'pull_request',
  // What fails ends the run of the test.
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
  const { inputs = {}, event } = given;
  const [, context, name = ''] = /^(\w+)\.([\w.]+)$/.exec(expression) ?? [];
  switch (context) {
    case 'secrets':
      return secretOf(given, name);
    case 'inputs':
      return inputs[name] ?? '';
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

/** Whether a step runs, by the outputs of the steps before it: lines `name=value`. */
export function holds(condition: string | undefined, outputs: string): boolean {
  if (condition === undefined) return true;
  const [, name, operator, value] =
    /^steps\.\w+\.outputs\.(\w+) (==|!=) '(.*)'$/.exec(condition) ?? [];
  if (name === undefined) throw new Error(`a condition of another form: ${condition}`);
  const found = outputs.split('\n').find((line) => line.startsWith(`${name}=`));
  return (found === `${name}=${value}`) === (operator === '==');
}

/**
 * A program `gh` that remembers in files what was created, as the vendor would; what it was asked
 * is in gh.log.
 */
export const GH = `#!/bin/sh
echo "$*" >> "$STATE/gh.log"
body() { while [ $# -gt 1 ]; do [ "$1" = --body-file ] && cp "$2" "$STATE/body"; shift; done; }
case "$1 $2" in
  'api --method') test -e "$STATE/comment" && cp plan.md "$STATE/body" ;;
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
