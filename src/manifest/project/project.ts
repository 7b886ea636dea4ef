/** The project file: which manifests belong to which cluster, and where that cluster is. */
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { nearestName } from '../../model/text.js';
import { parseYaml } from '../load.js';
import { type FoundProblems, ProblemsError } from '../problems/diagnostic.js';
import { ProblemList } from '../problems/problem-list.js';
import type { Database, Environment, ProjectManifest, Store } from '../schema/generated/project.js';
import { projectErrors } from '../schema/generated/project-validator.js';
import { documentKind, validateDocument } from '../schema/validate.js';
import { Located, type SourceFile, type SourceNode } from '../source.js';

export interface Project {
  /** The path of the file, as messages show it. */
  readonly file: string;
  /** The manifests of a project without environments, from the current folder. */
  readonly paths: readonly string[];
  readonly environments: ReadonlyMap<string, ProjectEnvironment>;
  /** One of `environments`. */
  readonly defaultEnvironment: string | undefined;
}

/** A cluster of the repository. */
export interface ProjectEnvironment {
  readonly name: string;
  /** What messages call it: `lenkwerk.yaml: staging`. */
  readonly origin: string;
  /** A uuid, or the name of a database; undefined: any. */
  readonly cluster: string | undefined;
  /** From the current folder. */
  readonly paths: readonly string[];
  readonly database: ProjectDatabase | undefined;
  readonly store: ProjectStore | undefined;
  /** The dangers that need no flag. */
  readonly allow: NonNullable<Environment['allow']>;
  /** Only a saved plan is applied. */
  readonly requiresPlanFile: boolean;
}

/** Values by the names of the schema, which are libpq's but for `database`. */
interface ProjectDatabase {
  readonly origin: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The place of the target `default`, with the variables of its login. */
interface ProjectStore {
  readonly origin: string;
  readonly url: string;
  readonly userEnv: string | undefined;
  readonly passwordEnv: string | undefined;
}

const PROJECT = documentKind<ProjectManifest>('project', projectErrors);

/** Reads a project file. Throws ProblemsError with every problem at its place. */
export async function parseProject(file: SourceFile): Promise<Project> {
  const { documents, problems: unreadable } = await parseYaml(file);
  if (unreadable.count > 0) throw problemsError(unreadable);
  const problems = new ProblemList();
  const project = projectOf(file, documents, problems);
  if (project === undefined || problems.count > 0) throw problemsError(problems.found());
  return project;
}

function problemsError({ first, count }: FoundProblems): ProblemsError {
  return new ProblemsError(first, count);
}

function projectOf(
  file: SourceFile,
  [root, another]: readonly SourceNode[],
  problems: ProblemList,
): Project | undefined {
  if (root === undefined || another !== undefined) {
    const start = another?.start ?? 0;
    const message = 'a project file holds one document of kind Project';
    problems.add(file, { start, end: start }, () => ({ message }));
    return undefined;
  }
  const manifest = validateDocument(PROJECT, { file, root }, problems);
  if (manifest === undefined) return undefined;
  const at = Located.document(file, root);
  const folder = dirname(file.name);
  const paths = pathsIn(folder, manifest.paths ?? ['.']);
  checkPaths(manifest.paths, at, problems);
  const environments = new Map(
    Object.entries(manifest.environments ?? {}).map(([name, environment]) => {
      const place = at.child('environments').child(name);
      checkPaths(environment.paths, place, problems);
      checkStore(environment, place, problems);
      checkService(environment, place, problems);
      const origin = `${file.name}: ${name}`;
      return [name, { name, ...environmentOf(environment, { origin, folder, paths }) }];
    }),
  );
  const defaultEnvironment = manifest['default-environment'];
  if (defaultEnvironment !== undefined && !environments.has(defaultEnvironment)) {
    const hint = knownNames(defaultEnvironment, [...environments.keys()]);
    const message = 'no environment has this name';
    problems.addAt(at.child('default-environment'), () => ({ message, hint }));
  }
  return { file: file.name, paths, environments, defaultEnvironment };
}

interface InProject {
  readonly origin: string;
  readonly folder: string;
  /** The paths of environments that have none of their own. */
  readonly paths: readonly string[];
}

function environmentOf(
  { cluster, paths, database, store, allow = [], review }: Environment,
  { origin, folder, paths: ofAll }: InProject,
): Omit<ProjectEnvironment, 'name'> {
  return {
    origin,
    cluster,
    paths: paths === undefined ? ofAll : pathsIn(folder, paths),
    database: database && { origin, fields: databaseFields(database, folder) },
    store: store === undefined ? undefined : { origin, ...storeOf(store) },
    allow,
    requiresPlanFile: review?.['require-plan-file'] ?? false,
  };
}

const FILES = ['sslrootcert', 'sslcert', 'sslkey'];

function databaseFields(database: Database, folder: string): Readonly<Record<string, string>> {
  const values = Object.entries(database).map(([name, value]) => {
    const isFile = FILES.includes(name) && value !== 'system';
    return [name, isFile ? fromFolder(folder, String(value)) : String(value)];
  });
  return Object.fromEntries(values);
}

function storeOf(store: Store): Omit<ProjectStore, 'origin'> {
  const { url, userEnv, passwordEnv } =
    typeof store === 'string' ? { url: store, userEnv: undefined, passwordEnv: undefined } : store;
  return { url, userEnv, passwordEnv };
}

/** What a manifest has wrong is shown, and who may change this file must not choose other files. */
function checkPaths(paths: readonly string[] = [], at: Located, problems: ProblemList): void {
  for (const [i, path] of paths.entries()) {
    if (!isAbsolute(path) && !/^\.\.(?:\/|$)/.test(normalize(path))) continue;
    const hint = 'put this file above all manifests';
    const message = 'leaves the folder of the project file';
    problems.addAt(at.child('paths').item(i), () => ({ message, hint }));
  }
}

/** `user:password@`. */
const PASSWORD = /:\/\/[^/?#]*:[^/?#]*@/;

function checkStore(environment: Environment, at: Located, problems: ProblemList): void {
  if (environment.store === undefined || !PASSWORD.test(storeOf(environment.store).url)) return;
  const store = at.child('store');
  const url = typeof environment.store === 'string' ? store : store.child('url');
  const hint = 'refer to it: passwordEnv: LENKWERK_STORE_PASSWORD beside the URL';
  problems.addAt(url, () => ({ message: 'the URL holds a password', hint }));
}

/** A repository may choose among the services of an operator, and not the way to them. */
const BESIDE_SERVICE: readonly string[] = ['service', 'user', 'database'];

function checkService({ database }: Environment, at: Located, problems: ProblemList): void {
  if (database?.service === undefined) return;
  for (const name of Object.keys(database)) {
    if (BESIDE_SERVICE.includes(name)) continue;
    const hint = 'put it into the service file; beside a service stand user and database';
    const message = 'does not stand beside a service';
    problems.addAt(at.child('database').child(name), () => ({ message, hint }));
  }
}

/** For a name that is none of these. */
export function knownNames(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  return known.length === 0 ? 'there is none' : `there are: ${known.join(', ')}`;
}

function pathsIn(folder: string, paths: readonly string[]): readonly string[] {
  return paths.map((path) => join(folder, path));
}

function fromFolder(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}
