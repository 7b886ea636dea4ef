import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isJsonArray, isJsonObject, type JsonObject, tryParseJson } from '../../model/json.js';
import { findFreePort, LOOPBACK, onFreePort } from '../ports.js';
import { findEtcd } from '../programs/find-etcd.js';
import { ThrowAwayServer } from '../server.js';
import {
  presentStore,
  SERVER_ENVIRONMENT,
  type StartStoreOptions,
  type StoreServer,
} from './store-server.js';

interface StartEtcdOptions extends StartStoreOptions {
  /** Further command line arguments, such as `--max-txn-ops=256`. */
  readonly args?: readonly string[];
}

/** An etcd of one node. */
export interface EtcdServer extends StoreServer {
  /** `http://127.0.0.1:port`. */
  readonly endpoint: string;
}

const HEARTBEAT_INTERVAL_MS = 20;
const ELECTION_TIMEOUT_MS = 200;
const PROBE_TIMEOUT_MS = 1000;

/** Starts etcd in a folder of its own. Throws `environment`. */
export async function startEtcd(options: StartEtcdOptions): Promise<EtcdServer> {
  const { directory, signal, args = [] } = options;
  const file = await findEtcd(options);
  return onFreePort(async (clientPort) => {
    const peerPort = await findFreePort();
    const guarded = { name: 'etcd', directory, signal, guardSignal: 'KILL' } as const;
    const server = await ThrowAwayServer.create(guarded);
    const node: Node = { server, file, args, name: `dev-${randomUUID()}`, clientPort, peerPort };
    try {
      await startNode(node);
    } catch (error) {
      await server.remove();
      throw error;
    }
    const endpoint = `http://${LOOPBACK}:${clientPort}`;
    return presentStore(server, () => startNode(node), { endpoint });
  });
}

interface Node {
  readonly server: ThrowAwayServer;
  readonly file: string;
  /** Command line arguments besides ours. */
  readonly args: readonly string[];
  /** Distinguishes our etcd from another that has taken the port. */
  readonly name: string;
  readonly clientPort: number;
  readonly peerPort: number;
}

async function startNode(node: Node): Promise<void> {
  const client = `http://${LOOPBACK}:${node.clientPort}`;
  const peer = `http://${LOOPBACK}:${node.peerPort}`;
  const args = [
    `--name=${node.name}`,
    `--data-dir=${join(node.server.folder, 'data')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=${node.name}=${peer}`,
    `--heartbeat-interval=${HEARTBEAT_INTERVAL_MS}`,
    `--election-timeout=${ELECTION_TIMEOUT_MS}`,
    '--log-level=error',
    ...node.args,
  ];
  const command = { file: node.file, args, env: SERVER_ENVIRONMENT };
  const isReady = async () => (await isOurs(client, node.name)) && (await isHealthy(client));
  await node.server.start(command, isReady);
}

async function isOurs(endpoint: string, name: string): Promise<boolean> {
  const request = { method: 'POST', body: '{}' };
  const members = (await ask(`${endpoint}/v3/cluster/member/list`, request))?.get('members') ?? [];
  if (!isJsonArray(members)) return false;
  return members.some((member) => isJsonObject(member) && member.get('name') === name);
}

/** Healthy means: there is a leader. */
async function isHealthy(endpoint: string): Promise<boolean> {
  return (await ask(`${endpoint}/health`))?.get('health') === 'true';
}

/** The JSON object of an answer; undefined: the server does not listen yet, or is another one. */
async function ask(url: string, request: RequestInit = {}): Promise<JsonObject | undefined> {
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const response = await fetch(url, { ...request, signal });
    const answer = tryParseJson(await response.text());
    return answer !== undefined && isJsonObject(answer) ? answer : undefined;
  } catch {
    return undefined;
  }
}
