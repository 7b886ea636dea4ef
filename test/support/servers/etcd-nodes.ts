/** One etcd node or three, each of which can be killed, frozen and started again. */
import { randomUUID } from 'node:crypto';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '../../../src/dev/ports.js';
import { findEtcd } from '../../../src/dev/programs/find-etcd.js';
import { ThrowAwayServer } from '../../../src/dev/server.js';
import { waitFor } from '../wait.js';

const ENVIRONMENT = { PATH: '/usr/bin:/bin' };
const REQUEST_TIMEOUT_MS = 2_000;
const QUOTA_BYTES = 6_000_000_000;

interface NodeAddress {
  readonly name: string;
  readonly clientPort: number;
  readonly peerPort: number;
}

export class EtcdNode {
  readonly address: NodeAddress;
  readonly #server: ThrowAwayServer;
  readonly #file: string;
  readonly #members: readonly NodeAddress[];
  #frozen = false;

  constructor(
    server: ThrowAwayServer,
    command: { readonly file: string; readonly members: readonly NodeAddress[] },
    address: NodeAddress,
  ) {
    this.#server = server;
    this.#file = command.file;
    this.#members = command.members;
    this.address = address;
  }

  get port(): number {
    return this.address.clientPort;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get running(): boolean {
    return this.#server.pid !== undefined && !this.#frozen;
  }

  /** `quotaBytes`: how large the database may become. */
  async start(quotaBytes = QUOTA_BYTES): Promise<void> {
    const { name, clientPort, peerPort } = this.address;
    const peers = this.#members.map((m) => `${m.name}=http://127.0.0.1:${m.peerPort}`).join(',');
    const [heartbeat, election] = this.#members.length === 1 ? [20, 200] : [100, 1000];
    const args = [
      `--name=${name}`,
      `--data-dir=${this.#data}`,
      `--listen-client-urls=http://127.0.0.1:${clientPort}`,
      `--advertise-client-urls=http://127.0.0.1:${clientPort}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-cluster=${peers}`,
      `--heartbeat-interval=${heartbeat}`,
      `--election-timeout=${election}`,
      '--snapshot-count=5000',
      `--quota-backend-bytes=${quotaBytes}`,
      '--log-level=error',
    ];
    await this.#server.start({ file: this.#file, args, env: ENVIRONMENT }, () => this.#hasLeader());
  }

  async crash(): Promise<void> {
    this.#frozen = false;
    await this.#server.end('SIGKILL');
  }

  async freeze(): Promise<void> {
    this.#frozen = true;
    await this.#server.signalAll('SIGSTOP');
  }

  async thaw(): Promise<void> {
    this.#frozen = false;
    await this.#server.signalAll('SIGCONT');
  }

  /** Copies the data of a node that does not run. */
  async backUp(): Promise<void> {
    await rm(this.#copy, { recursive: true, force: true });
    await cp(this.#data, this.#copy, { recursive: true });
  }

  /** Puts the last copy in the place of the data of a node that does not run. */
  async restore(): Promise<void> {
    await rm(this.#data, { recursive: true, force: true });
    await cp(this.#copy, this.#data, { recursive: true });
  }

  async isLeader(): Promise<boolean> {
    const status = await this.request('maintenance/status', {}).catch(() => '');
    const leader = /"leader":"(\d+)"/.exec(status)?.[1];
    return leader !== undefined && leader === /"member_id":"(\d+)"/.exec(status)?.[1];
  }

  /** Calls the JSON gateway. */
  async request(path: string, body: Readonly<Record<string, unknown>>): Promise<string> {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const request = { method: 'POST', body: JSON.stringify(body), signal };
    const response = await fetch(`${this.endpoint}/v3/${path}`, request);
    const text = await response.text();
    if (!response.ok) throw new Error(`etcd: ${text}`);
    return text;
  }

  async remove(): Promise<void> {
    await this.#server.end('SIGKILL');
    await this.#server.remove();
  }

  get #data(): string {
    return join(this.#server.folder, 'data');
  }

  get #copy(): string {
    return join(this.#server.folder, 'copy');
  }

  /** A node that is full has no health, but a leader. */
  async #hasLeader(): Promise<boolean> {
    const status = await this.request('maintenance/status', {}).catch(() => '');
    return status.includes('"leader":');
  }
}

const MAX_STARTS = 3;

/** Starts nodes that know each other; with other ports when another process took one meanwhile. */
export async function startEtcdNodes(count: 1 | 3): Promise<readonly EtcdNode[]> {
  for (let starts = 1; ; starts += 1) {
    const nodes = await prepareNodes(count);
    try {
      await Promise.all(nodes.map((node) => node.start()));
      const isLed = async () =>
        (await Promise.all(nodes.map((node) => node.isLeader()))).includes(true);
      await waitFor(isLed, { what: 'a leader' });
      return nodes;
    } catch (error) {
      await Promise.all(nodes.map((node) => node.remove()));
      if (starts === MAX_STARTS || !/address already in use/.test(String(error))) throw error;
    }
  }
}

async function prepareNodes(count: number): Promise<readonly EtcdNode[]> {
  const file = await findEtcd({ env: process.env });
  const members: NodeAddress[] = [];
  for (let i = 0; i < count; i += 1) {
    const [clientPort, peerPort] = [await findFreePort(), await findFreePort()];
    members.push({ name: `node-${randomUUID()}`, clientPort, peerPort });
  }
  const nodes: EtcdNode[] = [];
  for (const address of members) {
    const server = await ThrowAwayServer.create({ name: 'etcd', guardSignal: 'KILL' });
    nodes.push(new EtcdNode(server, { file, members }, address));
  }
  return nodes;
}

/** Base64, as the JSON gateway wants keys and values. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The store's revision in an answer of the gateway. */
export function revisionIn(answer: string): bigint {
  return BigInt(/"revision":"(\d+)"/.exec(answer)?.[1] ?? '0');
}
