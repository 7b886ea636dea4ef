/** Paths -> the text of manifest files. Nothing outside the given paths is followed. */
import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { FileTooLarge, fileTrouble, readRegularFile } from '../runtime/files.js';
import { MAX_BYTES } from './allowance.js';
import { decodeManifest } from './decode.js';
import type { Diagnostic } from './problems/diagnostic.js';
import { IGNORE_FILE, type IgnoreRules, ignoreRules, isPassedOver } from './project/ignored.js';
import { SourceFile } from './source.js';

/** Depth of folders within a given folder; also bounds an endless walk. */
const MAX_FOLDER_DEPTH = 32;
const MAX_FILES = 10_000;
const MAX_IGNORE_BYTES = 64 * 1024;

export interface ReadOptions {
  /** The content of `-`; without it `-` is refused. */
  readonly stdin?: Readable;
  /** Called with the name of each file that is read, also of those that are no manifest. */
  readonly onRead?: (file: string) => void;
}

interface ReadManifests {
  /** Sorted by absolute path, each file once. */
  readonly files: readonly SourceFile[];
  /** The names of those that a folder holds: not all of them need to be manifests. */
  readonly found: ReadonlySet<string>;
  readonly problems: readonly Diagnostic[];
  /** The only problem is that there is no file. */
  readonly isNone: boolean;
}

/**
 * Reads the files of `paths`, and those below the folders among them; problems do not stop it.
 * Never throws for a file that cannot be read.
 */
export async function readManifests(
  paths: readonly string[],
  options: ReadOptions,
): Promise<ReadManifests> {
  const { onRead = () => {} } = options;
  const walk = new Walk(onRead);
  for (const path of [...new Set(paths)].filter((p) => p !== '-').sort()) await walk.add(path);
  const problems = [...walk.problems];
  const files: SourceFile[] = [];
  let left = MAX_BYTES;
  const take = (name: string, bytes: Uint8Array | undefined): void => {
    if (bytes === undefined) return;
    left -= bytes.length;
    const decoded = decodeManifest(name, bytes);
    if (decoded instanceof SourceFile) files.push(decoded);
    else problems.push(...decoded);
  };
  for (const [, name] of [...walk.files.entries()].sort(([a], [b]) => (a < b ? -1 : 1))) {
    onRead(name);
    take(name, await readOne(name, left, problems));
  }
  if (paths.includes('-')) onRead(STDIN_FILE);
  if (paths.includes('-')) take(STDIN, await readStdin(options.stdin, left, problems));
  const isNone = files.length === 0 && problems.length === 0;
  if (isNone) {
    const name = paths[0] ?? '.';
    const hint = 'name a file, or a folder that holds *.yaml or *.yml files';
    problems.push(fileProblem(name, 'no manifest found', hint));
  }
  return { files, problems, found: walk.found, isNone };
}

const STDIN = '<stdin>';
/** The same for the system. */
const STDIN_FILE = '/dev/stdin';
const TOO_MUCH = `larger than ${MAX_BYTES / 1024 / 1024} MiB, with the manifests read before`;
const TOO_MUCH_HINT = 'one cluster is described by less; name its manifests alone';

/** A file or folder of a walk. */
interface Place {
  readonly name: string;
  /** The real path of the folder that was named. */
  readonly root: string;
  readonly depth: number;
  readonly rules: readonly IgnoreRules[];
}

class Walk {
  /** Real path -> the name to show. */
  readonly files = new Map<string, string>();
  readonly problems: Diagnostic[] = [];
  /** The names of files that were not named themselves. */
  readonly found = new Set<string>();
  readonly #onRead: (file: string) => void;

  constructor(onRead: (file: string) => void) {
    this.#onRead = onRead;
  }

  /** A path of the command line. It may be a symbolic link, since the user named it. */
  async add(path: string): Promise<void> {
    const stats = await attempt(path, this.problems, () => stat(path));
    if (stats === undefined) return;
    const real = await realpath(path);
    if (stats.isDirectory())
      await this.#folder({ name: normalize(path), root: real, depth: 0, rules: [] });
    else if (isRegular(path, stats, this.problems)) this.#named(real, normalize(path));
  }

  #named(real: string, name: string): void {
    this.found.delete(this.files.get(real) ?? name);
    this.files.set(real, name);
  }

  async #folder({ name, root, depth, rules: above }: Place): Promise<void> {
    if (depth > MAX_FOLDER_DEPTH) {
      this.problems.push(fileProblem(name, `more than ${MAX_FOLDER_DEPTH} folders deep`));
      return;
    }
    const entries = (await attempt(name, this.problems, () => readdir(name))) ?? [];
    const rules = entries.includes(IGNORE_FILE) ? [...above, await this.#rules(name)] : above;
    for (const entry of entries.filter((one) => !isPassedOver(name, one, rules)).sort()) {
      await this.#entry({ name: join(name, entry), root, depth, rules });
    }
  }

  async #rules(folder: string): Promise<IgnoreRules> {
    const name = join(folder, IGNORE_FILE);
    this.#onRead(name);
    const bytes = await readOne(name, MAX_IGNORE_BYTES, this.problems);
    const text = new TextDecoder().decode(bytes);
    if ((bytes?.length ?? 0) > MAX_IGNORE_BYTES || /^\s*!/m.test(text)) {
      const problem = 'is too long, or has a pattern with !, which is not supported';
      this.problems.push(fileProblem(name, problem));
    }
    return ignoreRules(folder, text);
  }

  async #entry({ name, root, depth, rules }: Place): Promise<void> {
    const link = await attempt(name, this.problems, () => lstat(name));
    if (link?.isDirectory()) await this.#folder({ name, root, depth: depth + 1, rules });
    if (link === undefined || link.isDirectory() || !/^\.ya?ml$/.test(extname(name))) return;
    const stats = link.isSymbolicLink()
      ? await attempt(name, this.problems, () => stat(name))
      : link;
    if (stats === undefined || (link.isSymbolicLink() && stats.isDirectory())) return;
    const real = await realpath(name);
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      const hint = 'name the target itself if it belongs to the manifests';
      this.problems.push(fileProblem(name, 'a symbolic link that leaves the folder', hint));
    } else if (isRegular(name, stats, this.problems)) this.#found(real, name);
  }

  #found(real: string, name: string): void {
    if (!this.files.has(real)) {
      this.files.set(real, name);
      this.found.add(name);
    }
    if (this.files.size === MAX_FILES + 1) {
      this.problems.push(fileProblem(name, `more than ${MAX_FILES} files`));
    }
  }
}

async function readOne(
  name: string,
  limit: number,
  problems: Diagnostic[],
): Promise<Uint8Array | undefined> {
  return await attempt(name, problems, async () => readRegularFile(name, { maxBytes: limit }));
}

async function readStdin(
  stdin: Readable | undefined,
  limit: number,
  problems: Diagnostic[],
): Promise<Uint8Array | undefined> {
  if (stdin === undefined) {
    problems.push(fileProblem(STDIN, 'standard input is not read here'));
    return undefined;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (length > limit) {
      problems.push(fileProblem(STDIN, TOO_MUCH, TOO_MUCH_HINT));
      return undefined;
    }
  }
  return Buffer.concat(chunks);
}

function isRegular(name: string, stats: Stats, problems: Diagnostic[]): boolean {
  if (!stats.isFile()) problems.push(fileProblem(name, 'not a regular file'));
  return stats.isFile();
}

async function attempt<T>(
  name: string,
  problems: Diagnostic[],
  action: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    const trouble = error instanceof FileTooLarge ? TOO_MUCH : fileTrouble(error);
    if (trouble === undefined) throw error;
    problems.push(fileProblem(name, trouble, trouble === TOO_MUCH ? TOO_MUCH_HINT : undefined));
    return undefined;
  }
}

function fileProblem(file: string, message: string, hint?: string): Diagnostic {
  return { file, line: 1, column: 1, path: '', message, ...(hint === undefined ? {} : { hint }) };
}
