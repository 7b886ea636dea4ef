/** Storage nodes of which a test decides what they acknowledge; no follower runs. */
import { onTestFinished } from 'vitest';
import type { KeyValueStore } from '../../../src/kvstore/store.js';
import {
  type Acknowledgement,
  encodeAcknowledgement,
} from '../../../src/publishing/records/acknowledgement.js';
import { decodeCheckpoint } from '../../../src/publishing/records/checkpoint.js';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import { connectTo } from '../servers/etcd-store.js';
import { etcdEndpoint } from '../servers/servers.js';

type Applied = NonNullable<Acknowledgement['applied']>;

interface NodesOfTarget {
  readonly store: KeyValueStore;
  /** The position of the newest checkpoint. */
  newest(): Promise<Applied>;
  /** Acknowledges in the name of a node. */
  acknowledge(name: string, changes?: Partial<Acknowledgement>): Promise<void>;
  /** These acknowledge every checkpoint from now on, until `stop` or the end of the test. */
  follow(...names: readonly string[]): { stop(): Promise<void> };
}

/** Nodes that follow the target in the shared etcd. */
export async function nodesOf(place: {
  readonly prefix: string;
  readonly target: string;
}): Promise<NodesOfTarget> {
  const { prefix, target } = place;
  const store = await connectTo([etcdEndpoint()], { prefix });
  onTestFinished(() => store.close());
  const key = new KeySpace(prefix).checkpointKey(target);
  const newest = async (): Promise<Applied> => {
    const stored = await store.read(key);
    const checkpoint = stored && decodeCheckpoint(stored.value);
    if (stored === undefined || checkpoint === undefined) throw new Error('no checkpoint');
    const { writeId, lsn } = checkpoint;
    return { writeId, revision: stored.modRevision, lsn, appliedAt: '1970-01-01T00:00:00.000Z' };
  };
  const acknowledge = async (name: string, changes: Partial<Acknowledgement> = {}) => {
    const applied = 'applied' in changes ? changes.applied : await newest();
    const text = encodeAcknowledgement({
      ...{ name, followerId: `follower of ${name}`, refusal: undefined, toolVersion: '0.1.0' },
      ...changes,
      applied,
    });
    await store.acknowledge(target, name, text);
  };
  const follow = (...names: readonly string[]) => {
    const controller = new AbortController();
    const { signal } = controller;
    const following = (async () => {
      for await (const event of store.watch({ prefix: key, signal })) {
        const isEmpty = event.kind === 'resync' && event.snapshot.records.length === 0;
        if (!isEmpty) await Promise.all(names.map((name) => acknowledge(name)));
      }
    })();
    const stop = async () => {
      controller.abort();
      await following;
    };
    onTestFinished(stop);
    return { stop };
  };
  return { store, newest, acknowledge, follow };
}
