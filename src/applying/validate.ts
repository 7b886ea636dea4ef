/** Checks manifests without a database: those of paths, or those of every environment. */
import { type Diagnostic, ProblemsError } from '../manifest/problems/diagnostic.js';
import type { ProjectEnvironment } from '../manifest/project/project.js';
import type { DesiredState, SourcePlace } from '../model/resources.js';
import type { ApplyContext } from './context/context.js';
import { defaultPaths, type LoadedManifests, readManifests } from './desired.js';
import { judgeManifests } from './plan/vetting.js';

/** Manifests that make one desired state. */
export interface ValidSet {
  /** undefined: they are not those of an environment. */
  readonly environment: string | undefined;
  readonly desired: DesiredState;
  readonly files: readonly string[];
  readonly notices: readonly string[];
}

interface LoadedSet extends LoadedManifests {
  readonly environment: ProjectEnvironment | undefined;
}

/**
 * Checks the manifests of these paths; without any, those of the environment that `--env` or
 * LENKWERK_ENV names, else of every environment of the project, else of the current folder. Throws
 * ProblemsError with the problems of all environments, and PlanProblemsError.
 */
export async function validateManifests(
  context: ApplyContext,
  paths: readonly string[],
): Promise<readonly ValidSet[]> {
  const loaded = await loadSets(context, paths);
  context.onStep('vetting the expressions');
  const valid: ValidSet[] = [];
  for (const { environment, desired, files, notices } of loaded) {
    const judged = await judgeManifests(desired);
    valid.push({
      environment: environment?.name,
      desired,
      files,
      notices: [...notices, ...judged],
    });
  }
  return valid;
}

async function loadSets(
  context: ApplyContext,
  paths: readonly string[],
): Promise<readonly LoadedSet[]> {
  const { project, projectEnvironment } = context;
  const every = [...(project?.environments.values() ?? [])];
  // The default of the project is for work on one cluster.
  const isAsked = projectEnvironment?.chosenBy !== 'default-environment';
  const isOne = projectEnvironment !== undefined && isAsked;
  if (paths.length > 0 || isOne || every.length === 0) {
    const manifests = await readManifests(
      context,
      paths.length > 0 ? paths : defaultPaths(context),
    );
    const environment = paths.length > 0 ? undefined : projectEnvironment;
    requireAgreement([{ environment, ...manifests }]);
    return [{ environment, ...manifests }];
  }
  const found: LoadedSet[] = [];
  const failures: ProblemsError[] = [];
  for (const environment of every) {
    try {
      found.push({ environment, ...(await readManifests(context, environment.paths)) });
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      failures.push(error);
    }
  }
  throwFailures(failures);
  requireAgreement(found);
  return found;
}

/**
 * Files that environments share have the same problems in each: those that are not known one by one
 * are counted in one environment only.
 */
function throwFailures(failures: readonly ProblemsError[]): void {
  const [first, ...others] = failures;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const key = ({ file, line, column, path, message }: Diagnostic) =>
    [file, line, column, path, message].join('\n');
  const problems = failures.flatMap((failure) => failure.problems);
  const different = [...new Map(problems.map((one) => [key(one), one])).values()];
  const counts = failures.map(({ count }) => count);
  throw new ProblemsError(different, Math.max(different.length, ...counts));
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Throws ProblemsError where a manifest names another cluster than one of its environments. */
function requireAgreement(sets: readonly LoadedSet[]): void {
  const problems = sets.flatMap(({ environment, desired, clusterAt }) =>
    clusterAt.flatMap((place) => {
      const sharing = sets.filter(({ files }) => files.includes(place.file));
      if (sharing.length > 1) return [sharedCluster(place)];
      const named = environment?.cluster;
      if (named === undefined || desired.cluster === undefined) return [];
      const isOfOneKind = UUID.test(named) === UUID.test(desired.cluster);
      if (!isOfOneKind || named.toLowerCase() === desired.cluster.toLowerCase()) return [];
      return [{ ...place, path: 'cluster', message: `${environment?.origin} is for ${named}` }];
    }),
  );
  const unique = new Map(problems.map((one) => [`${one.file}:${one.line}:${one.column}`, one]));
  if (unique.size > 0) throw new ProblemsError([...unique.values()]);
}

function sharedCluster(place: SourcePlace): Diagnostic {
  const message = 'environments share this file, and each is another cluster';
  return { ...place, path: 'cluster', message, hint: 'name the cluster in the project file' };
}
