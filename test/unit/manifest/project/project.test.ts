/** The project file: what it sets for each environment, and its problems at their places. */
import { describe, expect, test } from 'vitest';
import { ProblemsError } from '../../../../src/manifest/problems/diagnostic.js';
import { type Project, parseProject } from '../../../../src/manifest/project/project.js';
import { SourceFile } from '../../../../src/manifest/source.js';
import { DANGERS } from '../../../../src/planning/format/generated/dangers.js';

const HEAD = 'apiVersion: lenkwerk/v1\nkind: Project\n';

function project(text: string, name = 'lenkwerk.yaml'): Promise<Project> {
  return parseProject(new SourceFile(name, HEAD + text));
}

/** `line:column: path: message`. */
async function problems(text: string): Promise<readonly string[]> {
  const error = await project(text).catch((failure: unknown) => failure);
  if (!(error instanceof ProblemsError)) throw new Error('there is no problem');
  return error.problems.map(
    ({ line, column, path, message }) => `${line}:${column}: ${path}: ${message}`,
  );
}

const WHOLE = `paths: [cluster/]
environments:
  staging:
    cluster: 5494f6e7-0c8b-4d59-b849-02d2d9a57403
    paths: [cluster/, staging/]
    database:
      {host: db, port: 5433, user: ci, database: lw, sslmode: verify-full, sslrootcert: ca.pem}
    store:
      {url: 'etcds://kv?prefix=/stg', userEnv: LENKWERK_STORE_USER, passwordEnv: LENKWERK_STORE_P}
    allow: [expire:index]
    review: {require-plan-file: true}
  production: {store: 'etcd://kv', database: {sslrootcert: system, sslkey: /k.pem}}
default-environment: staging
`;

describe('an environment', () => {
  test('has what stands in the file, with paths from the current folder', async () => {
    const { environments, defaultEnvironment, paths } = await project(WHOLE, 'up/lenkwerk.yaml');
    expect({ defaultEnvironment, paths }).toEqual({
      defaultEnvironment: 'staging',
      paths: ['up/cluster/'],
    });
    const origin = 'up/lenkwerk.yaml: staging';
    expect(environments.get('staging')).toEqual({
      name: 'staging',
      origin,
      cluster: '5494f6e7-0c8b-4d59-b849-02d2d9a57403',
      paths: ['up/cluster/', 'up/staging/'],
      database: {
        origin,
        fields: {
          ...{ host: 'db', port: '5433', user: 'ci', database: 'lw' },
          ...{ sslmode: 'verify-full', sslrootcert: 'up/ca.pem' },
        },
      },
      store: {
        ...{ origin, url: 'etcds://kv?prefix=/stg' },
        ...{ userEnv: 'LENKWERK_STORE_USER', passwordEnv: 'LENKWERK_STORE_P' },
      },
      allow: ['expire:index'],
      requiresPlanFile: true,
    });
  });

  test('needs nothing: the paths are those of the project, no danger is allowed', async () => {
    const { environments } = await project(WHOLE);
    const { paths, allow, requiresPlanFile, cluster, store, database } =
      environments.get('production') ?? {};
    expect({ paths, allow, requiresPlanFile, cluster }).toEqual({
      paths: ['cluster/'],
      allow: [],
      requiresPlanFile: false,
      cluster: undefined,
    });
    expect(store).toMatchObject({ url: 'etcd://kv', userEnv: undefined });
    expect(database?.fields).toEqual({ sslrootcert: 'system', sslkey: '/k.pem' });
  });

  test('without a file of paths means the folder of the project file', async () => {
    expect((await project('', 'lenkwerk.yaml')).paths).toEqual(['.']);
    expect((await project('', '../lenkwerk.yaml')).paths).toEqual(['..']);
  });
});

test.each([
  ['environments: {Staging: {}}', '3:16: environments.Staging: "Staging" is not a name'],
  ['environments: {a: {allows: []}}', '3:20: environments.a.allows: unknown field'],
  [
    'environments: {a: {allow: [store:redirect]}}',
    '3:28: environments.a.allow[0]: must be delete:',
  ],
  [
    'environments: {a: {database: {password: x}}}',
    '3:31: environments.a.database.password: unknown',
  ],
  ['environments: {a: {store: 1}}', '3:27: environments.a.store: must be a text or a mapping'],
  ['environments: {a: {store: {userEnv: X}}}', '3:28: environments.a.store: url is missing'],
  ['environments: {a: {store: "etcd://u:hush@h"}}', '3:27: environments.a.store: the URL holds a'],
  [
    'environments: {a: {}}\ndefault-environment: b',
    '4:22: default-environment: no environment has',
  ],
  ['environments:\n  a:', '4:3: environments.a: has no value'],
  ['---\nkind: Cluster', '4:1: : a project file holds one document'],
  ['paths: [a, /etc/shadow]', '3:12: paths[1]: leaves the folder of the project file'],
  ['environments: {a: {paths: [b/../../c]}}', '3:28: environments.a.paths[0]: leaves the'],
  ['paths: []', '3:8: paths: needs at least 1 item'],
])('%s is refused with its place', async (text, problem) => {
  const found = await problems(text);
  expect(
    found.some((one) => one.startsWith(problem)),
    found.join('\n'),
  ).toBe(true);
  expect(found.join()).not.toContain('hush');
});

test('there are no more environments than one run can check', async () => {
  const environments = (count: number) =>
    `environments:\n${Array.from({ length: count }, (_, i) => `  e${i}: {}\n`).join('')}`;
  expect((await project(environments(100))).environments.size).toBe(100);
  expect(await problems(environments(101))).toEqual([
    '4:3: environments: has more than 100 fields',
  ]);
});

test('every danger may be allowed but those that lead elsewhere or run code', async () => {
  const flagsOnly = ['store:redirect', 'node:command', 'expression:unvetted'];
  const allow = DANGERS.filter((danger) => !flagsOnly.includes(danger));
  const { environments } = await project(`environments: {a: {allow: [${allow}]}}`);
  expect(environments.get('a')?.allow).toEqual(allow);
  for (const danger of flagsOnly) {
    expect(await problems(`environments: {a: {allow: ['${danger}']}}`)).toHaveLength(1);
  }
});
