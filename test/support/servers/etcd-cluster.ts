import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../../src/dev/ports.js';
import { findEtcd } from '../../../src/dev/programs/find-etcd.js';
import { waitFor } from '../wait.js';

export interface EtcdNode {
  readonly endpoint: string;
  /** SIGSTOP and SIGCONT. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
}

export interface EtcdCluster {
  readonly nodes: readonly EtcdNode[];
  stop(): Promise<void>;
}

/** Three nodes on free ports; resolves when each of them knows a leader. */
export async function startCluster(): Promise<EtcdCluster> {
  const file = await findEtcd({ env: process.env });
  const folder = await mkdtemp(join(tmpdir(), 'lenkwerk-etcd-cluster-'));
  const names = ['a', 'b', 'c'];
  const ports = await Promise.all(names.map(() => Promise.all([findFreePort(), findFreePort()])));
  const members = names.map((name, i) => `${name}=http://127.0.0.1:${ports[i]?.[1]}`).join(',');
  const nodes = names.map((name, i) => {
    const [client, peer] = (ports[i] ?? []).map((port) => `http://127.0.0.1:${port}`);
    const child = spawn(
      file,
      [
        ...[`--name=${name}`, `--data-dir=${join(folder, name)}`, `--initial-cluster=${members}`],
        ...[`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`],
        ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`],
        ...['--heartbeat-interval=50', '--election-timeout=500', '--log-level=error'],
      ],
      { stdio: 'ignore', env: { PATH: '/usr/bin:/bin' } },
    );
    return presentNode(client ?? '', child);
  });
  for (const { endpoint } of nodes) {
    await waitFor(() => isHealthy(endpoint), { what: `a leader at ${endpoint}` });
  }
  const stop = async () => {
    for (const node of nodes) await node.kill();
    await rm(folder, { recursive: true });
  };
  return { nodes, stop };
}

function presentNode(endpoint: string, child: ChildProcess): EtcdNode {
  return {
    endpoint,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function isHealthy(endpoint: string): Promise<boolean> {
  const response = await fetch(`${endpoint}/health`);
  return (await response.text()).includes('"true"');
}
