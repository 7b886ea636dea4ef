import { delimiter, join } from 'node:path';
import { LenkwerkError } from '../../model/errors.js';
import type { Environment } from '../../runtime/settings.js';
import { run } from '../run.js';
import { cacheFolder, exists, installOnce } from './cache.js';
import { unpackPackages } from './debian-packages.js';

const PACKAGES = ['etcd-server', 'etcd-client'];
const VERSION_TIMEOUT_MS = 10_000;
const INSTALL_TIMEOUT_MS = 300_000;
const HINT =
  'Install etcd (on Debian and Ubuntu: apt-get install etcd-server), or set ETCD_BIN to its path.';

interface FindEtcdOptions {
  readonly env: Environment;
  /** Aborts an installation that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a description of each step. */
  readonly onStep?: ((what: string) => void) | undefined;
}

/**
 * Finds the path of etcd: ETCD_BIN, on the PATH, or in the cache; and unpacks the distribution's
 * package into the cache when it is not found, which needs apt but no root. Throws `environment`.
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

/**
 * Unpacks the package of a release of the distribution into the cache, unless it is there, and
 * returns the path of etcd. `release`: its codename; undefined: this machine's. Throws
 * `environment`.
 */
export async function installEtcd(
  { env, signal, onStep }: FindEtcdOptions,
  release?: string,
): Promise<string> {
  const name = release === undefined ? 'etcd' : `etcd-${release}`;
  const target = join(cacheFolder(env), `${name}-${process.platform}-${process.arch}`);
  try {
    await installOnce(target, (folder) => {
      onStep?.('installing etcd');
      const tools = { env, cwd: folder, timeoutMs: INSTALL_TIMEOUT_MS, signal, release };
      return unpackPackages(PACKAGES, tools);
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
