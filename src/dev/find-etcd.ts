import { mkdir, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { LenkwerkError } from '../model/errors.js';
import { cacheFolder, exists, installOnce } from './cache.js';
import { type Environment, run } from './run.js';

const PACKAGES = ['etcd-server', 'etcd-client'];
const VERSION_TIMEOUT_MS = 10_000;
const INSTALL_TIMEOUT_MS = 300_000;
const HINT =
  'Install etcd (on Debian and Ubuntu: apt-get install etcd-server), or set ETCD_BIN to its path.';

/**
 * Finds the path of etcd: ETCD_BIN, on the PATH, or in the cache; and unpacks the distribution's
 * package into the cache when it is nowhere, which needs apt but no root. Throws `environment`.
 */
export async function findEtcd(options: { readonly env: Environment }): Promise<string> {
  const { env } = options;
  const chosen = env['ETCD_BIN'];
  if (chosen !== undefined && chosen !== '') {
    if (await runs(chosen, env)) return chosen;
    const message = `ETCD_BIN names ${chosen}, which does not run`;
    throw new LenkwerkError('environment', message, { hint: HINT });
  }
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const candidate = join(folder, 'etcd');
    if (folder.startsWith('/') && (await runs(candidate, env))) return candidate;
  }
  const installed = await installEtcd(env);
  if (await runs(installed, env)) return installed;
  throw new LenkwerkError('environment', `etcd in ${installed} does not run here`, { hint: HINT });
}

async function runs(path: string, env: Environment): Promise<boolean> {
  if (!(await exists(path))) return false;
  return run(path, ['--version'], { env, cwd: '/', timeoutMs: VERSION_TIMEOUT_MS }).then(
    () => true,
    () => false,
  );
}

async function installEtcd(env: Environment): Promise<string> {
  const target = join(cacheFolder(env), `etcd-${process.platform}-${process.arch}`);
  try {
    await installOnce(target, (folder) => unpackPackages(folder, env));
  } catch (cause) {
    throw new LenkwerkError('environment', 'etcd is not installed here and could not be fetched', {
      cause,
      hint: HINT,
    });
  }
  return join(target, 'usr', 'bin', 'etcd');
}

async function unpackPackages(folder: string, env: Environment): Promise<void> {
  const download = join(folder, 'download');
  await mkdir(download, { recursive: true });
  const options = { env, cwd: download, timeoutMs: INSTALL_TIMEOUT_MS };
  const settings = await privateAptSettings(download);
  try {
    await run('apt-get', ['download', ...PACKAGES], options);
  } catch {
    // The system's package lists are empty or out of date, and are not ours to bring up to date.
    await run('apt-get', [...settings, 'update'], options);
    await run('apt-get', [...settings, 'download', ...PACKAGES], options);
  }
  const archives = (await readdir(download)).filter((name) => name.endsWith('.deb'));
  for (const archive of archives) await run('dpkg', ['-x', archive, folder], options);
  await run('rm', ['-rf', download], { ...options, cwd: folder });
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
