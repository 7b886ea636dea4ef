/** Manifests in memory, without waiting; reads each in both ways, which have to agree. */
import { isDeepStrictEqual } from 'node:util';
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
  const parsed = parseManifest(file);
  const plain = readPlainYaml(file.text);
  if (plain === undefined || isDeepStrictEqual({ documents: plain, problems: NONE }, parsed)) {
    return parsed;
  }
  const both = JSON.stringify({ text: file.text, plain, parsed });
  throw new Error(`the plain reader disagrees with the YAML library: ${both}`);
}
