/** The flags by which a result is printed or written to files, one pair a form. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LenkwerkError } from '../model/errors.js';
import type { Form, Forms } from '../rendering/forms.js';
import type { RenderOptions } from '../rendering/options.js';
import { pause } from '../runtime/async.js';
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

/** `--markdown-into <file>` and the like. */
export function fileOptions(forms: Forms<never>): readonly OptionSpec[] {
  return Object.entries(forms).map(([name, { noun }]) => ({
    flags: `--${name}-into <file>`,
    description: `also write it as ${noun}`,
  }));
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

/** Writes the files that the flags name. Throws `environment` when one cannot be written. */
export async function writeForms<Content>(
  forms: Forms<Content>,
  written: Written<Content>,
  flags: OutputFlags,
): Promise<void> {
  for (const [name, form] of Object.entries(forms)) {
    const file = flags[`${name}Into`];
    if (typeof file === 'string') await writeForm(form, written, { file, isPrivate: false });
  }
}

/** Throws `environment` when the file cannot be written. */
export async function writeForm<Content>(
  { load }: Form<Content>,
  { content, ...options }: Written<Content>,
  target: ResultFile,
): Promise<void> {
  const format = await load();
  await writeResultFile(target, format(content, { ...options, color: false }));
}

interface ResultFile {
  readonly file: string;
  /** True where an earlier file that others may read is replaced by one that they may not. */
  readonly isPrivate: boolean;
}

/**
 * Writes a file that only this user may read, where there was none. Where others may put files it
 * goes through no symbolic link, and where all may, into no file of another user; elsewhere both
 * are deliberate (`/dev/stdout`, the summary of a pipeline's job). A FIFO that no process reads
 * from and a device of blocks are refused. `prepare` is called first, for
 * instance to create its folder. Throws `environment` when either fails.
 */
export async function writeResultFile(
  { file, isPrivate }: ResultFile,
  content: string,
  prepare?: (file: string) => Promise<void>,
): Promise<void> {
  try {
    await prepare?.(file);
    await writePrivately({ file, isPrivate }, content);
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

async function writePrivately({ file, isPrivate }: ResultFile, content: string): Promise<void> {
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
