/** What is written on request: who may read it, and where it may go. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeResultFile as writeReplacing } from '../../../src/commands/result-file.js';
import { waitFor } from '../../support/wait.js';

const execute = promisify(execFile);

/** Any other file may be replaced. */
function writeResultFile(
  target: { file: string; isPrivate: boolean; isReplaced?: boolean },
  content: string,
) {
  const any = { inputs: new Set<string>(), force: true, mark: undefined, isReplaced: false };
  return writeReplacing({ ...any, ...target }, content);
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenkwerk-out-'));
  // As /tmp: others may put files there.
  chmodSync(folder, 0o1777);
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a new file is of its user alone, whatever the umask', async () => {
  const file = join(folder, 'cluster.plan');
  await writeResultFile({ file: file, isPrivate: false }, 'content');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toBe('content');
});

test('a file that exists is replaced whole, and keeps its mode', async () => {
  const file = join(folder, 'cluster.plan');
  writeFileSync(file, 'a longer content');
  chmodSync(file, 0o640);
  await writeResultFile({ file: file, isPrivate: false }, 'short');
  expect(readFileSync(file, 'utf8')).toBe('short');
  expect(statSync(file).mode & 0o777).toBe(0o640);
});

test('one that others may read is replaced by one of its user alone, where that is asked for', async () => {
  const file = join(folder, 'cluster.plan');
  writeFileSync(file, 'a longer content');
  chmodSync(file, 0o644);
  const earlier = openSync(file, 'r');
  await writeResultFile({ file, isPrivate: true }, 'short');
  expect(readFileSync(file, 'utf8')).toBe('short');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(earlier, 'utf8')).toBe('a longer content');
  closeSync(earlier);
  expect(readdirSync(folder)).toEqual(['cluster.plan']);
  const { ino } = statSync(file);
  await writeResultFile({ file, isPrivate: true }, 'again');
  expect(statSync(file).ino).toBe(ino);
});

test.each(['precious', 'not-there-yet'])(
  'nothing is written through a link to %s',
  async (name) => {
    const target = join(folder, name);
    if (name === 'precious') writeFileSync(target, 'precious');
    const link = join(folder, 'cluster.plan');
    symlinkSync(target, link);
    await expect(writeResultFile({ file: link, isPrivate: false }, 'content')).rejects.toThrow(
      /it is a symbolic link/,
    );
    if (name === 'precious') expect(readFileSync(target, 'utf8')).toBe('precious');
    else expect(() => statSync(target)).toThrow(/ENOENT/);
  },
);

test.runIf(process.getuid?.() === 0)('a file of another user stays as it is', async () => {
  const file = join(folder, 'cluster.plan');
  writeFileSync(file, 'theirs');
  chownSync(file, 65_534, 65_534);
  await expect(writeResultFile({ file: file, isPrivate: false }, 'content')).rejects.toThrow(
    /belongs to another user/,
  );
  expect(readFileSync(file, 'utf8')).toBe('theirs');
});

test.each(['a group may write', 'belongs to another user'])(
  'no link is followed in a folder that %s',
  async (what) => {
    const isGroups = what === 'a group may write';
    if (!isGroups && process.getuid?.() !== 0) return;
    chmodSync(folder, isGroups ? 0o775 : 0o755);
    const target = join(folder, 'precious');
    writeFileSync(target, 'precious');
    symlinkSync(target, join(folder, 'link'));
    if (!isGroups) chownSync(folder, 65_534, 65_534);
    const written = writeResultFile({ file: join(folder, 'link'), isPrivate: false }, 'content');
    await expect(written).rejects.toThrow(/it is a symbolic link/);
    expect(readFileSync(target, 'utf8')).toBe('precious');
  },
);

test('in a folder of this user alone a link is followed, and any file written', async () => {
  chmodSync(folder, 0o755);
  const target = join(folder, 'summary');
  writeFileSync(target, 'earlier');
  if (process.getuid?.() === 0) chownSync(target, 65_534, 65_534);
  symlinkSync(target, join(folder, 'link'));
  await writeResultFile({ file: join(folder, 'link'), isPrivate: false }, 'content');
  expect(readFileSync(target, 'utf8')).toBe('content');
});

test('a device takes what is written', async () => {
  await writeResultFile({ file: '/dev/null', isPrivate: false }, 'content');
  await expect(writeResultFile({ file: '/dev/full', isPrivate: false }, 'content')).rejects.toThrow(
    /ENOSPC/,
  );
});

test.each(['directly', 'through a link'])(
  'a FIFO that no process reads from is refused at once, %s',
  async (how) => {
    chmodSync(folder, 0o700);
    const fifo = join(folder, 'fifo');
    await execute('mkfifo', [fifo]);
    const file = how === 'directly' ? fifo : join(folder, 'link');
    if (file !== fifo) symlinkSync(fifo, file);
    for (const isPrivate of [true, false]) {
      await expect(writeResultFile({ file, isPrivate }, 'content')).rejects.toThrow(
        /: it is no regular file, and no process reads from it$/,
      );
    }
  },
);

test('a FIFO takes more than it holds, as its reader reads', async () => {
  const fifo = join(folder, 'fifo');
  await execute('mkfifo', [fifo]);
  const content = 'line\n'.repeat(200_000);
  const reader = execute('cat', [fifo], { maxBuffer: 2 * content.length });
  // It may be refused until the reader is there.
  const write = async () => {
    await writeResultFile({ file: fifo, isPrivate: false }, content);
    return true;
  };
  await waitFor(write, { what: 'the reader' });
  expect((await reader).stdout).toBe(content);
});

test.each([
  ['a folder', () => folder, /: it is a folder$/],
  ['a socket', () => join(folder, 'socket'), /: it is no regular file, and no process reads/],
])('%s is refused', async (_, place, reason) => {
  const server = createServer().listen(join(folder, 'socket'));
  await once(server, 'listening');
  const target = { file: place(), isPrivate: false };
  await expect(writeResultFile(target, 'content')).rejects.toThrow(reason);
  server.close();
});

test('a file for a program of another user is new each time, whole and readable', async () => {
  const file = join(folder, 'lenkwerk.prom');
  writeFileSync(file, 'earlier', { mode: 0o600 });
  const reader = openSync(file, 'r');
  await writeResultFile({ file, isPrivate: false, isReplaced: true }, 'later\n');
  expect(readFileSync(reader, 'utf8')).toBe('earlier');
  closeSync(reader);
  expect(readFileSync(file, 'utf8')).toBe('later\n');
  expect(statSync(file).mode & 0o777 & ~process.umask()).toBe(0o644 & ~process.umask());
  expect(readdirSync(folder)).toEqual(['lenkwerk.prom']);
  await writeResultFile({ file: '/dev/null', isPrivate: false, isReplaced: true }, 'x');
});
