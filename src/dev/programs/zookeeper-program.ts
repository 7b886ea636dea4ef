import { delimiter, join } from 'node:path';
import { LenkwerkError } from '../../model/errors.js';
import type { Environment } from '../../runtime/settings.js';
import { run } from '../run.js';
import { exists } from './cache.js';
import { type FindServerOptions, installPackages, type ServerPackages } from './server-program.js';

const ZOOKEEPER: ServerPackages = {
  name: 'zookeeper',
  packages: [
    ...['libzookeeper-java', 'libslf4j-java', 'libdropwizard-metrics-java', 'libsnappy-java'],
    // For TLS.
    'libnetty-java',
  ],
  hint: 'Install ZooKeeper (on Debian and Ubuntu: apt-get install libzookeeper-java), or set ZOOKEEPER_HOME to the folder of one.',
};
/** Where the packages have their libraries. */
const JAVA_FOLDER = join('usr', 'share', 'java');
const LIBRARIES = [
  ...['zookeeper', 'zookeeper-jute', 'slf4j-api', 'slf4j-simple', 'metrics-core', 'snappy-java'],
  ...['buffer', 'codec', 'common', 'handler', 'resolver', 'transport'].map((x) => `netty-${x}`),
  ...['epoll', 'unix-common'].map((x) => `netty-transport-native-${x}`),
];
const VERSION_TIMEOUT_MS = 20_000;
const JAVA_HINT =
  'Install Java (on Debian and Ubuntu: apt-get install default-jre-headless), or set JAVA_HOME.';

/** How to start a ZooKeeper. */
export interface ZookeeperProgram {
  /** The path of `java`. */
  readonly java: string;
  /** For its option `-cp`. */
  readonly classPath: string;
}

/**
 * Finds Java (JAVA_HOME, or on the PATH) and the libraries of ZooKeeper: those of ZOOKEEPER_HOME,
 * of the distribution, or its packages unpacked into the cache, which needs apt but no root. Throws
 * `environment`.
 */
export async function findZookeeper(options: FindServerOptions): Promise<ZookeeperProgram> {
  const { env } = options;
  return { java: await findJava(env), classPath: await findLibraries(options) };
}

async function findJava(env: Environment): Promise<string> {
  const home = env['JAVA_HOME'];
  const isChosen = home !== undefined && home !== '';
  const folders = isChosen ? [join(home, 'bin')] : (env['PATH'] ?? '').split(delimiter);
  for (const folder of folders) {
    const java = join(folder, 'java');
    if (folder.startsWith('/') && (await runs(java, env))) return java;
  }
  const message = isChosen
    ? `JAVA_HOME names ${home}, whose bin/java does not run`
    : 'ZooKeeper needs Java, which is not installed here';
  throw new LenkwerkError('environment', message, { hint: JAVA_HINT });
}

async function runs(java: string, env: Environment): Promise<boolean> {
  if (!(await exists(java))) return false;
  return run(java, ['-version'], { env, cwd: '/', timeoutMs: VERSION_TIMEOUT_MS }).then(
    () => true,
    () => false,
  );
}

async function findLibraries(options: FindServerOptions): Promise<string> {
  const home = options.env['ZOOKEEPER_HOME'];
  if (home !== undefined && home !== '') {
    if (await exists(join(home, 'lib'))) return join(home, 'lib', '*');
    const message = `ZOOKEEPER_HOME names ${home}, which has no folder lib`;
    throw new LenkwerkError('environment', message, { hint: ZOOKEEPER.hint });
  }
  const distribution = join('/', JAVA_FOLDER);
  if (await exists(join(distribution, 'zookeeper.jar'))) return classPathOf(distribution);
  return classPathOf(join(await installPackages(ZOOKEEPER, options), JAVA_FOLDER));
}

function classPathOf(folder: string): string {
  return LIBRARIES.map((name) => join(folder, `${name}.jar`)).join(delimiter);
}
