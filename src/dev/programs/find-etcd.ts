import {
  type FindServerOptions,
  findServer,
  installServer,
  type ServerProgram,
} from './server-program.js';

const ETCD: ServerProgram = {
  name: 'etcd',
  packages: ['etcd-server', 'etcd-client'],
  binary: 'etcd',
  variable: 'ETCD_BIN',
  hint: 'Install etcd (on Debian and Ubuntu: apt-get install etcd-server), or set ETCD_BIN to its path.',
};

/** The path of etcd; see findServer. Throws `environment`. */
export async function findEtcd(options: FindServerOptions): Promise<string> {
  return (await findServer(ETCD, options)).file;
}

/**
 * The path of the etcd of a release of the distribution; `release`: its codename; undefined: this
 * machine's. Throws `environment`.
 */
export async function installEtcd(options: FindServerOptions, release?: string): Promise<string> {
  return (await installServer({ ...ETCD, release }, options)).file;
}
