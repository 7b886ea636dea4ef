/** The desired state that manifests describe. */

import { loadManifests } from '../manifest/load.js';
import { ProblemsError } from '../manifest/problems/diagnostic.js';
import { DEFAULT_TARGET } from '../model/installation.js';
import {
  type DesiredConfigEntry,
  type DesiredState,
  NOTHING_MANAGED,
  type SourcePlace,
} from '../model/resources.js';
import { isStoreConfigKey } from '../model/secrets/values.js';
import { nearestName } from '../model/text.js';
import type { SetStatus } from '../planning/instances/set-status.js';
import type { Selection } from '../planning/selection.js';
import { commitOf, readGitState } from '../runtime/git-commit.js';
import type { ApplyContext } from './context/context.js';

/** A desired state, and how to plan it. */
export interface DesiredSource {
  readonly desired: DesiredState;
  /** The commit of the manifests' repository, `-dirty` where they differ; null: not known. */
  readonly gitCommit: string | null;
  /** The id of the apply whose desired state it was; undefined: it is that of manifests. */
  readonly revertOf?: string | undefined;
  /** The status to set of some instances, in place of `desired`; undefined: none. */
  readonly setStatus?: SetStatus | undefined;
  /** Which part is planned; undefined: everything. */
  readonly selection?: Selection | undefined;
}

/** Planned from the instances as they are recorded then, and not from manifests. */
export function sourceOfStatus(setStatus: SetStatus): DesiredSource {
  return { desired: NOTHING_MANAGED, gitCommit: null, setStatus };
}

export interface LoadedManifests {
  readonly desired: DesiredState;
  readonly files: readonly string[];
  /** Where they name the cluster. */
  readonly clusterAt: readonly SourcePlace[];
  /** What the author may not expect, one sentence each. */
  readonly notices: readonly string[];
}

/** Patterns on addresses; `*` matches any characters. */
export interface PartFlags {
  /** Empty or absent: everything that is not excluded. */
  readonly only?: readonly string[];
  readonly exclude?: readonly string[];
}

/**
 * Reads manifests, and their commit from git. `paths` are files or folders, `-` is the context's
 * standard input; none: those of the project, else the current folder. Throws ProblemsError with
 * all problems.
 */
export async function loadDesired(
  context: ApplyContext,
  given: readonly string[],
  part: PartFlags = {},
): Promise<DesiredSource & LoadedManifests> {
  const paths = given.length === 0 ? defaultPaths(context) : given;
  // git runs while the manifests are read.
  const named = paths.filter((path) => path !== '-');
  const state = readGitState(named);
  const manifests = await readManifests(context, paths);
  const commit = await commitOf(await state, manifests.files);
  return { ...manifests, gitCommit: commit, selection: selectionOf(part) };
}

/**
 * The same of the default paths; undefined where that is the current folder, and no manifest is in
 * it.
 */
export async function loadDefault(
  context: ApplyContext,
): Promise<(DesiredSource & LoadedManifests) | undefined> {
  const { project, projectEnvironment } = context;
  const isNamed = (projectEnvironment?.paths ?? project?.paths) !== undefined;
  try {
    return await loadDesired(context, []);
  } catch (error) {
    if (!isNamed && error instanceof NoManifest) return undefined;
    throw error;
  }
}

class NoManifest extends ProblemsError {}

/** What is read where a command names no path. */
export function defaultPaths({ project, projectEnvironment }: ApplyContext): readonly string[] {
  return projectEnvironment?.paths ?? project?.paths ?? ['.'];
}

/** The manifests of these paths, without git. Throws ProblemsError. */
export async function readManifests(
  context: ApplyContext,
  paths: readonly string[],
): Promise<LoadedManifests> {
  context.onStep('reading the manifests');
  const onRead = (file: string) => void context.inputs.add(file);
  const stdin = paths.includes('-') ? { stdin: context.stdin() } : {};
  const result = await loadManifests(paths, { onRead, ...stdin });
  if (result.kind === 'ok') {
    return { ...result, notices: [...result.notices, ...(await storeNotices(result.desired))] };
  }
  const { problems, count, isNone } = result;
  throw isNone ? new NoManifest(problems, count) : new ProblemsError(problems, count);
}

/** Stores that the agent cannot use, with their places; Bagger's nodes may know their kinds. */
async function storeNotices({ config = [] }: DesiredState): Promise<readonly string[]> {
  const stores = new Map(
    config.flatMap((entry) => (isStoreConfigKey(entry.key) ? [[entry.key, entry]] : [])),
  );
  if (stores.size === 0) return [];
  const { FURTHER_STORES } = await import('../publishing/targets/further-stores.js');
  const { unusableTargets } = await import('../publishing/targets/targets.js');
  const unknownType = await unknownTypeNotice(stores.get('kvstore_type'));
  const unusable = unusableTargets(new Map([...stores].map(([key, { value }]) => [key, value])));
  return [
    ...unknownType,
    ...unusable.flatMap(({ name, problem: { message, hint } }) => {
      const isDefault = name === DEFAULT_TARGET;
      const entry = stores.get(isDefault ? 'kvstore_config' : 'kvstores');
      if (entry === undefined || (isDefault && unknownType.length > 0)) return [];
      const what = name === FURTHER_STORES ? message : `the agent cannot use ${message}`;
      return [`${placeOf(entry)}: ${what}${hint === undefined ? '' : `; ${hint}`}`];
    }),
  ];
}

async function unknownTypeNotice(entry: DesiredConfigEntry | undefined) {
  if (entry === undefined || typeof entry.value !== 'string') return [];
  const { DRIVERS } = await import('../kvstore/drivers.js');
  const { value } = entry;
  const known = DRIVERS.map(({ type }) => type);
  if (known.includes(value)) return [];
  const nearest = nearestName(value, known);
  const hint = nearest === undefined ? `it knows ${known.join(', ')}` : `did you mean ${nearest}?`;
  return [`${placeOf(entry)}: the agent knows no kvstore_type ${value}; ${hint}`];
}

function placeOf({ source: { file, line } }: DesiredConfigEntry): string {
  return `${file}:${line}`;
}

/** undefined: everything. */
function selectionOf({ only = [], exclude = [] }: PartFlags): Selection | undefined {
  if (only.length === 0 && exclude.length === 0) return undefined;
  return { targets: only, excludes: exclude };
}
