/** Paths -> desired state: the one entry point of manifests. */
import type { DesiredState } from '../model/resources.js';
import { type Allowance, newAllowance } from './allowance.js';
import { checkReferences } from './checks.js';
import { type ManifestDocument, mergeDocuments } from './merge.js';
import { compareDiagnostics, type Diagnostic } from './problems/diagnostic.js';
import { ProblemList } from './problems/problem-list.js';
import { type ReadOptions, readManifests } from './read-files.js';
import { validateDocument } from './schema/validate.js';
import type { SourceFile } from './source.js';
import type { ParsedFile } from './yaml/parse.js';
import { readPlainYaml } from './yaml/plain.js';

export type LoadResult =
  | {
      readonly kind: 'ok';
      readonly desired: DesiredState;
      /** The files that were read, in the order in which they were merged. */
      readonly files: readonly string[];
    }
  | {
      readonly kind: 'problems';
      /** The first ones, sorted by place; at least one. */
      readonly problems: readonly Diagnostic[];
      /** Of all problems. */
      readonly count: number;
    };

/**
 * Reads, checks and merges manifests. A path is a file, `-` (standard input) or a folder, which
 * denotes every *.yaml and *.yml below it. The order of `paths` does not matter. Never throws for
 * the content of a manifest or for an unreadable file: these are problems with a place.
 */
export async function loadManifests(
  paths: readonly string[],
  options: ReadOptions = {},
): Promise<LoadResult> {
  const { files, problems } = await readManifests(paths, options);
  if (problems.length === 0) return desiredFrom(files);
  const count = problems.length;
  return { kind: 'problems', problems: [...problems].sort(compareDiagnostics), count };
}

/** The same for files in memory. */
export async function desiredFrom(files: readonly SourceFile[]): Promise<LoadResult> {
  const parsed: ParsedSource[] = [];
  const allowance = newAllowance();
  for (const file of files) parsed.push({ file, ...(await parse(file, allowance)) });
  return desiredFromParsed(parsed);
}

/** Loading the YAML library takes as long as a small plan, so it is loaded only when needed. */
async function parse(file: SourceFile, allowance: Allowance): Promise<ParsedFile> {
  const plain = readPlainYaml(file.text, allowance);
  if (plain.kind === 'plain') return { ...plain, problems: { first: [], count: 0 } };
  return (await import('./yaml/parse.js')).parseManifest(file, { allowance, plainUntil: plain.at });
}

type ParsedSource = ParsedFile & { readonly file: SourceFile };

/**
 * The same for parsed files: checks each against the schema, merges them, and checks references.
 * Stops after the first of these steps that finds problems.
 */
export function desiredFromParsed(files: readonly ParsedSource[]): LoadResult {
  const problems = new ProblemList();
  const documents = files.flatMap((file) => checkFile(file, problems));
  // Missing and duplicate objects are unknown while a part of the manifests is unreadable.
  if (problems.count > 0) return failed(problems);
  const merged = mergeDocuments(documents, problems);
  if (problems.count > 0) return failed(problems);
  checkReferences(merged, problems);
  if (problems.count > 0) return failed(problems);
  return { kind: 'ok', desired: merged.desired, files: files.map(({ file }) => file.name) };
}

function checkFile(
  { file, documents: roots, problems: unreadable }: ParsedSource,
  problems: ProblemList,
): readonly ManifestDocument[] {
  problems.addAll(unreadable);
  if (unreadable.count > 0) return [];
  if (roots.length === 0) {
    const hint = 'a manifest has at least apiVersion and kind; to manage nothing, delete the file';
    problems.add(file, { start: 0, end: 0 }, () => ({ message: 'the file is empty', hint }));
  }
  return roots.flatMap((root) => {
    const manifest = validateDocument(file, root, problems);
    return manifest === undefined ? [] : [{ file, root, manifest }];
  });
}

function failed(problems: ProblemList): LoadResult {
  const { first, count } = problems.found();
  return { kind: 'problems', problems: first, count };
}
