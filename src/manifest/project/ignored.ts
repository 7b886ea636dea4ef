/** What is passed over in a folder of manifests: `.lenkwerkignore`. */
import { join, relative } from 'node:path';

/** Lists what is passed over in its folder and below. */
export const IGNORE_FILE = '.lenkwerkignore';

/** Folders that hold no manifests. */
const NEVER: ReadonlySet<string> = new Set(['node_modules']);

/** The patterns of one file; undefined: it has none. */
export interface IgnoreRules {
  /** The folder that they are relative to. */
  readonly folder: string;
  readonly patterns: readonly RegExp[];
}

/**
 * The rules of such a file: a line each, `#` begins a comment. A name means every file or folder of
 * that name below, a path with a slash that one; `*` stands for a part of a name, `**` for any
 * folders.
 */
export function ignoreRules(folder: string, text: string): IgnoreRules {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const patterns = lines.filter((line) => line !== '' && !line.startsWith('#')).map(patternOf);
  return { folder, patterns };
}

function patternOf(line: string): RegExp {
  const path = line.replace(/^\/|\/$/g, '');
  const isAnywhere = !line.replace(/\/$/, '').includes('/');
  const source = path.replace(/\*\*\/|\*+|[^*]+/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '*') return '[^/]*';
    return part.startsWith('*') ? '.*' : part.replace(/[\\^$.+?()[\]{}|]/g, String.raw`\$&`);
  });
  return new RegExp(`^${isAnywhere ? '(?:.*/)?' : ''}${source}$`);
}

/** Whether the entry of a folder is passed over: hidden, never of manifests, or by a rule. */
export function isPassedOver(
  folder: string,
  entry: string,
  rules: readonly IgnoreRules[],
): boolean {
  if (entry.startsWith('.') || NEVER.has(entry)) return true;
  const path = join(folder, entry);
  return rules.some((one) =>
    one.patterns.some((pattern) => pattern.test(relative(one.folder, path))),
  );
}
