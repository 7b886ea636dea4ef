import { readFileSync } from 'node:fs';

/** The environment of the process. No other file of this program reads it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A copy of the environment variables, so that later changes have no effect. */
export function environment(): Environment {
  return Object.freeze({ ...process.env });
}

/** The pipeline that runs this process, as it reports itself; recorded in the log of applies. */
interface PipelineIdentity {
  readonly provider: string;
  /** The person or account that started the run, where the provider names one. */
  readonly actor: string | undefined;
  /** The URL of the run. */
  readonly runUrl: string | undefined;
  /** The commit that the run uses. */
  readonly commit: string | undefined;
}

interface Provider {
  readonly name: string;
  /** The variable whose presence identifies the provider. */
  readonly sign: string;
  readonly actor?: string;
  readonly runUrl?: (environment: Environment) => string | undefined;
  readonly commit?: string;
}

const PROVIDERS: readonly Provider[] = [
  {
    name: 'GitHub Actions',
    sign: 'GITHUB_ACTIONS',
    actor: 'GITHUB_ACTOR',
    runUrl: githubRunUrl,
    commit: 'GITHUB_SHA',
  },
  {
    name: 'GitLab CI',
    sign: 'GITLAB_CI',
    actor: 'GITLAB_USER_LOGIN',
    runUrl: (variables) => variables['CI_JOB_URL'],
    commit: 'CI_COMMIT_SHA',
  },
  {
    name: 'Jenkins',
    sign: 'JENKINS_URL',
    actor: 'BUILD_USER_ID',
    runUrl: (variables) => variables['BUILD_URL'],
    commit: 'GIT_COMMIT',
  },
  {
    name: 'Buildkite',
    sign: 'BUILDKITE',
    actor: 'BUILDKITE_BUILD_CREATOR',
    runUrl: (variables) => variables['BUILDKITE_BUILD_URL'],
    commit: 'BUILDKITE_COMMIT',
  },
  {
    name: 'CircleCI',
    sign: 'CIRCLECI',
    actor: 'CIRCLE_USERNAME',
    runUrl: (variables) => variables['CIRCLE_BUILD_URL'],
    commit: 'CIRCLE_SHA1',
  },
  {
    name: 'Azure Pipelines',
    sign: 'TF_BUILD',
    actor: 'BUILD_REQUESTEDFOR',
    commit: 'BUILD_SOURCEVERSION',
  },
  { name: 'TeamCity', sign: 'TEAMCITY_VERSION', commit: 'BUILD_VCS_NUMBER' },
  { name: 'CI', sign: 'CI' },
];

/** The pipeline that this process runs in; undefined outside of one. */
export function pipelineIdentity(variables: Environment): PipelineIdentity | undefined {
  const provider = PROVIDERS.find(({ sign }) => isSet(variables[sign]));
  if (provider === undefined) return undefined;
  return {
    provider: provider.name,
    actor: provider.actor === undefined ? undefined : variables[provider.actor],
    runUrl: withoutLogin(provider.runUrl?.(variables)),
    commit: provider.commit === undefined ? undefined : variables[provider.commit],
  };
}

/** A URL that holds a password is kept in the log of applies for ever. */
function withoutLogin(url: string | undefined): string | undefined {
  return url?.replace(/^(\w+:\/\/)[^/@]*@/, '$1');
}

function githubRunUrl(variables: Environment): string | undefined {
  const server = variables['GITHUB_SERVER_URL'];
  const repository = variables['GITHUB_REPOSITORY'];
  const run = variables['GITHUB_RUN_ID'];
  if (server === undefined || repository === undefined || run === undefined) return undefined;
  return `${server}/${repository}/actions/runs/${run}`;
}

/** Errors can be shown at the line of a pull request there. */
export function isGithubActions(variables: Environment): boolean {
  return variables['GITHUB_ACTIONS'] === 'true';
}

/** The user of this session, as the environment reports it. */
export function userName(variables: Environment): string | undefined {
  const names = [variables['USER'], variables['LOGNAME'], variables['USERNAME']];
  return names.find((name) => name !== undefined && name !== '');
}

/** https://no-color.org: any value but the empty one switches colour off. */
export function isColorRefused(variables: Environment): boolean {
  return (variables['NO_COLOR'] ?? '') !== '' || variables['TERM'] === 'dumb';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false' && value !== '0';
}

/** Which of the standard streams are terminals. */
export interface Terminals {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** Tests the standard streams of this process. */
export function terminals(): Terminals {
  return {
    stdin: process.stdin.isTTY === true,
    stdout: process.stdout.isTTY === true,
    stderr: process.stderr.isTTY === true,
  };
}

// The version of this program, from its package.

const PACKAGE_FILE = new URL('../../package.json', import.meta.url);

/** The version in package.json; `unknown` where it has none. Throws when the file is unreadable. */
export function toolVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8'));
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known ? String(manifest.version) : 'unknown';
}
