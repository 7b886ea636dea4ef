import { readdir, symlink } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { scratchFolder } from '../scratch.js';

/** A folder with every program of the PATH but these, for a system without them. */
export async function pathWithout(...names: readonly string[]): Promise<string> {
  const programs = new Map<string, string>();
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute)) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!programs.has(name) && !names.includes(name)) programs.set(name, join(folder, name));
    }
  }
  const scratch = await scratchFolder();
  await Promise.all([...programs].map(([name, path]) => symlink(path, join(scratch, name))));
  return scratch;
}
