/** Programs of Debian and Ubuntu, unpacked into a folder without root. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunOptions, run } from '../run.js';

/**
 * Downloads the newest version of each package and unpacks it below the folder `tools.cwd`, without
 * the packages that it depends on. Throws what `run` throws; where there is no apt-get, at once.
 */
export async function unpackPackages(names: readonly string[], tools: RunOptions): Promise<void> {
  const folder = tools.cwd;
  const download = join(folder, 'download');
  await mkdir(download, { recursive: true });
  await downloadPackages(names, { ...tools, cwd: download });
  const archives = (await readdir(download)).filter((name) => name.endsWith('.deb'));
  for (const archive of archives) await run('dpkg', ['-x', join(download, archive), folder], tools);
  await rm(download, { recursive: true });
}

async function downloadPackages(names: readonly string[], tools: RunOptions): Promise<void> {
  try {
    await run('apt-get', ['download', ...names], tools);
  } catch {
    // The system's package lists may be empty or outdated, and must not be changed.
    const settings = await privateAptSettings(tools.cwd);
    await run('apt-get', [...settings, 'update'], tools);
    await run('apt-get', [...settings, 'download', ...names], tools);
  }
}

/** Options that let apt-get keep its lists and files in a folder of ours. */
async function privateAptSettings(folder: string): Promise<readonly string[]> {
  const lists = join(folder, 'lists');
  const cache = join(folder, 'cache');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  const settings = [`Dir::State::lists=${lists}`, `Dir::Cache=${cache}`, 'APT::Sandbox::User='];
  return settings.flatMap((setting) => ['-o', setting]);
}
