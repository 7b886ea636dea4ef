/** The flags by which a result is printed or written to files, one pair a form. */
import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ApplyContext } from '../applying/context/context.js';
import { LenkwerkError } from '../model/errors.js';
import type { Form, Forms } from '../rendering/forms.js';
import type { RenderOptions } from '../rendering/options.js';
import { pause } from '../runtime/async.js';
import { readHead } from '../runtime/files.js';
import type { OptionSpec } from './command.js';

/** As commander returns them: `markdown` and `markdownInto`, for every form. */
export interface OutputFlags {
  readonly [flag: string]: unknown;
}

/** `--markdown` and the like: the forms that can be printed, `--json` is a flag of every verb. */
export function printOptions(forms: Forms<never>): readonly OptionSpec[] {
  return Object.entries(forms).flatMap(([name, { print }]) =>
    print === undefined ? [] : [{ flags: `--${name}`, description: print }],
  );
}

/** For files that are no earlier result. */
export const FORCE: OptionSpec = {
  flags: '--force',
  description: 'replace any file that was not read',
  default: false,
};

/** `--markdown-into <file>` and the like. */
export function fileOptions(forms: Forms<never>): readonly OptionSpec[] {
  const files = Object.entries(forms).map(([name, { noun }]) => ({
    flags: `--${name}-into <file>`,
    description: `also write it as ${noun}`,
  }));
  return [...files, FORCE];
}

/** The form to print. Throws `usage` when more than one is requested. */
export function printedForm<Content>(
  forms: Forms<Content>,
  json: boolean,
  flags: OutputFlags,
): Form<Content> {
  const asked: OutputFlags = { ...flags, json };
  const wanted = Object.entries(forms).filter(([name]) => asked[name] === true);
  if (wanted.length > 1) {
    const names = wanted.map(([name]) => name);
    throw new LenkwerkError('usage', `--${names.join(' and --')} exclude each other`, {
      hint: `print one and write the others to files, as with --${names[1]}-into FILE`,
    });
  }
  return wanted[0]?.[1] ?? forms.text;
}

interface Written<Content> extends Omit<RenderOptions, 'color'> {
  readonly content: Content;
}

type FormFile<Content> = ResultFile & { readonly form: Form<Content> };

/**
 * The files that the flags name, `--out` as JSON that only this user may read. To be called before
 * something is changed. Throws `usage` for one that is named twice or that must not be replaced.
 */
export async function formFiles<Content>(
  context: ApplyContext,
  forms: Forms<Content>,
  flags: OutputFlags,
): Promise<readonly FormFile<Content>[]> {
  const { out, force } = flags;
  const { inputs } = context;
  const common = { inputs, force: force === true };
  const into = Object.entries(forms).flatMap(([name, form]) => {
    const file = flags[`${name}Into`];
    return typeof file === 'string' ? [{ ...common, form, file, isPrivate: false }] : [];
  });
  const first = { ...common, form: forms.json, file: out, isPrivate: true };
  const named = typeof out === 'string' ? [{ ...first, file: out }, ...into] : into;
  const files = named.map((target) => ({ ...target, mark: target.form.mark }));
  if (files.length > 0) await keepSettingsFiles(context);
  for (const [at, target] of files.entries()) {
    const { file } = target;
    const isTwice = files.slice(0, at).some((other) => resolve(other.file) === resolve(file));
    const isKept = isTwice && (await stat(file).then(isFile, () => true));
    if (isKept) throw new LenkwerkError('usage', `two results would be written to ${file}`);
    await requireReplaceable(target);
  }
  return files;
}

/** From now on no result replaces a file that the settings name. */
export async function keepSettingsFiles(context: ApplyContext): Promise<void> {
  const { addSettingsFiles } = await import('../applying/context/settings-files.js');
  addSettingsFiles(context);
}

/** Writes the result to these files. Throws `environment` when one cannot be written. */
export async function writeForms<Content>(
  files: readonly FormFile<Content>[],
  { content, ...options }: Written<Content>,
): Promise<void> {
  for (const { form, ...target } of files) {
    const format = await form.load();
    await writeResultFile(target, format(content, { ...options, color: false }));
  }
}

interface ResultFile {
  readonly file: string;
  /** True where an earlier file that others may read is replaced by one that they may not. */
  readonly isPrivate: boolean;
  /** The files that the command read: none of them is replaced. */
  readonly inputs: ReadonlySet<string>;
  /** Whether other files are replaced, whatever they hold. */
  readonly force: boolean;
  /** What an earlier result has, which is replaced; undefined: only the same text is. */
  readonly mark: RegExp | undefined;
}

function isFile(found: Stats): boolean {
  return found.isFile();
}

/**
 * Throws `usage` for a file that the command reads, under whatever name, and for a regular file
 * that is neither empty nor an earlier result nor `content`, unless `force` is set.
 */
async function requireReplaceable(
  { file, inputs, force, mark }: ResultFile,
  content?: string,
): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile()) return;
  for (const input of inputs) {
    const read = await stat(input).catch(() => undefined);
    if (read === undefined || read.dev !== found.dev || read.ino !== found.ino) continue;
    const what = resolve(file) === resolve(input) ? 'a file' : `${input},`;
    const message = `${file} is ${what} which this command reads: it is not replaced`;
    throw new LenkwerkError('usage', message, { hint: 'write to another file' });
  }
  if (force || found.size === 0) return;
  const text = readHead(file, mark === undefined ? found.size : MARKED_BYTES).toString('utf8');
  if (mark === undefined ? text === content : mark.test(text)) return;
  const what = mark === undefined ? 'exists, with another content' : 'is no earlier result';
  throw new LenkwerkError('usage', `${file} ${what}: it is not replaced`, {
    hint: 'write to another file, or give --force to replace it',
  });
}

/** How much of an earlier result is searched for its mark. */
const MARKED_BYTES = 4 * 1024 ** 2;

/**
 * Writes a file that only this user may read, where there was none. Where others may put files it
 * goes through no symbolic link, and where all may, into no file of another user; elsewhere both
 * are deliberate (`/dev/stdout`, the summary of a pipeline's job). A FIFO that no process reads
 * from and a device of blocks are refused. `prepare` is called first, for
 * instance to create its folder. Throws `environment` when either fails, and `usage` for a file
 * that must not be replaced.
 */
export async function writeResultFile(
  target: ResultFile,
  content: string,
  prepare?: (file: string) => Promise<void>,
): Promise<void> {
  const { file } = target;
  try {
    await requireReplaceable(target, content);
    await prepare?.(file);
    await writePrivately(target, content);
  } catch (cause) {
    if (cause instanceof LenkwerkError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const reason = REASONS.get(code) ?? code;
    throw new LenkwerkError('environment', `cannot write ${file}: ${reason}`, { cause });
  }
}

const REASONS = new Map([
  ['ELOOP', 'it is a symbolic link'],
  ['EISDIR', 'it is a folder'],
  ['ENXIO', 'it is no regular file, and no process reads from it'],
  ['EPIPE', 'the process that read from it has ended'],
]);

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;
const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
const NOT_OWNER = 0o077;
const FULL_PAUSE_MS = 10;

async function writePrivately(
  { file, isPrivate }: Pick<ResultFile, 'file' | 'isPrivate'>,
  content: string,
): Promise<void> {
  const own = process.getuid?.();
  const folder = await stat(dirname(file));
  const isShared = (folder.mode & OTHERS_WRITE) !== 0;
  const isOwn = folder.uid === 0 || folder.uid === own;
  const mayBeLinked = isOwn && (folder.mode & (GROUP_WRITES | OTHERS_WRITE)) === 0;
  const links = mayBeLinked ? 0 : O_NOFOLLOW;
  // Without O_NONBLOCK a FIFO that no process reads from would be waited for.
  const handle = await open(file, O_WRONLY | O_CREAT | O_NONBLOCK | links, 0o600);
  try {
    const found = await handle.stat();
    if (isShared && found.uid !== own) {
      throw new LenkwerkError('environment', `cannot write ${file}: it belongs to another user`);
    }
    const isOpen = found.isFile() && found.uid === own && (found.mode & NOT_OWNER) !== 0;
    if (isPrivate && isOpen) return await replace(await realpath(file), content);
    if (found.isFile()) await handle.truncate();
    else if (!found.isFIFO() && !found.isCharacterDevice()) {
      throw new LenkwerkError('environment', `cannot write ${file}: it is a device`);
    }
    await writeAll(handle, Buffer.from(content));
  } finally {
    await handle.close();
  }
}

/** Waits where a pipe or terminal is full until what reads from it goes on. */
async function writeAll(handle: FileHandle, content: Buffer): Promise<void> {
  for (let at = 0; at < content.length; ) {
    try {
      at += (await handle.write(content, at)).bytesWritten;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      await pause(FULL_PAUSE_MS);
    }
  }
}

/** A new file in the place of another, which a process of another user may hold open. */
async function replace(file: string, content: string): Promise<void> {
  const written = `${file}.${randomUUID()}`;
  const handle = await open(written, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await handle.writeFile(content);
    await rename(written, file);
  } catch (error) {
    await unlink(written);
    throw error;
  } finally {
    await handle.close();
  }
}
