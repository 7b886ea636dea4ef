import { decodeManifest } from '../../../src/manifest/decode.js';
import type { LoadResult } from '../../../src/manifest/load.js';
import { SourceFile } from '../../../src/manifest/source.js';
import type { DesiredState } from '../../../src/model/resources.js';
import { desiredFromFiles } from './read-manifests.js';

export const HEAD = 'apiVersion: lenkwerk/v1\nkind: Cluster\n';

/** Loads texts as the files a.yaml, b.yaml and so on. */
export function load(...texts: readonly string[]): LoadResult {
  return desiredFromFiles(texts.map((text, i) => new SourceFile(`${'abcdefgh'[i]}.yaml`, text)));
}

/** The desired state of manifests that must be correct. */
export function desired(...sections: readonly string[]): DesiredState {
  const result = load(...sections.map((section) => HEAD + section));
  if (result.kind === 'ok') return result.desired;
  throw new Error(JSON.stringify(result.problems, null, 2));
}

/** `line:column: path: message`, without the file when there is only one. */
export function problems(...texts: readonly string[]): readonly string[] {
  const result = load(...texts);
  if (result.kind === 'ok') return [];
  return result.problems.map(({ file, line, column, path, message }) => {
    const place = texts.length > 1 ? `${file}:${line}:${column}` : `${line}:${column}`;
    return `${place}: ${path}: ${message}`;
  });
}

/** The same for a section that begins on line 3. */
export function sectionProblems(section: string): readonly string[] {
  return problems(HEAD + section);
}

/** What decoding reports about bytes: `line:column: message`. */
export function byteProblems(bytes: Uint8Array | string): readonly string[] {
  const decoded = decodeManifest('a.yaml', Buffer.from(bytes));
  if (decoded instanceof SourceFile) return [];
  return decoded.map(({ line, column, message }) => `${line}:${column}: ${message}`);
}
