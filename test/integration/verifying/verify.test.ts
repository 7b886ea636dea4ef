import type { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initialise } from '../../../src/database/setup/init.js';
import { parseJson } from '../../../src/model/json.js';
import { openConnection } from '../../../src/postgres/connection.js';
import type { TargetReport } from '../../../src/verifying/verdict.js';
import { type Cluster, createCluster } from '../../support/agents/agent-cluster.js';
import { repairStore, type StoreRequest, verifyStore } from '../../support/agents/verify.js';
import { waitFor } from '../../support/wait.js';

const TIMEOUT_MS = 10_000;
const SHORT_MS = 500;

let cluster: Cluster;
let database: Client;

beforeEach(async () => {
  cluster = await createCluster();
  database = await openConnection(cluster.settings, 'verify');
  await initialise(database);
  await cluster.sql.query(`
    INSERT INTO storage.config (key, value) VALUES ('a', '1.10'), ('b', '"x"'), ('c', '{}');
    INSERT INTO storage.postgres_instance (host, port, username) VALUES ('h', 5432, 'u')`);
});

afterEach(async () => {
  await database.end();
  await cluster.close();
});

function request(changes: Partial<StoreRequest> = {}): StoreRequest {
  return {
    database,
    store: cluster.store,
    keySpace: cluster.keySpace,
    target: 'default',
    timeoutMs: TIMEOUT_MS,
    ...changes,
  };
}

/** An agent that has published what is recorded. */
async function published(): Promise<void> {
  await cluster.activeAgent();
  await cluster.barrier();
}

async function write(key: string, json: string): Promise<void> {
  expect(await cluster.store.kvwrite(`${cluster.keySpace.prefix}${key}`, parseJson(json))).toBe(
    true,
  );
}

/** Deletes a key as another client: guarded by a key that no agent uses. */
async function remove(key: string): Promise<void> {
  const guard = {
    key: `${cluster.keySpace.prefix}/Elsewhere/guard`,
    expected: undefined,
    value: '',
  };
  const deletes = new Set([`${cluster.keySpace.prefix}${key}`]);
  const { kind } = await cluster.store.commit({ puts: new Map(), deletes, guard });
  expect(kind).toBe('committed');
}

function kinds({ differences }: TargetReport): readonly string[] {
  return differences.map(({ kind, key }) => `${kind} ${key.slice(cluster.keySpace.prefix.length)}`);
}

describe('verify', () => {
  test('converged: without a lock, and at once although another session writes', async () => {
    await published();
    await cluster.sql.query('BEGIN; LOCK TABLE storage.config IN ROW EXCLUSIVE MODE');
    const report = await verifyStore(request());
    await cluster.sql.query('ROLLBACK');
    expect(report.verdict).toBe('converged');
    expect(report.keys).toBe(4);
  });

  test('converged: what is not published yet is waited for', async () => {
    await published();
    for (let round = 0; round < 20; round += 1) {
      await cluster.sql.query(`UPDATE storage.config SET value = '${round}' WHERE key = 'a'`);
      expect((await verifyStore(request())).verdict).toBe('converged');
    }
  });

  test('diverged: every difference is named, and repaired through the agent', async () => {
    await published();
    await write('/Config/a', '{"id":1,"key":"a","value":1.1}');
    await write('/Config/stray', '{}');
    await write('/Index/1/2', '{}');
    await write('/Elsewhere/1', '{}');
    await remove('/PostgresInstance/h/5432');
    const steps: string[] = [];
    const onStep = (what: string) => steps.push(what);
    const { found, now } = await repairStore(request({ onStep }));
    expect(steps).toEqual([
      'comparing the tables with the store',
      'waiting for the agent',
      'waiting for the agent to repair',
    ]);
    expect(found.verdict).toBe('diverged');
    expect(kinds(found)).toEqual([
      'altered /Config/a',
      'stray /Config/stray',
      'stray /Index/1/2',
      'missing /PostgresInstance/h/5432',
    ]);
    expect(found.differences[0]).toMatchObject({
      expected: '{"id":1,"key":"a","value":1.10}',
      found: '{"id":1,"key":"a","value":1.1}',
    });
    expect(now.verdict).toBe('converged');
    expect(await cluster.published()).toEqual(await cluster.recorded());
  });

  test('lagging: no agent publishes what was committed', async () => {
    const agent = await cluster.activeAgent();
    await cluster.barrier();
    await agent.stop();
    await cluster.sql.query("UPDATE storage.config SET value = '2' WHERE key = 'a'");
    const report = await verifyStore(request({ timeoutMs: SHORT_MS }));
    expect(report.verdict).toBe('lagging');
    expect(report.differences).toEqual([]);
  });

  test('lagging: the slot was dropped by hand, which is no fault of the checkpoint', async () => {
    const agent = await cluster.activeAgent();
    await cluster.barrier();
    await agent.stop();
    await cluster.dropSlot();
    expect((await verifyStore(request())).verdict).toBe('converged');
    await cluster.sql.query("UPDATE storage.config SET value = '2' WHERE key = 'a'");
    const report = await verifyStore(request({ timeoutMs: SHORT_MS }));
    expect(report).toMatchObject({
      verdict: 'lagging',
      detail: `the slot ${cluster.slot} of the checkpoint is missing`,
      hint: 'start `lenkwerk agent`: it publishes everything again',
      differences: [],
    });
  });

  test('diverged: the slot was confirmed beyond what is published', async () => {
    const agent = await cluster.activeAgent();
    await cluster.barrier();
    await agent.stop();
    expect((await verifyStore(request())).verdict).toBe('converged');
    const advance = `SELECT pg_replication_slot_advance('${cluster.slot}', pg_current_wal_lsn())`;
    const advanced = async () => {
      await cluster.sql.query("UPDATE storage.config SET value = '2' WHERE key = 'a'");
      // The server releases the slot shortly after its reader has disconnected.
      return await cluster.sql.query(advance).then(
        () => true,
        () => false,
      );
    };
    await waitFor(advanced, { what: 'a slot that can be advanced' });
    const report = await verifyStore(request());
    expect(report.verdict).toBe('diverged');
    expect(kinds(report)).toEqual(['altered /Lenkwerk/default/Checkpoint']);
    expect(report.detail).toContain(cluster.slot);
  });

  test('inconclusive: no agent has published yet; with wait, until the first agent has', async () => {
    expect((await verifyStore(request({ timeoutMs: SHORT_MS }))).verdict).toBe('inconclusive');
    const waiting = verifyStore(request({ wait: true }));
    cluster.startAgent();
    expect((await waiting).verdict).toBe('converged');
  });

  test('inconclusive: a writer never lets go of the tables', async () => {
    await published();
    await cluster.sql.query("UPDATE storage.config SET value = '7' WHERE key = 'a'");
    await cluster.barrier();
    await write('/Config/a', '{}');
    await cluster.sql.query("BEGIN; UPDATE storage.config SET value = '8' WHERE key = 'b'");
    const report = await verifyStore(request({ timeoutMs: SHORT_MS }));
    await cluster.sql.query('ROLLBACK');
    expect(report.verdict).toBe('inconclusive');
    expect((await verifyStore(request())).verdict).toBe('diverged');
  });

  test('no false alarm while others commit and the agent is replaced', async () => {
    let agent = await cluster.activeAgent();
    const writer = await openConnection(cluster.settings, 'writer');
    let stopped = false;
    const writing = (async () => {
      for (let n = 0; !stopped; n += 1) {
        await writer.query(
          `INSERT INTO storage.config (key, value) VALUES ('n${n % 50}', '${n}')
             ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        );
      }
    })();
    const verdicts = new Map<string, number>();
    for (let round = 0; round < 30; round += 1) {
      if (round % 10 === 9) {
        await agent.stop();
        agent = cluster.startAgent();
      }
      const { verdict } = await verifyStore(request());
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }
    stopped = true;
    await writing;
    await writer.end();
    expect([...verdicts]).toEqual([['converged', 30]]);
  });
});
