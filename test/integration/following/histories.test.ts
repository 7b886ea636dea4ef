/** A store that went back, or forgot its past. */
import { afterEach, expect, test } from 'vitest';
import { createNodeScene, type NodeScene } from '../../support/nodes/node-scene.js';
import { type EtcdNode, startEtcdNodes } from '../../support/servers/etcd-nodes.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import { waitFor } from '../../support/wait.js';

const TIMEOUT_MS = 90_000;

let scene: NodeScene;
let etcd: EtcdNode | undefined;
afterEach(async () => {
  await scene.close();
  await etcd?.remove();
  etcd = undefined;
});

function saveConfig(key: string): Promise<unknown> {
  return scene.cluster.sql.query(`INSERT INTO storage.config (key, value) VALUES ($1, '1')`, [key]);
}

test(
  'after a store was put back the tables go back, and forward again',
  async () => {
    [etcd] = await startEtcdNodes(1);
    const { endpoint = '' } = etcd ?? {};
    const connect = () => connectTo([endpoint]);
    scene = await createNodeScene({ place: { url: endpoint.replace('http:', 'etcd:'), connect } });
    const agent = await scene.cluster.activeAgent();
    await saveConfig('early');
    const { status, lines } = scene.startFollower();
    await scene.inStep();
    const early = await scene.shown();
    await etcd?.crash();
    await etcd?.backUp();
    await etcd?.start();
    await saveConfig('late');
    await scene.inStep();
    await agent.stop();
    await etcd?.crash();
    await etcd?.restore();
    await etcd?.start();
    const isEarly = async () => (await scene.shown()).size === early.size;
    await waitFor(isEarly, { what: 'the earlier state', timeoutMs: 30_000 });
    expect(await scene.shown()).toEqual(early);
    const isNoticed = () => lines.includes('warn the watch has a gap');
    await waitFor(isNoticed, { what: 'the notice' });
    await scene.cluster.activeAgent();
    await scene.inStep();
    expect(status.refusals).toBe(0);
  },
  TIMEOUT_MS,
);

test(
  'where the revision of the checkpoint is forgotten, the present records are taken',
  async () => {
    [etcd] = await startEtcdNodes(1);
    const { endpoint = '' } = etcd ?? {};
    const connect = () => connectTo([endpoint]);
    scene = await createNodeScene({ place: { url: endpoint.replace('http:', 'etcd:'), connect } });
    await scene.cluster.activeAgent();
    await saveConfig('a');
    await scene.cluster.barrier();
    const [key, value] = ['Zg==', 'Zg=='];
    await etcd?.request('kv/put', { key, value });
    const revision = String((await scene.cluster.revision()) + 1n);
    await etcd?.request('kv/compaction', { revision });
    const { lines } = scene.startFollower();
    await scene.inStep();
    expect(lines).toContain(
      'warn the records are compared as of now: the store has forgotten their revision',
    );
  },
  TIMEOUT_MS,
);
