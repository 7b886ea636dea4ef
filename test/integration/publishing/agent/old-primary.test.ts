/** An old primary, whose history lacks what was published since: it is waited for, untouched. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LenkwerkError } from '../../../../src/model/errors.js';
import { type Logger, silentLogger } from '../../../../src/runtime/logger.js';
import type { Cluster, RunningAgent } from '../../../support/agents/agent-cluster.js';
import { createClusterOnOwnServer } from '../../../support/agents/own-server.js';
import { Volume } from '../../../support/agents/volume.js';
import { lenkwerk } from '../../../support/cli/command-line.js';
import { etcdEndpoint } from '../../../support/servers/servers.js';
import { waitFor } from '../../../support/wait.js';

let cluster: Cluster;
let volume: Volume;

/** Published on timeline 2, and the server is the one of before, on timeline 1. */
beforeEach(async () => {
  const own = await createClusterOnOwnServer();
  ({ cluster } = own);
  cluster.sql.on('error', () => {});
  volume = await Volume.of(own.postgres, cluster.database.url);
  await volume.sql(
    `INSERT INTO storage.config (key, value) SELECT 'k' || n, '1' FROM generate_series(1, 20) n`,
  );
  const first = await cluster.activeAgent();
  await converged();
  await first.stop();
  await volume.takeImage();
  await volume.becomeStandby();
  await volume.promote();
  const second = await cluster.activeAgent();
  await volume.sql(`INSERT INTO storage.config (key, value) VALUES ('new', '1')`);
  await converged();
  await second.stop();
  expect(second.counters.resyncs).toBe(0);
  await volume.swap();
}, 60_000);

afterEach(() => cluster.close());

const converged = () => cluster.converged();

/** In the words of the agent and of doctor. */
const ACCEPTANCE = /--accept-timeline (1:[0-9a-f]{8})/;

/** The value that an agent names that waits, with which it does not. */
async function acceptance(): Promise<string> {
  const hints: string[] = [];
  const warn: Logger['warn'] = (_message, fields) => {
    const { reason } = fields ?? {};
    if (reason instanceof LenkwerkError && reason.hint !== undefined) hints.push(reason.hint);
  };
  const agent = cluster.startAgent({ logger: { ...silentLogger, warn } });
  await untilItWaits(agent);
  await agent.stop();
  expect(hints).toHaveLength(1);
  return ACCEPTANCE.exec(hints.join())?.[1] ?? '';
}

const dropSlot = () => volume.sql(`SELECT pg_drop_replication_slot('${cluster.slot}')`);

/** What an agent may touch. */
async function touched() {
  const [row] = await volume.sql(
    `SELECT (SELECT activation::text FROM lenkwerk.agent_slot) AS activation,
            (SELECT concat(slot_name, confirmed_flush_lsn) FROM pg_replication_slots) AS slot`,
  );
  return { ...row, revision: await cluster.revision() };
}

async function untilItWaits({ counters }: RunningAgent): Promise<string> {
  await waitFor(() => counters.reason.includes('an old primary'), { what: 'the old primary' });
  expect(counters.state).toBe('standby');
  return counters.reason;
}

describe.each([
  { what: 'with its slot', prepare: async () => {} },
  { what: 'without its slot', prepare: dropSlot },
  {
    what: 'with a slot of another agent',
    prepare: () => volume.sql('UPDATE lenkwerk.agent_slot SET activation = gen_random_uuid()'),
  },
  { what: 'whose row is gone', prepare: () => volume.sql('DELETE FROM lenkwerk.agent_slot') },
])('an old primary $what', ({ prepare }) => {
  beforeEach(async () => {
    await prepare();
  });

  test('is waited for until the present one answers', async () => {
    const before = await touched();
    const agent = cluster.startAgent();
    await untilItWaits(agent);
    expect(await touched()).toEqual(before);
    await volume.swap();
    await waitFor(() => agent.counters.state === 'streaming', { what: 'the stream' });
    await volume.sql(`INSERT INTO storage.config (key, value) VALUES ('later', '1')`);
    await converged();
    expect(agent.counters).toMatchObject({ resyncs: 0, fenced: 0 });
  }, 60_000);
});

describe('a cluster that was restored to an earlier timeline on purpose', () => {
  test.each([
    { what: 'with its slot', prepare: async () => {} },
    { what: 'without its slot', prepare: dropSlot },
  ])(
    'is published from where that checkpoint was accepted, $what',
    async ({ prepare }) => {
      await prepare();
      const accepted = await acceptance();
      const agent = await cluster.activeAgent({ acceptTimelines: [accepted] });
      await converged();
      expect(agent.counters).toMatchObject({ resyncs: 1, resyncKind: 'old-primary' });
      expect(await cluster.checkpoint()).toMatchObject({ timeline: 1 });
      // Left on, it accepts nothing more.
      await agent.stop();
      await volume.swap();
      const other = await cluster.activeAgent({ acceptTimelines: [accepted] });
      await volume.sql(`INSERT INTO storage.config (key, value) VALUES ('later', '1')`);
      await converged();
      await other.stop();
      await volume.swap();
      await untilItWaits(cluster.startAgent({ acceptTimelines: [accepted] }));
    },
    60_000,
  );

  test('is named by doctor', async () => {
    const kv = `etcd://${new URL(etcdEndpoint()).host}?prefix=${cluster.keySpace.prefix}`;
    const { stdout } = await lenkwerk(['doctor', '--db', cluster.database.url, '--kv', kv]);
    expect(ACCEPTANCE.exec(stdout)?.[1]).toBe(await acceptance());
  }, 60_000);
});
