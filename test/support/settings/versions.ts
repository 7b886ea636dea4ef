/** Servers of other versions than the installed ones, for whole runs of tests. */
import { findEtcd, installEtcd } from '../../../src/dev/programs/find-etcd.js';
import { findPostgres, postgresIdentity } from '../../../src/dev/programs/find-postgres.js';
import { run } from '../../../src/dev/run.js';
import type { Environment } from '../../../src/runtime/settings.js';

/** The release of Debian that has each version of etcd. */
const ETCD_RELEASES: ReadonlyMap<string, string> = new Map([
  ['3.4', 'bookworm'],
  ['3.5', 'trixie'],
]);
const VERSION_TIMEOUT_MS = 10_000;

/** Set by the matrix. */
export const EVERY_POSTGRES = 'EVERY_POSTGRES';
/** Tests that try long lists on several versions take the oldest and the newest by themselves. */
export const MAJORS: readonly number[] =
  process.env[EVERY_POSTGRES] === undefined ? [15, 18] : [15, 16, 17, 18];

/** undefined: what is found on this machine. */
export interface WantedVersions {
  /** Such as `17`. */
  readonly postgres: string | undefined;
  /** Such as `3.5`. */
  readonly etcd: string | undefined;
}

interface ChosenServers {
  /** PG_BIN and ETCD_BIN: everything that looks for servers in this environment finds those. */
  readonly env: Readonly<Record<'PG_BIN' | 'ETCD_BIN', string>>;
  readonly postgresMajor: number;
  /** Such as `3.5.16`. */
  readonly etcdVersion: string;
}

/** Finds the servers, or fetches them into the cache. Throws `environment`. */
export async function chooseServers(
  { postgres, etcd }: WantedVersions,
  env: Environment,
): Promise<ChosenServers> {
  const major = postgres === undefined ? undefined : Number(postgres);
  const found = await findPostgres({ env, major, identity: await postgresIdentity() });
  const path = etcd === undefined ? await findEtcd({ env }) : await etcdOf(etcd, env);
  return {
    env: { PG_BIN: found.folder, ETCD_BIN: path },
    postgresMajor: found.major,
    etcdVersion: await versionOf(path, env),
  };
}

async function etcdOf(version: string, env: Environment): Promise<string> {
  const isWanted = async (path: string) => (await versionOf(path, env)).startsWith(`${version}.`);
  const found = await findEtcd({ env });
  if (await isWanted(found)) return found;
  const release = ETCD_RELEASES.get(version);
  if (release === undefined) throw new Error(`no release of Debian is known for etcd ${version}`);
  const installed = await installEtcd({ env }, release);
  if (await isWanted(installed)) return installed;
  throw new Error(`Debian's ${release} has another etcd than ${version}`);
}

async function versionOf(etcd: string, env: Environment): Promise<string> {
  const answer = await run(etcd, ['--version'], { env, cwd: '/', timeoutMs: VERSION_TIMEOUT_MS });
  return /^etcd Version: (\S+)/.exec(answer)?.[1] ?? 'unknown';
}
