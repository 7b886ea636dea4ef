import { readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { LenkwerkError } from '../../model/errors.js';
import { OLDEST_MAJOR } from '../../model/installation.js';
import type { Environment } from '../../runtime/settings.js';
import { type Identity, type RunOptions, run } from '../run.js';
import { cacheFolder, exists, installOnce } from './cache.js';
import { lockFilesFor, pinnedPostgres } from './pinned-postgres.js';

/** Programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  /** Holds `initdb` and `postgres`. */
  readonly folder: string;
  readonly major: number;
}

interface FindPostgresOptions {
  readonly env: Environment;
  /** undefined: the first installation found, the default version where none is. */
  readonly major?: number | undefined;
  /** The account that has to be able to run the programs; undefined: that of this process. */
  readonly identity?: Identity | undefined;
  /** Aborts an installation that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a description of each step. */
  readonly onStep?: ((what: string) => void) | undefined;
}

const DEFAULT_MAJOR = 17;

const DISTRIBUTION_FOLDER = '/usr/lib/postgresql';
const VERSION_TIMEOUT_MS = 10_000;
const CHMOD_TIMEOUT_MS = 60_000;
const INSTALL_TIMEOUT_MS = 300_000;
const HINT = `Install PostgreSQL ${OLDEST_MAJOR} or newer, or set PG_BIN to the folder that holds initdb and postgres.`;

/**
 * Finds PostgreSQL: in PG_BIN, on the PATH, where Debian puts it, or in the cache; and installs it
 * into the cache when it is not found, which needs npm but no root. Throws `environment`.
 */
export async function findPostgres(options: FindPostgresOptions): Promise<PostgresBinaries> {
  for (const folder of await candidateFolders(options.env)) {
    const major = await majorVersion(folder, options);
    if (major === undefined || major < OLDEST_MAJOR) continue;
    if (options.major === undefined || options.major === major) return { folder, major };
  }
  const major = options.major ?? DEFAULT_MAJOR;
  const folder = await installPostgres(major, options);
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

/** undefined: the installation is incomplete, or does not run under this account. */
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

async function installPostgres(major: number, options: FindPostgresOptions): Promise<string> {
  const { env, signal } = options;
  const platform = `${process.platform}-${process.arch}`;
  const pinned = pinnedPostgres(major, platform);
  if (pinned === undefined) {
    throw new LenkwerkError('environment', `PostgreSQL ${major} is not installed here`, {
      hint: HINT,
    });
  }
  const target = join(cacheFolder(env), `postgres-${pinned.version}-${platform}`);
  try {
    await installOnce(target, async (folder) => {
      options.onStep?.(`installing PostgreSQL ${major}`);
      const tools = { env, cwd: folder, timeoutMs: INSTALL_TIMEOUT_MS, signal };
      await installPackage(pinned, tools);
      await makeReadable(folder);
    });
  } catch (cause) {
    signal?.throwIfAborted();
    const message = `PostgreSQL is not installed here, and ${pinned.name} could not be installed`;
    throw new LenkwerkError('environment', message, { cause, hint: HINT });
  }
  return join(target, 'node_modules', pinned.name, 'native', 'bin');
}

async function installPackage(
  pinned: NonNullable<ReturnType<typeof pinnedPostgres>>,
  tools: RunOptions,
): Promise<void> {
  const { name } = pinned;
  const { manifest, lock } = lockFilesFor(pinned);
  await writeFile(join(tools.cwd, 'package.json'), manifest);
  await writeFile(join(tools.cwd, 'package-lock.json'), lock);
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], tools);
  // npm packages cannot hold symbolic links; this script of the package creates them.
  const script = join('scripts', 'hydrate-symlinks.js');
  await run(process.execPath, [script], { ...tools, cwd: join(tools.cwd, 'node_modules', name) });
}

/** Lets the account that the server runs under enter, whatever the umask was. */
async function makeReadable(folder: string): Promise<void> {
  const options = { env: { PATH: '/usr/bin:/bin' }, cwd: '/', timeoutMs: CHMOD_TIMEOUT_MS };
  await run('chmod', ['-R', 'a+rX', folder], options);
  await run('chmod', ['a+rX', dirname(folder)], options);
}

/**
 * The account to run PostgreSQL under, which refuses root; undefined unless this process is root.
 */
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
