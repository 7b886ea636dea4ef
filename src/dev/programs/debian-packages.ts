/** Programs of Debian and Ubuntu, unpacked into a folder without root. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LenkwerkError } from '../../model/errors.js';
import { type RunOptions, run } from '../run.js';

interface UnpackOptions extends RunOptions {
  /** Another release of the distribution, by its codename; undefined: this machine's. */
  readonly release?: string | undefined;
}

/**
 * Downloads the newest version of each package and unpacks it below the folder `tools.cwd`, without
 * the packages that it depends on. Throws what `run` throws; where there is no apt-get, at once.
 */
export async function unpackPackages(
  names: readonly string[],
  tools: UnpackOptions,
): Promise<void> {
  const folder = tools.cwd;
  const download = join(folder, 'download');
  await mkdir(download, { recursive: true });
  await downloadPackages(names, { ...tools, cwd: download });
  const archives = (await readdir(download)).filter((name) => name.endsWith('.deb'));
  for (const archive of archives) await run('dpkg', ['-x', join(download, archive), folder], tools);
  await rm(download, { recursive: true });
}

async function downloadPackages(names: readonly string[], tools: UnpackOptions): Promise<void> {
  const { release } = tools;
  try {
    if (release === undefined) return void (await run('apt-get', ['download', ...names], tools));
  } catch {
    // The system's package lists may be empty or outdated, and must not be changed.
  }
  try {
    return await downloadFrom(release === undefined ? [] : [release], names, tools);
  } catch (cause) {
    const own = await ownRelease();
    if (release !== undefined || own === undefined) throw cause;
    // What a release does not have, its backports may.
    const both = [own, `${own}-backports`];
    await downloadFrom(both, names, tools).catch(() => Promise.reject(cause));
  }
}

/** From these releases; none: from those of this machine. */
async function downloadFrom(
  releases: readonly string[],
  names: readonly string[],
  tools: RunOptions,
): Promise<void> {
  const sources = releases.length === 0 ? [] : await sourcesOf(releases, tools);
  const settings = [...(await privateAptSettings(tools.cwd)), ...sources].flatMap((setting) => [
    '-o',
    setting,
  ]);
  await run('apt-get', [...settings, 'update'], tools);
  await run('apt-get', [...settings, 'download', ...names], tools);
}

/** Its codename; undefined where that is not known. */
async function ownRelease(): Promise<string | undefined> {
  const about = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^VERSION_CODENAME=(\w+)$/m.exec(about)?.[1];
}

/** Settings that let apt-get keep its lists and files in a folder of ours. */
async function privateAptSettings(folder: string): Promise<readonly string[]> {
  const lists = join(folder, 'lists');
  const cache = join(folder, 'cache');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  return [`Dir::State::lists=${lists}`, `Dir::Cache=${cache}`, 'APT::Sandbox::User='];
}

/**
 * Settings that let apt-get read other releases where it reads this machine's. Throws
 * `environment` where that cannot be found out.
 */
async function sourcesOf(
  releases: readonly string[],
  tools: RunOptions,
): Promise<readonly string[]> {
  const own = await ownRelease();
  const format = ['--format', '$(RELEASE) $(COMPONENT) $(REPO_URI)', 'Created-By: Packages'];
  const places = (await run('apt-get', ['indextargets', ...format], tools)).split('\n');
  const place = places.find((line) => line.startsWith(`${own} main `))?.split(' ')[2];
  if (place === undefined) {
    throw new LenkwerkError('environment', `apt-get has no source of the release ${own}`);
  }
  const list = join(tools.cwd, 'release.list');
  await writeFile(list, releases.map((release) => `deb ${place} ${release} main\n`).join(''));
  return [`Dir::Etc::sourcelist=${list}`, 'Dir::Etc::sourceparts=-'];
}
