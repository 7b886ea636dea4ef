/** Files that settings and users name: regular ones only, and with a bound. */

import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { LenkwerkError } from '../model/errors.js';

const CHUNK_BYTES = 64 * 1024;
/** What a file may have that settings name: a bundle of authorities, a list of passwords. */
const MAX_SETTINGS_BYTES = 4 * 1024 ** 2;

interface ReadLimits {
  /** A longer file is refused. */
  readonly maxBytes: number;
  /** Whether the last part of the path may be a symbolic link. Default: true. */
  readonly followLink?: boolean;
}

/** For a file that exists, and is not read. */
class UnfitFile extends Error {}

/** For a file that is longer than the caller's limit. */
export class FileTooLarge extends UnfitFile {
  constructor(maxBytes: number) {
    super(`larger than ${describeBytes(maxBytes)}`);
  }
}

/**
 * The content of a regular file. Never waits: a FIFO, a device or a folder is refused before it is
 * opened, and a FIFO that took the place of a file meanwhile as well. Throws for these,
 * FileTooLarge, and the system's errors; `fileTrouble` has words for them.
 */
export function readRegularFile(path: string, limits: ReadLimits): Buffer {
  return withRegularFile(path, limits, (file, size) => readWhole(file, size, limits));
}

/** The text of a file with credentials, of 4 MiB at most. Throws as `readRegularFile` does. */
export function readSettingsFile(path: string): string {
  return readRegularFile(path, { maxBytes: MAX_SETTINGS_BYTES }).toString('utf8');
}

/** The first bytes of a regular file, however long it is. Throws as `readRegularFile` does. */
export function readHead(path: string, bytes: number): Buffer {
  const head = Buffer.alloc(bytes);
  return withRegularFile(path, {}, (file) => head.subarray(0, readSync(file, head)));
}

function withRegularFile<Result>(
  path: string,
  { followLink = true }: Pick<ReadLimits, 'followLink'>,
  use: (file: number, size: number) => Result,
): Result {
  requireRegular(statSync(path));
  const links = followLink ? 0 : constants.O_NOFOLLOW;
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | links);
  try {
    return use(file, requireRegular(fstatSync(file)).size);
  } finally {
    closeSync(file);
  }
}

/** Whatever size it reports: it may grow, and files of the kernel report none. */
function readWhole(file: number, size: number, { maxBytes }: ReadLimits): Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    if (Math.max(size, length) > maxBytes) throw new FileTooLarge(maxBytes);
    const wanted = Math.max(size - length, CHUNK_BYTES);
    const chunk = Buffer.allocUnsafe(Math.min(wanted, maxBytes - length + 1));
    const read = readSync(file, chunk);
    if (read === 0) return Buffer.concat(chunks, length);
    chunks.push(chunk.subarray(0, read));
    length += read;
  }
}

function requireRegular<Stats extends { isFile(): boolean }>(stats: Stats): Stats {
  if (!stats.isFile()) throw new UnfitFile('not a regular file');
  return stats;
}

function describeBytes(bytes: number): string {
  return bytes < 1024 ** 2 ? `${bytes / 1024} KiB` : `${bytes / 1024 ** 2} MiB`;
}

const SYSTEM_ERRORS = new Map([
  ['ENOENT', 'no such file or folder'],
  ['EACCES', 'permission denied'],
  ['ELOOP', 'a loop of symbolic links'],
  ['ENXIO', 'not a regular file'],
]);

/** Why a file cannot be read, in a few words; undefined: the error is about something else. */
export function fileTrouble(error: unknown): string | undefined {
  if (error instanceof UnfitFile) return error.message;
  if (!(error instanceof Error && 'code' in error)) return undefined;
  const code = String(error.code);
  return SYSTEM_ERRORS.get(code) ?? `cannot be read (${code})`;
}

/** A PEM file. Throws `environment` for one that cannot be read. */
export function readPem(path: string): Buffer {
  try {
    return Buffer.from(readSettingsFile(path));
  } catch (cause) {
    const message = `cannot read the certificate file ${path}: ${fileTrouble(cause)}`;
    throw new LenkwerkError('environment', message, { cause });
  }
}
