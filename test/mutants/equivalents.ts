/** Mutants that change nothing a test could notice, each with the reason. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/house/source-files.js';
import { mutantsOf } from './mutants.js';

/** By the file, then by the identity of the mutant: why it changes nothing. */
const EQUIVALENT: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(new URL('equivalent.json', import.meta.url), 'utf8'),
);

/** Why a mutant changes nothing; undefined where that is not known. */
export function reasonOf(path: string, id: string): string | undefined {
  return EQUIVALENT[path]?.[id];
}

/** `path: identity`, for each entry that is no mutant of the file any more. */
export function staleEntries(entries = EQUIVALENT): readonly string[] {
  return Object.entries(entries).flatMap(([path, reasons]) => {
    const ids = new Set(mutantsOf(path, readSource(path)).map(({ id }) => id));
    return Object.keys(reasons)
      .filter((id) => !ids.has(id))
      .map((id) => `${path}: ${id}`);
  });
}

/** The text of a file of the work tree; empty for one that is gone. */
export function readSource(path: string): string {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return '';
  }
}
