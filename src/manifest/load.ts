/** Paths -> desired state: the one entry point of manifests. */
import type { DesiredState, SourcePlace } from '../model/resources.js';
import { type Allowance, MAX_CONFIG_KEYS, newAllowance } from './allowance.js';
import { checkReferences } from './checks.js';
import {
  type ManifestDocument,
  mergeDocuments,
  OVERRIDES,
  type OverridesDocument,
} from './merge.js';
import { configKeyNotices, placeholderNotices } from './notices.js';
import { compareDiagnostics, type Diagnostic } from './problems/diagnostic.js';
import { ProblemList } from './problems/problem-list.js';
import { type ReadOptions, readManifests } from './read-files.js';
import { CLUSTER, validateDocument } from './schema/validate.js';
import { entryOf, type SourceFile, type SourceNode } from './source.js';
import type { ParsedFile } from './yaml/parse.js';
import { readPlainYaml } from './yaml/plain.js';

export type LoadResult =
  | {
      readonly kind: 'ok';
      readonly desired: DesiredState;
      /** The files that were read, in the order in which they were merged. */
      readonly files: readonly string[];
      /** Where they name the cluster. */
      readonly clusterAt: readonly SourcePlace[];
      /** What the author may not expect, one sentence each. */
      readonly notices: readonly string[];
    }
  | {
      readonly kind: 'problems';
      /** The first ones, sorted by place; at least one. */
      readonly problems: readonly Diagnostic[];
      /** Of all problems. */
      readonly count: number;
      /** Nothing is wrong but that there is no manifest at all. */
      readonly isNone: boolean;
    };

/**
 * Reads, checks and merges manifests. A path is a file, `-` (standard input) or a folder, which
 * denotes every *.yaml and *.yml below it; what is none of ours there is passed over. The order of
 * `paths` does not matter. Never throws for the content of a manifest or for an unreadable file:
 * these are problems with a place.
 */
export async function loadManifests(
  paths: readonly string[],
  options: ReadOptions = {},
): Promise<LoadResult> {
  const { files, problems, found, isNone } = await readManifests(paths, options);
  if (problems.length === 0) return desiredFrom(files, found);
  const count = problems.length;
  return { kind: 'problems', problems: [...problems].sort(compareDiagnostics), count, isNone };
}

/** The same for files in memory; those whose names are in `found` may be none of ours. */
export async function desiredFrom(
  files: readonly SourceFile[],
  found: ReadonlySet<string> = new Set(),
): Promise<LoadResult> {
  const parsed: ParsedSource[] = [];
  const allowance = newAllowance();
  for (const file of files) parsed.push({ file, ...(await parseYaml(file, allowance)) });
  return desiredFromParsed(parsed, found);
}

/**
 * The documents of a file, and what is wrong with its YAML; `allowance`: what is left to read, with
 * other files. Loading the YAML library takes as long as a small plan, so it is loaded only when
 * needed.
 */
export async function parseYaml(
  file: SourceFile,
  allowance: Allowance = newAllowance(),
): Promise<ParsedFile> {
  const plain = readPlainYaml(file.text, allowance);
  if (plain.kind === 'plain') return { ...plain, problems: { first: [], count: 0 } };
  return (await import('./yaml/parse.js')).parseManifest(file, { allowance, plainUntil: plain.at });
}

type ParsedSource = ParsedFile & { readonly file: SourceFile };

/**
 * The same for parsed files: checks each against the schema, merges them, and checks references.
 * Stops after the first of these steps that finds problems.
 */
export function desiredFromParsed(
  read: readonly ParsedSource[],
  found: ReadonlySet<string> = new Set(),
): LoadResult {
  const problems = new ProblemList();
  const { files, notices } = withoutForeign(read, found, problems);
  if (files.length === 0 && read.length > 0) return { ...failed(problems), isNone: true };
  if (refuseCrowdedConfig(files, problems)) return failed(problems);
  const documents = files.flatMap((file) => checkFile(file, problems));
  // Missing and duplicate objects are unknown while a part of the manifests is unreadable.
  if (problems.count > 0) return failed(problems);
  const isCluster = (one: Checked): one is ManifestDocument => one.manifest.kind === 'Cluster';
  const isOverrides = (one: Checked): one is OverridesDocument => !isCluster(one);
  const merged = mergeDocuments(
    documents.filter(isCluster),
    documents.filter(isOverrides),
    problems,
  );
  if (problems.count > 0) return failed(problems);
  checkReferences(merged, problems);
  if (problems.count > 0) return failed(problems);
  const { desired, clusterAt } = merged;
  const names = files.map(({ file }) => file.name);
  const all = [...notices, ...configKeyNotices(desired.config ?? [])];
  return { kind: 'ok', desired, files: names, clusterAt, notices: all };
}

type Checked = ManifestDocument | OverridesDocument;

interface Ours {
  readonly files: readonly ParsedSource[];
  readonly notices: readonly string[];
}

/** The files with documents of ours; notices about the others, and about what looks like more. */
function withoutForeign(
  read: readonly ParsedSource[],
  found: ReadonlySet<string>,
  problems: ProblemList,
): Ours {
  const notices: string[] = [];
  const files = read.flatMap((source) => {
    const { file, documents } = source;
    const ours = found.has(file.name) ? ownDocuments(source) : documents;
    if (ours.length < documents.length && !documents.some((root) => kindOf(root) === 'Project')) {
      notices.push(`${file.name}: a document with neither apiVersion nor kind is passed over`);
    }
    if (ours.length === 0 && documents.length > 0) return [];
    notices.push(...placeholderNotices(file, ours));
    return [{ ...source, documents: ours }];
  });
  const [first] = read;
  if (files.length === 0 && first !== undefined) {
    const hint = 'a manifest has at least apiVersion and kind';
    const message = 'no manifest found: neither this file nor another one is one';
    problems.add(first.file, { start: 0, end: 0 }, () => ({ message, hint }));
  }
  return { files, notices };
}

/** A field that every document of ours has, also in a text that is no correct YAML. */
const OUR_FIELD = /^(?:---\s+)?["']?(?:apiVersion|kind)["']?\s*:|^\s*\{/m;

/** Of a file in a folder; the project file is none of the manifests. */
function ownDocuments({ file, documents, problems }: ParsedSource): readonly SourceNode[] {
  if (problems.count > 0) return OUR_FIELD.test(file.text) ? documents : [];
  return documents.filter(
    (root) =>
      kindOf(root) !== 'Project' &&
      (entryOf(root, 'apiVersion') !== undefined || entryOf(root, 'kind') !== undefined),
  );
}

function kindOf(root: SourceNode): unknown {
  const value = entryOf(root, 'kind')?.value;
  return value?.kind === 'scalar' ? value.value : undefined;
}

/** Adds a problem where there are more keys of config than are checked. Returns whether it did. */
function refuseCrowdedConfig(files: readonly ParsedSource[], problems: ProblemList): boolean {
  let count = 0;
  for (const { file, documents } of files) {
    for (const root of documents) {
      const config = entryOf(root, 'config');
      if (config?.value.kind !== 'mapping') continue;
      count += config.value.entries.size;
      if (count <= MAX_CONFIG_KEYS) continue;
      problems.add(file, config.keySpan, () => ({
        message: `more than ${MAX_CONFIG_KEYS} config keys in all manifests`,
      }));
      return true;
    }
  }
  return false;
}

function checkFile(
  { file, documents: roots, problems: unreadable }: ParsedSource,
  problems: ProblemList,
): readonly Checked[] {
  problems.addAll(unreadable);
  if (unreadable.count > 0) return [];
  if (roots.length === 0) {
    const hint = 'a manifest has at least apiVersion and kind; to manage nothing, delete the file';
    problems.add(file, { start: 0, end: 0 }, () => ({ message: 'the file is empty', hint }));
  }
  return roots.flatMap((root): readonly Checked[] => {
    const at = { file, root };
    if (kindOf(root) === 'Overrides') {
      const manifest = validateDocument(OVERRIDES, at, problems);
      return manifest === undefined ? [] : [{ ...at, manifest }];
    }
    const manifest = validateDocument(CLUSTER, at, problems);
    return manifest === undefined ? [] : [{ ...at, manifest }];
  });
}

function failed(problems: ProblemList): Extract<LoadResult, { kind: 'problems' }> {
  const { first, count } = problems.found();
  return { kind: 'problems', problems: first, count, isNone: false };
}
