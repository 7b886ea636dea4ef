/** Manifests in memory, without waiting; reads each in both ways, which have to agree. */
import { isDeepStrictEqual } from 'node:util';
import { newAllowance } from '../../../src/manifest/allowance.js';
import { desiredFromParsed, type LoadResult } from '../../../src/manifest/load.js';
import type { SourceFile } from '../../../src/manifest/source.js';
import { type ParsedFile, parseManifest } from '../../../src/manifest/yaml/parse.js';
import { readPlainYaml } from '../../../src/manifest/yaml/plain.js';

const NONE = { first: [], count: 0 };

export function desiredFromFiles(files: readonly SourceFile[]): LoadResult {
  return desiredFromParsed(files.map((file) => ({ file, ...parseBothWays(file) })));
}

/** The result of the YAML library. Throws where the plain reader's differs. */
export function parseBothWays(file: SourceFile): ParsedFile {
  const parsed = parseManifest(file, { allowance: newAllowance(), plainUntil: 0 });
  const plain = readPlainYaml(file.text, newAllowance());
  if (plain.kind === 'other') return parsed;
  if (isDeepStrictEqual({ documents: plain.documents, problems: NONE }, parsed)) return parsed;
  const both = JSON.stringify({ text: file.text, plain, parsed });
  throw new Error(`the plain reader disagrees with the YAML library: ${both}`);
}
