/** Writes a result into a file that the user names, and into no other. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { LenkwerkError } from '../model/errors.js';
import { pause } from '../runtime/async.js';
import { readHead } from '../runtime/files.js';

/** A file for a result. */
export interface ResultFile {
  readonly file: string;
  /** True where an earlier file that others may read is replaced by one that they may not. */
  readonly isPrivate: boolean;
  /**
   * A program of another user may read it at any time: it is new each time, readable for all, and
   * put in the place of the earlier one.
   */
  readonly isReplaced: boolean;
  /** The files that the command read: none of them is replaced. */
  readonly inputs: ReadonlySet<string>;
  /** Whether other files are replaced, whatever they hold. */
  readonly force: boolean;
  /** What an earlier result has, which is replaced; undefined: only the same text is. */
  readonly mark: RegExp | undefined;
}

/**
 * Throws `usage` for a file that the command reads, under whatever name, and for a regular file
 * that is neither empty nor an earlier result nor `content`, unless `force` is set.
 */
export async function requireReplaceable(
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
const PRIVATE_MODE = 0o600;
const READABLE_MODE = 0o644;
const FULL_PAUSE_MS = 10;

async function writePrivately(
  { file, isPrivate, isReplaced }: Pick<ResultFile, 'file' | 'isPrivate' | 'isReplaced'>,
  content: string,
): Promise<void> {
  if (isReplaced && (await isReplaceable(file))) {
    return await replace(file, content, READABLE_MODE);
  }
  const own = process.getuid?.();
  const folder = await stat(dirname(file));
  const isShared = (folder.mode & OTHERS_WRITE) !== 0;
  const isOwn = folder.uid === 0 || folder.uid === own;
  const mayBeLinked = isOwn && (folder.mode & (GROUP_WRITES | OTHERS_WRITE)) === 0;
  const links = mayBeLinked ? 0 : O_NOFOLLOW;
  // Without O_NONBLOCK a FIFO that no process reads from would be waited for.
  const handle = await open(file, O_WRONLY | O_CREAT | O_NONBLOCK | links, PRIVATE_MODE);
  try {
    const found = await handle.stat();
    if (isShared && found.uid !== own) {
      throw new LenkwerkError('environment', `cannot write ${file}: it belongs to another user`);
    }
    const isOpen = found.isFile() && found.uid === own && (found.mode & NOT_OWNER) !== 0;
    if (isPrivate && isOpen) return await replace(await realpath(file), content, PRIVATE_MODE);
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
async function replace(file: string, content: string, mode: number): Promise<void> {
  const written = `${file}.${randomUUID()}`;
  const handle = await open(written, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
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

/** Nothing, or a regular file of this user: a link, a device or a pipe is written through. */
async function isReplaceable(file: string): Promise<boolean> {
  const found = await lstat(file).catch(() => undefined);
  return found === undefined || (found.isFile() && found.uid === process.getuid?.());
}
