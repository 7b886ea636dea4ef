/** Verdicts on two hundred nodes under load, some of which stop, beside what each really sent. */
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { applyContext } from '../../../src/applying/context/context.js';
import { verifyNodes } from '../../../src/applying/nodes/verify.js';
import type { StoreSettings } from '../../../src/kvstore/settings.js';
import type { Revision } from '../../../src/kvstore/store.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { encodeAcknowledgement } from '../../../src/publishing/records/acknowledgement.js';
import { decodeCheckpoint } from '../../../src/publishing/records/checkpoint.js';
import { withTimeout } from '../../../src/runtime/async.js';
import type { NodesVerdict } from '../../../src/verifying/verdict.js';
import { type Cluster, createCluster } from '../../support/agents/agent-cluster.js';
import { verifyStore } from '../../support/agents/verify.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import { etcdEndpoint } from '../../support/servers/servers.js';

const NODES = 200;
const ROUNDS = 6;
/** With nodes that stopped, and without. */
const WAIT_MS = { some: 2_000, none: 20_000 };
const TEST_TIMEOUT_MS = 120_000;
const NAMES = Array.from({ length: NODES }, (_, at) => `n${at}_5432`);

let cluster: Cluster;
beforeEach(async () => {
  cluster = await createCluster();
  onTestFinished(() => cluster.close());
  await cluster.initialise();
  await cluster.sql.query(
    `INSERT INTO storage.postgres_instance (host, port, username, status)
     SELECT 'n' || at, 5432, 'u', 3 FROM generate_series(0, ${NODES - 1}) AS at`,
  );
});

/** Revisions of checkpoints, by node: what was sent, and what the store has taken. */
interface Sent {
  readonly begun: Map<string, Revision>;
  readonly done: Map<string, Revision>;
}

/** Acknowledges every checkpoint in the names of all nodes but those that are stopped. */
function startNodes(stopped: ReadonlySet<string>): Sent {
  const { store, keySpace } = cluster;
  const sent: Sent = { begun: new Map(), done: new Map() };
  const key = keySpace.checkpointKey('default');
  const acknowledge = async (name: string) => {
    const stored = await store.read(key);
    const checkpoint = decodeCheckpoint(stored?.value ?? '');
    if (stored === undefined || checkpoint === undefined || stopped.has(name)) return;
    const { writeId, lsn } = checkpoint;
    const revision = stored.modRevision;
    const applied = { writeId, revision, lsn, appliedAt: '1970-01-01T00:00:00Z' };
    const common = { followerId: name, refusal: undefined, toolVersion: '1' };
    sent.begun.set(name, revision);
    await store.acknowledge('default', name, encodeAcknowledgement({ name, ...common, applied }));
    sent.done.set(name, revision);
  };
  runUntilEnd(async () => {
    for (let at = 0; at < NODES; at += 20) {
      await Promise.all(NAMES.slice(at, at + 20).map(acknowledge));
    }
  });
  return sent;
}

/** Repeats the work until the test ends. */
function runUntilEnd(work: () => Promise<unknown>): void {
  let isOver = false;
  const running = (async () => {
    while (!isOver) await work();
  })();
  onTestFinished(async () => {
    isOver = true;
    await running;
  });
}

async function ask(database: Cluster['sql'], sent: Sent, waitMs: number) {
  const { keySpace, store } = cluster;
  const settings: StoreSettings = {
    ...{ type: 'etcd', prefix: keySpace.prefix, description: 'etcd', places: [], files: [] },
    guarantees: {
      ...{ acknowledged: 'consensus', foreignWrites: 'in-order', pastRevisions: 'until-compacted' },
    },
    connect: () => connectTo([etcdEndpoint()]),
  };
  const side = { store, keySpace, target: 'default', timeoutMs: 20_000 };
  const report = await verifyStore({ ...side, database });
  const before = new Map(sent.done);
  const nodes = await withTimeout(new AbortController().signal, waitMs, (deadline) =>
    verifyNodes({
      ...{ context: applyContext(), check: { template: undefined }, database, wait: true },
      ...{ targets: [{ name: 'default', settings }], reports: [report], deadline },
    }),
  );
  return { agreed: report.agreed, nodes, before };
}

/** What is wrong about a verdict. `before`: what the store had taken before it was looked at. */
function judgeVerdict(
  nodes: NodesVerdict,
  agreed: Revision,
  { sent, before }: { readonly sent: Sent; readonly before: ReadonlyMap<string, Revision> },
): readonly string[] {
  return nodes.nodes.flatMap(({ name, state }) => {
    const isSent = (sent.begun.get(name) ?? 0n) >= agreed;
    const wasTaken = (before.get(name) ?? 0n) >= agreed;
    if (state === 'in-step') return isSent ? [] : [`${name} did not send it`];
    return wasTaken ? [`${name} had sent it before`] : [];
  });
}

test(
  'no verdict is wrong, and each node that stopped is named',
  async () => {
    const { settings, sql } = cluster;
    const database = await openConnection(settings, 'verify');
    onTestFinished(() => database.end());
    await cluster.activeAgent();
    await cluster.barrier();
    const stopped = new Set<string>();
    const sent = startNodes(stopped);
    let count = 0;
    runUntilEnd(async () => {
      count += 1;
      await sql.query(`SELECT storage.save_config('load', $1)`, [count]);
    });
    const verdicts = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      stopped.clear();
      if (round % 2 === 1) for (const at of [7, 70, 170]) stopped.add(`n${at + round}_5432`);
      const waitMs = stopped.size > 0 ? WAIT_MS.some : WAIT_MS.none;
      const { agreed, nodes, before } = await ask(database, sent, waitMs);
      if (agreed === undefined || nodes === undefined) continue;
      verdicts.add(nodes.verdict);
      expect(judgeVerdict(nodes, agreed.revision, { sent, before })).toEqual([]);
    }
    expect(count).toBeGreaterThan(ROUNDS);
    expect([...verdicts].toSorted()).toEqual(['converged', 'lagging']);
  },
  TEST_TIMEOUT_MS,
);
