/** Paths -> the text of manifest files. Nothing outside the given paths is followed. */
import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { fileTrouble, readRegularFile } from '../runtime/files.js';
import { decodeManifest } from './decode.js';
import type { Diagnostic } from './diagnostic.js';
import { SourceFile } from './source.js';

/** The largest manifest that is read. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** Depth of folders within a given folder; also bounds an endless walk. */
const MAX_FOLDER_DEPTH = 32;
const MAX_FILES = 10_000;

export interface ReadOptions {
  /** The content of `-`; without it `-` is refused. */
  readonly stdin?: Readable;
}

interface ReadManifests {
  /** Sorted by absolute path, each file once. */
  readonly files: readonly SourceFile[];
  readonly problems: readonly Diagnostic[];
}

/**
 * Reads the files of `paths`, and those below the folders among them; problems do not stop it.
 * Never throws for a file that cannot be read.
 */
export async function readManifests(
  paths: readonly string[],
  options: ReadOptions,
): Promise<ReadManifests> {
  const walk = new Walk();
  for (const path of [...new Set(paths)].filter((p) => p !== '-').sort()) await walk.add(path);
  const problems = [...walk.problems];
  const files: SourceFile[] = [];
  const found = [...walk.files.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, name] of found) accept(await readOne(name), { files, problems });
  if (paths.includes('-')) accept(await readStdin(options.stdin), { files, problems });
  if (files.length === 0 && problems.length === 0) {
    const name = paths[0] ?? '.';
    const hint = 'name a file, or a folder that holds *.yaml or *.yml files';
    problems.push(fileProblem(name, 'no manifest found', hint));
  }
  return { files, problems };
}

function accept(
  read: SourceFile | readonly Diagnostic[],
  into: { readonly files: SourceFile[]; readonly problems: Diagnostic[] },
): void {
  if (read instanceof SourceFile) into.files.push(read);
  else into.problems.push(...read);
}

class Walk {
  /** Real path -> the name to show. */
  readonly files = new Map<string, string>();
  readonly problems: Diagnostic[] = [];

  /** A path of the command line. It may be a symbolic link, since the user named it. */
  async add(path: string): Promise<void> {
    const stats = await attempt(path, this.problems, () => stat(path));
    if (stats === undefined) return;
    const real = await realpath(path);
    if (stats.isDirectory()) await this.#folder({ name: normalize(path), root: real, depth: 0 });
    else if (isRegular(path, stats, this.problems)) this.files.set(real, normalize(path));
  }

  async #folder(folder: { name: string; root: string; depth: number }): Promise<void> {
    const { name, root, depth } = folder;
    if (depth > MAX_FOLDER_DEPTH) {
      this.problems.push(fileProblem(name, `more than ${MAX_FOLDER_DEPTH} folders deep`));
      return;
    }
    const entries = (await attempt(name, this.problems, () => readdir(name))) ?? [];
    for (const entry of entries.filter((e) => !e.startsWith('.')).sort()) {
      await this.#entry({ name: join(name, entry), root, depth });
    }
  }

  async #entry({
    name,
    root,
    depth,
  }: {
    name: string;
    root: string;
    depth: number;
  }): Promise<void> {
    const link = await attempt(name, this.problems, () => lstat(name));
    if (link?.isDirectory()) await this.#folder({ name, root, depth: depth + 1 });
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
    if (!this.files.has(real)) this.files.set(real, name);
    if (this.files.size === MAX_FILES + 1) {
      this.problems.push(fileProblem(name, `more than ${MAX_FILES} files`));
    }
  }
}

async function readOne(name: string): Promise<SourceFile | readonly Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const limits = { maxBytes: MAX_FILE_BYTES };
  const bytes = await attempt(name, problems, async () => readRegularFile(name, limits));
  return bytes === undefined ? problems : decodeManifest(name, bytes);
}

async function readStdin(stdin: Readable | undefined): Promise<SourceFile | readonly Diagnostic[]> {
  const name = '<stdin>';
  if (stdin === undefined) return [fileProblem(name, 'standard input is not read here')];
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (length > MAX_FILE_BYTES) break;
  }
  if (length <= MAX_FILE_BYTES) return decodeManifest(name, Buffer.concat(chunks));
  return [fileProblem(name, `larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB`)];
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
    const trouble = fileTrouble(error);
    if (trouble === undefined) throw error;
    problems.push(fileProblem(name, trouble));
    return undefined;
  }
}

function fileProblem(file: string, message: string, hint?: string): Diagnostic {
  return { file, line: 1, column: 1, path: '', message, ...(hint === undefined ? {} : { hint }) };
}
