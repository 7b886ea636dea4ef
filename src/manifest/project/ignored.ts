/** What is passed over in a folder of manifests: `.lenkwerkignore`. */
import { join, relative, sep } from 'node:path';
import { matchesPath } from '../../model/text.js';

/** Lists what is passed over in its folder and below. */
export const IGNORE_FILE = '.lenkwerkignore';

/** Folders that hold no manifests. */
const NEVER: ReadonlySet<string> = new Set(['node_modules']);

/** The patterns of one file. */
export interface IgnoreRules {
  /** The folder that they are relative to. */
  readonly folder: string;
  /** Each by the names of its path. */
  readonly patterns: readonly (readonly string[])[];
}

/**
 * The rules of such a file: a line each, `#` begins a comment. A name means every file or folder of
 * that name below, a path with a slash that one; `*` stands for a part of a name, `?` for a
 * character, `**` for any folders.
 */
export function ignoreRules(folder: string, text: string): IgnoreRules {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const patterns = lines.filter((line) => line !== '' && !line.startsWith('#')).map(patternOf);
  return { folder, patterns };
}

function patternOf(line: string): readonly string[] {
  const path = line.replace(/\/$/, '');
  const names = path.replace(/^\//, '').split('/');
  return path.includes('/') ? names : [ANYWHERE, ...names];
}

const ANYWHERE = '**';

/** Whether the entry of a folder is passed over: hidden, never of manifests, or by a rule. */
export function isPassedOver(
  folder: string,
  entry: string,
  rules: readonly IgnoreRules[],
): boolean {
  if (entry.startsWith('.') || NEVER.has(entry)) return true;
  const path = join(folder, entry);
  return rules.some((one) => {
    const names = relative(one.folder, path).split(sep);
    return one.patterns.some((pattern) => matchesPath(names, pattern));
  });
}
