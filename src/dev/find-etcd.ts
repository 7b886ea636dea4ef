import { mkdir, readdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { LenkwerkError } from '../model/errors.js';
import type { Environment } from '../runtime/settings.js';
import { cacheFolder, exists, installOnce } from './cache.js';
import { type RunOptions, run } from './run.js';

const PACKAGES = ['etcd-server', 'etcd-client'];
const VERSION_TIMEOUT_MS = 10_000;
const INSTALL_TIMEOUT_MS = 300_000;
const HINT =
  'Install etcd (on Debian and Ubuntu: apt-get install etcd-server), or set ETCD_BIN to its path.';

interface FindEtcdOptions {
  readonly env: Environment;
  /** Aborts an installation that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Called with what is being done, in words for people. */
  readonly onStep?: ((what: string) => void) | undefined;
}

/**
 * Finds the path of etcd: ETCD_BIN, on the PATH, or in the cache; and unpacks the distribution's
 * package into the cache when it is nowhere, which needs apt but no root. Throws `environment`.
 */
export async function findEtcd(options: FindEtcdOptions): Promise<string> {
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
  const installed = await installEtcd(options);
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

async function installEtcd({ env, signal, onStep }: FindEtcdOptions): Promise<string> {
  const target = join(cacheFolder(env), `etcd-${process.platform}-${process.arch}`);
  try {
    await installOnce(target, (folder) => {
      onStep?.('installing etcd');
      return unpackPackages(folder, { env, cwd: folder, timeoutMs: INSTALL_TIMEOUT_MS, signal });
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new LenkwerkError('environment', 'etcd is not installed here and could not be fetched', {
      cause,
      hint: HINT,
    });
  }
  return join(target, 'usr', 'bin', 'etcd');
}

async function unpackPackages(folder: string, tools: RunOptions): Promise<void> {
  const download = join(folder, 'download');
  await mkdir(download, { recursive: true });
  await downloadPackages({ ...tools, cwd: download });
  const archives = (await readdir(download)).filter((name) => name.endsWith('.deb'));
  for (const archive of archives) await run('dpkg', ['-x', join(download, archive), folder], tools);
  await rm(download, { recursive: true });
}

async function downloadPackages(tools: RunOptions): Promise<void> {
  try {
    await run('apt-get', ['download', ...PACKAGES], tools);
  } catch {
    // The system's package lists are empty or out of date, and are not ours to bring up to date.
    const settings = await privateAptSettings(tools.cwd);
    await run('apt-get', [...settings, 'update'], tools);
    await run('apt-get', [...settings, 'download', ...PACKAGES], tools);
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
