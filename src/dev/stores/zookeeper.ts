import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { LOOPBACK, onFreePort } from '../ports.js';
import { findZookeeper, type ZookeeperProgram } from '../programs/zookeeper-program.js';
import { ThrowAwayServer } from '../server.js';
import {
  presentStore,
  SERVER_ENVIRONMENT,
  type StartStoreOptions,
  type StoreServer,
} from './store-server.js';

interface StartZookeeperOptions extends StartStoreOptions {
  /** Further lines of its configuration, such as `tickTime=500`; the last of a name counts. */
  readonly config?: readonly string[];
  /** Further options of Java, such as `-Djute.maxbuffer=200000`. */
  readonly javaOptions?: readonly string[];
}

/** One server, alone or of several. */
export interface ZookeeperServer extends StoreServer {
  /** `127.0.0.1:port`. */
  readonly endpoint: string;
  /** Holds what the server stores. */
  readonly dataFolder: string;
}

/**
 * For a start of two seconds; data is not awaited on the disk. A server keeps its last 500
 * transactions in memory, however large, and ends where that is too little.
 */
const JAVA_OPTIONS = [
  ...['-Xmx1g', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'],
  ...['-Dzookeeper.forceSync=no', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'],
];
const MAIN_CLASS = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
const PROBE_TIMEOUT_MS = 1_000;

/** Starts a ZooKeeper of one server in a folder of its own. Throws `environment`. */
export async function startZookeeper(options: StartZookeeperOptions): Promise<ZookeeperServer> {
  const program = await findZookeeper(options);
  return onFreePort(async (port) => {
    const server = await createZookeeper({ ...options, program, port, id: undefined });
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  });
}

interface CreateZookeeperOptions extends Omit<StartZookeeperOptions, 'env'> {
  readonly program: ZookeeperProgram;
  /** For clients. */
  readonly port: number;
  /** Its number among several servers, which `config` names; undefined: it is alone. */
  readonly id: number | undefined;
}

/** A server that is not started yet. Throws `environment`. */
export async function createZookeeper(options: CreateZookeeperOptions): Promise<ZookeeperServer> {
  const { directory, signal, port, id, config = [] } = options;
  const guarded = { name: 'zookeeper', directory, signal, guardSignal: 'KILL' } as const;
  const server = await ThrowAwayServer.create(guarded);
  const dataFolder = join(server.folder, 'data');
  const configFile = join(server.folder, 'zoo.cfg');
  await mkdir(dataFolder);
  if (id !== undefined) await writeFile(join(dataFolder, 'myid'), String(id));
  await writeFile(configFile, configText([...basicConfig(port, dataFolder), ...config]));
  const { program, javaOptions = [] } = options;
  const args = [...JAVA_OPTIONS, ...javaOptions, '-cp', program.classPath, MAIN_CLASS, configFile];
  const command = { file: program.java, args, env: SERVER_ENVIRONMENT };
  const start = () => server.start(command, async () => (await ask(port)).includes(dataFolder));
  return presentStore(server, start, { endpoint: `${LOOPBACK}:${port}`, dataFolder });
}

/** https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#sc_configuration */
function basicConfig(port: number, dataFolder: string): readonly string[] {
  return [
    `dataDir=${dataFolder}`,
    `clientPortAddress=${LOOPBACK}`,
    `clientPort=${port}`,
    'tickTime=1000',
    'maxClientCnxns=0',
    'admin.enableServer=false',
    '4lw.commands.whitelist=srvr,conf',
  ];
}

function configText(lines: readonly string[]): string {
  return `${[...new Map(lines.map((line) => [line.split('=')[0], line])).values()].join('\n')}\n`;
}

/**
 * The settings of the server at this port, which name its folder; empty while it serves no clients.
 * https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#sc_4lw
 */
function ask(port: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host: LOOPBACK, port, timeout: PROBE_TIMEOUT_MS });
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write('conf'));
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}
