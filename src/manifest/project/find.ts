/** Where the project file is. */
import { lstat, realpath, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { LenkwerkError } from '../../model/errors.js';
import { ProblemsError } from '../problems/diagnostic.js';
import { readManifests } from '../read-files.js';
import type { Project } from './project.js';

const PROJECT_FILE = 'lenkwerk.yaml';
const OTHERS_WRITE = 0o002;

/**
 * The project file of this path, else the nearest `lenkwerk.yaml` in the folder or above; undefined
 * where there is none. Throws ProblemsError for one that cannot be used, and `usage` for one that
 * another user put where all may write, for a link, and for paths that lead out of its folder.
 */
export async function findProject(
  path: string | undefined,
  folder = '.',
): Promise<Project | undefined> {
  const file = path ?? (await nearestFile(resolve(folder)));
  if (file === undefined) return undefined;
  const { files, problems } = await readManifests([file], {});
  const [source] = files;
  if (source === undefined || problems.length > 0) throw new ProblemsError(problems);
  const { parseProject } = await import('./project.js');
  const project = await parseProject(source);
  await requireInside(project, dirname(file));
  return project;
}

/** A symbolic link may lead to a file that is none of ours, and what is wrong in it is shown. */
async function requireInside({ paths, environments }: Project, folder: string): Promise<void> {
  const all = [...paths, ...[...environments.values()].flatMap((one) => one.paths)];
  const root = await realpath(folder);
  for (const path of new Set(all)) {
    const real = await realpath(path).catch(() => root);
    if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      const message = `${path} is a symbolic link that leaves the folder of the project file`;
      throw new LenkwerkError('usage', message);
    }
  }
}

async function nearestFile(folder: string): Promise<string | undefined> {
  const file = join(folder, PROJECT_FILE);
  const found = await lstat(file).catch(() => undefined);
  if (found === undefined) {
    const above = dirname(folder);
    return above === folder ? undefined : nearestFile(above);
  }
  if (found.isSymbolicLink()) {
    throw new LenkwerkError('usage', `${file} is a symbolic link`, {
      hint: 'name the file itself with --project if it is meant',
    });
  }
  const isShared = ((await stat(folder)).mode & OTHERS_WRITE) !== 0;
  if (isShared && found.uid !== 0 && found.uid !== userInfo().uid) {
    throw new LenkwerkError('usage', `${file} belongs to another user, where all may write`, {
      hint: 'name it with --project if it is meant',
    });
  }
  return relative('', file);
}
