/** Standbys that are promoted: a server of the same system, on a timeline of the same number. */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Cluster } from '../../../support/agents/agent-cluster.js';
import { createClusterOnOwnServer } from '../../../support/agents/own-server.js';
import { Volume } from '../../../support/agents/volume.js';
import { waitFor } from '../../../support/wait.js';

const SYNCHRONISED_SINCE = 17;
const TIMEOUT_MS = 120_000;

/** Set by the describe blocks. */
let cluster: Cluster;
let volume: Volume;

async function createServer(major?: number): Promise<void> {
  const created = await createClusterOnOwnServer(major);
  cluster = created.cluster;
  // The server goes away under it.
  cluster.sql.on('error', () => {});
  onTestFinished(() => cluster.close());
  volume = await Volume.of(created.postgres, cluster.database.url);
}

const save = (key: string) =>
  volume.sql(`INSERT INTO storage.config (key, value) VALUES ('${key}', '1')`);

/** Eight hexadecimal digits. */
async function timeline(): Promise<unknown> {
  const [row] = await volume.sql('SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8) AS id');
  return row?.['id'];
}

/** More than any checkpoint of these tests is beyond. */
const growLog = () =>
  volume.sql(`CREATE TABLE public.filler AS SELECT g, repeat('x', 500)
              FROM generate_series(1, 20000) g`);

const converged = () => cluster.converged(40_000);

describe('two standbys, each with its slot, promoted one after the other', () => {
  beforeEach(() => createServer());

  test.each([{ agent: 'runs on' }, { agent: 'starts again' }])(
    'are two histories: the agent, which $agent, resyncs at the second',
    async ({ agent }) => {
      const first = await cluster.activeAgent();
      await save('before');
      await converged();
      await volume.takeImage();
      await save('lost later');
      await volume.becomeStandby();
      await volume.promote();
      await save('at the first');
      await converged();
      expect(await timeline()).toBe('00000002');
      expect(first.counters.resyncs).toBe(1);
      if (agent === 'starts again') await first.stop();
      await volume.putImageBack('standby');
      await volume.promote();
      expect(await timeline()).toBe('00000002');
      await save('at the second');
      await growLog();
      const second = agent === 'starts again' ? await cluster.activeAgent() : first;
      await converged();
      expect(second.counters.resyncs).toBe(agent === 'starts again' ? 1 : 2);
      expect([...(await cluster.published()).keys()]).not.toContain('/Config/lost later');
    },
    TIMEOUT_MS,
  );
});

describe('standbys with a synchronised slot', () => {
  beforeEach(() => createServer(SYNCHRONISED_SINCE));

  async function startStandby(name: string): Promise<Volume> {
    await volume.sql(`SELECT pg_create_physical_replication_slot('${name}', true)`);
    const standby = await volume.startStandby({
      primary_slot_name: name,
      hot_standby_feedback: 'on',
      sync_replication_slots: 'on',
    });
    onTestFinished(() => standby.postgres.stop());
    return standby;
  }

  /** The slot has to move on before a standby can have it. */
  async function synchronised(standby: Volume): Promise<void> {
    let n = 0;
    const isThere = async () => {
      n += 1;
      await volume.sql('SELECT pg_log_standby_snapshot()');
      await volume.sql(`UPDATE storage.config SET value = '${n}' WHERE key = 'before'`);
      return standby.is(`SELECT synced AND NOT temporary AS is FROM pg_replication_slots
                          WHERE slot_name = '${cluster.slot}'`);
    };
    await waitFor(isThere, { what: 'a synchronised slot', timeoutMs: 60_000 });
  }

  test(
    'the first goes on without a resync, a second one of that timeline does not',
    async () => {
      const agent = await cluster.activeAgent();
      await save('before');
      const [a, b] = [await startStandby('a'), await startStandby('b')];
      await synchronised(a);
      await synchronised(b);
      await b.postgres.shutDown();
      await volume.sql(`ALTER SYSTEM SET synchronized_standby_slots = 'a'`);
      await volume.sql('SELECT pg_reload_conf()');
      await save('on a as well');
      await converged();
      await volume.postgres.crash();
      await a.promote();
      await volume.moveFrom(a);
      await save('at the first');
      await converged();
      expect(await timeline()).toBe('00000002');
      expect(agent.counters.resyncs).toBe(1);
      await volume.postgres.crash();
      await b.postgres.start();
      await b.promote();
      await volume.moveFrom(b);
      expect(await timeline()).toBe('00000002');
      await save('at the second');
      await growLog();
      await converged();
      expect(agent.counters.resyncs).toBe(2);
      expect([...(await cluster.published()).keys()]).not.toContain('/Config/at the first');
    },
    TIMEOUT_MS,
  );
});
