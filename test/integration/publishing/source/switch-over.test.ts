/** Two servers in one list of hosts: the agent is with the one that takes writes. */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { connectionSettings } from '../../../../src/postgres/connection-settings.js';
import { postgresSource } from '../../../../src/publishing/source/postgres-source.js';
import type { SourceSession } from '../../../../src/publishing/source/source-database.js';
import type { Cluster, RunningAgent } from '../../../support/agents/agent-cluster.js';
import { createClusterOnOwnServer } from '../../../support/agents/own-server.js';
import { Volume } from '../../../support/agents/volume.js';
import { waitFor } from '../../../support/wait.js';

const TIMEOUT_MS = 120_000;

let cluster: Cluster;
let first: Volume;
let second: Volume;

beforeEach(async () => {
  const own = await createClusterOnOwnServer();
  cluster = own.cluster;
  // The server goes away under it.
  cluster.sql.on('error', () => {});
  onTestFinished(() => cluster.close());
  first = await Volume.of(own.postgres, cluster.database.url);
  second = await first.startStandby();
  onTestFinished(() => second.postgres.stop());
}, TIMEOUT_MS);

/** The first, then the second one. */
function listed(parameters = '') {
  const hosts = [first, second].map(({ postgres: { host, port } }) => `${host}:${port}`);
  return connectionSettings({ url: `postgres://postgres@${hosts}/postgres${parameters}` }, {});
}

const save = (at: Volume, key: string) =>
  at.sql(`INSERT INTO storage.config (key, value) VALUES ('${key}', '1')`);

async function publishes(key: string): Promise<void> {
  const isThere = async () => (await cluster.published()).has(`/Config/${key}`);
  await waitFor(isThere, { what: `${key} in the store`, timeoutMs: 60_000 });
}

const received = (key: string) =>
  waitFor(() => second.is(`SELECT true AS is FROM storage.config WHERE key = '${key}'`), {
    what: 'the replay',
  });

async function follow(): Promise<RunningAgent> {
  const agent = await cluster.activeAgent({ database: postgresSource(listed()) });
  await save(first, 'before');
  await publishes('before');
  await received('before');
  return agent;
}

describe('an agent with two servers in its list', () => {
  test.each([
    { what: 'goes away', leave: () => first.postgres.crash() },
    { what: 'becomes a standby', leave: () => first.becomeStandby() },
  ])(
    'follows to the second one when the first $what',
    async ({ leave }) => {
      const agent = await follow();
      await leave();
      await second.promote();
      await save(second, 'after');
      await publishes('after');
      // The new primary has no slot of its name.
      expect(agent.counters.resyncKind).toBe('no-slot');
      await expect.poll(() => agent.counters.state, { timeout: 10_000 }).toBe('streaming');
      expect(await cluster.checkpoint()).toMatchObject({ timeline: 2 });
      expect([...(await cluster.published()).keys()]).toContain('/Config/before');
    },
    TIMEOUT_MS,
  );

  test(
    'waits while none takes writes, and touches nothing at a standby',
    async () => {
      const agent = await follow();
      await first.becomeStandby();
      await waitFor(() => agent.counters.reason.includes('is a standby; '), { what: 'the reason' });
      expect(agent.counters.state).not.toBe('streaming');
      const slots = await second.sql('SELECT slot_name FROM pg_replication_slots');
      expect(slots).toEqual([]);
      await first.promote();
      await save(first, 'after');
      await publishes('after');
      expect(agent.counters.resyncs).toBe(1);
    },
    TIMEOUT_MS,
  );
});

/** A session with the standby, out of a list in a random order. */
async function atStandby(source: ReturnType<typeof postgresSource>): Promise<SourceSession> {
  for (;;) {
    const session = await source.connect('test');
    onTestFinished(() => session.close());
    if ((await session.look('s')).inRecovery) return session;
  }
}

test(
  'what belongs to a session is opened with its server',
  async () => {
    const parameters = '?target_session_attrs=any&load_balance_hosts=random';
    const source = postgresSource(listed(parameters));
    const session = await atStandby(source);
    for (let n = 0; n < 12; n += 1) {
      const beside = await source.connect('test', session);
      expect((await beside.look('s')).inRecovery).toBe(true);
      await beside.close();
    }
    const replication = await session.replication();
    for (let n = 0; n < 12; n += 1) await (await replication.connect()).close();
    const seen = await first.sql(
      `SELECT FROM pg_stat_activity WHERE application_name = 'lenkwerk agent stream'`,
    );
    expect(seen).toEqual([]);
    const commands = await replication.connect();
    expect(
      await second.sql(
        `SELECT count(*)::int AS n FROM pg_stat_activity
          WHERE application_name = 'lenkwerk agent stream'`,
      ),
    ).toEqual([{ n: 1 }]);
    await commands.close();
  },
  TIMEOUT_MS,
);
