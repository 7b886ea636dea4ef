/**
 * Verify against a moving cluster: it must never say that a sound store has diverged, must be able
 * to say something nearly always, and must find, name and have repaired whatever is injected.
 */
import type { Client } from 'pg';
import { kvconnect } from '../../src/kvstore/connect.js';
import type { KeyValueStore } from '../../src/kvstore/store.js';
import { formatLsn } from '../../src/model/lsn.js';
import { openConnection } from '../../src/postgres/connection.js';
import { connectionSettings } from '../../src/postgres/connection-settings.js';
import { decodeCheckpoint } from '../../src/publishing/records/checkpoint.js';
import type { PublishedReport } from '../../src/verifying/verdict.js';
import { repairStore, type StoreRequest, verifyStore } from '../support/agents/verify.js';
import { waitFor } from '../support/wait.js';
import { flipBit, inject, KINDS, meddle, type StillRecord } from './injections.js';
import type { Journal } from './journal.js';
import type { Random } from './random.js';
import type { StoreKind } from './stores/store-kind.js';
import { createWorld } from './world/create-world.js';
import type { World } from './world/world.js';
import { SteadyWriters } from './writing/steady-writers.js';
import { pauseFor } from './writing/writers.js';

const VERIFIERS = 3;
const STILL_KEYS = 120;
const TIMEOUT_MS = 30_000;
const MAX_TOGETHER = 3;
/** Of the differences, so many are in the checkpoint. */
const CHECKPOINT_SHARE = 0.06;
const MAX_INCONCLUSIVE = 0.01;

interface VerifySoak {
  readonly kind: StoreKind;
  /** Without and with faults, half of them each. */
  readonly verifies: number;
  readonly differences: number;
  readonly commitsPerSecond: number;
  /** Between one fault and the next. */
  readonly faultIntervalMs: number;
  readonly journal: Journal;
  readonly random: Random;
}

/** Throws a Violation when verify was wrong. */
export async function runVerifySoak(soak: VerifySoak): Promise<void> {
  const { journal, random } = soak;
  const world = await createWorld({ kind: soak.kind, nodes: 'one', journal, random });
  await world.stopObserving();
  const store = await kvconnect({ url: world.kv });
  let writers: SteadyWriters | undefined;
  try {
    const still = await writeStill(world, store);
    writers = new SteadyWriters(world.url, soak.commitsPerSecond, { journal, random });
    const stage = { soak, world, store, writers, still };
    await verifies(stage, 'nothing fails');
    await withFaults(stage, () => verifies(stage, 'agents fail'));
    await world.waitForActive();
    await differences(stage);
    journal.count('commits per second', Math.round(writers.commitsPerSecond));
    journal.throwIfViolated();
  } finally {
    await writers?.stop();
    await store.close();
    await world.remove();
  }
}

interface Stage {
  readonly soak: VerifySoak;
  readonly world: World;
  readonly store: KeyValueStore;
  readonly writers: SteadyWriters;
  readonly still: readonly StillRecord[];
}

/** Keys in two versions, of which the first one can be put back. */
async function writeStill({ url, keySpace }: World, store: KeyValueStore) {
  const save = `INSERT INTO storage.config (key, value)
    SELECT 'still-' || n, to_json($1 || n) FROM generate_series(1, ${STILL_KEYS}) AS s (n)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
  const client = await openConnection(connectionSettings({ url }, {}), 'soak');
  const prefix = `${keySpace.prefix}/Config/still-`;
  const published = async (version: string) => {
    await client.query(save, [version]);
    return waitFor(
      async () => {
        const { records } = await store.readRange([prefix]);
        const all = records.filter(({ value }) => value.includes(version));
        return all.length === STILL_KEYS && all;
      },
      { what: 'the still records' },
    );
  };
  const former = await published('former value ');
  const now = await published('value of now ');
  await client.end();
  return now.map(({ key, value }, n) => ({ key, value, former: former[n]?.value ?? '' }));
}

function request({ world, store }: Stage, database: Client): StoreRequest {
  return {
    database,
    store,
    keySpace: world.keySpace,
    target: 'default',
    timeoutMs: TIMEOUT_MS,
  };
}

async function verifies(stage: Stage, when: string): Promise<void> {
  const { journal, verifies: total } = stage.soak;
  let left = Math.ceil(total / 2);
  const verifier = async () => {
    const database = await openConnection(connectionSettings({ url: stage.world.url }, {}), 'soak');
    while (left > 0) {
      left -= 1;
      const startMs = performance.now();
      const published = await verifyStore(request(stage, database));
      journal.measure(`verify, ${when}, ms`, performance.now() - startMs);
      journal.count(`verify, ${when}: ${published.verdict}`);
      if (published.verdict === 'diverged') falseAlarm(journal, published);
      else if (published.verdict !== 'converged') journal.note(published.detail);
    }
    await database.end();
  };
  await Promise.all(Array.from({ length: VERIFIERS }, verifier));
  const unsure = journal.counted(`verify, ${when}: inconclusive`);
  if (when === 'nothing fails' && unsure > total * 0.5 * MAX_INCONCLUSIVE) {
    journal.violate(`${unsure} times nothing could be said, although nothing failed`);
  }
}

function falseAlarm(journal: Journal, { detail, differences }: PublishedReport): void {
  journal.count('false alarms');
  journal.violate(`false alarm: ${detail}, ${JSON.stringify(differences.slice(0, 3))}`);
}

async function withFaults({ world, soak }: Stage, work: () => Promise<void>): Promise<void> {
  let over = false;
  const faults = async () => {
    while (!over) {
      await pauseFor(soak.faultIntervalMs * (0.5 + soak.random.next()));
      const active = await world.active();
      const agent = active ?? soak.random.pick(world.agents);
      const signal = soak.random.pick(['SIGKILL', 'SIGKILL', 'SIGTERM'] as const);
      agent.signal(signal);
      soak.journal.count(`fault: ${signal} of the ${active === undefined ? 'other' : 'active'}`);
    }
  };
  const failing = faults();
  try {
    await work();
  } finally {
    over = true;
    await failing;
  }
}

async function differences(stage: Stage): Promise<void> {
  const { differences: total, random, journal } = stage.soak;
  const database = await openConnection(connectionSettings({ url: stage.world.url }, {}), 'soak');
  const inCheckpoint = Math.ceil(total * CHECKPOINT_SHARE);
  for (let done = 0; done < total - inCheckpoint; ) {
    const together = Math.min(random.between(1, MAX_TOGETHER), total - inCheckpoint - done);
    await injectRecords(stage, database, together);
    done += together;
  }
  for (let n = 0; n < inCheckpoint; n += 1) {
    await stage.writers.whilePaused(() => injectCheckpoint(stage, database, n));
  }
  journal.count('differences', total);
  await database.end();
}

async function injectRecords(stage: Stage, database: Client, together: number): Promise<void> {
  const { random, journal } = stage.soak;
  const { keySpace } = stage.world;
  const records = random.shuffled(stage.still);
  const injections = Array.from({ length: together }, () =>
    inject(random.pick(KINDS), records, { random, keySpace }),
  );
  const changes = new Map(injections.flatMap((injection) => [...injection.changes]));
  await meddle(stage.store, changes, guardKey(stage));
  const { found, now } = await repairStore(request(stage, database));
  const expected = injections.flatMap((injection) => injection.expected).sort();
  const named = namesOf(found);
  for (const { name } of injections) journal.count(`injected: ${name}`);
  if (JSON.stringify(named) !== JSON.stringify(expected)) {
    journal.violate(`injected ${expected.join(', ')}; found ${found.verdict} ${named.join(', ')}`);
  } else journal.count('found and named', together);
  if (now.verdict === 'converged') journal.count('healed', together);
  else journal.violate(`not healed: ${now.verdict}: ${now.detail}`);
}

function namesOf({ differences }: PublishedReport): readonly string[] {
  return differences.map(({ kind, key }) => `${kind} ${key}`).sort();
}

function guardKey({ world, soak }: Stage): string {
  return `${world.keySpace.prefix}/Elsewhere/${soak.random.between(0, 2 ** 40)}`;
}

const PUBLISHED_CHANGE = `INSERT INTO storage.config (key, value) VALUES ('verify', to_json($1::text))
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;

/** A bit of the checkpoint, or an old one put back, while the agent has nothing to write. */
async function injectCheckpoint(stage: Stage, database: Client, n: number): Promise<void> {
  const { journal, random } = stage.soak;
  const { world, store } = stage;
  const key = world.keySpace.checkpointKey('default');
  // Failures count until something was published: else each would wait for longer than the last.
  await world.sql(PUBLISHED_CHANGE, [String(n)]);
  const atRest = async () => (await verifyStore(request(stage, database))).verdict === 'converged';
  await waitFor(atRest, { what: 'an agent at rest', timeoutMs: TIMEOUT_MS });
  // Both are of the session that reads the slot: an older one's proves nothing about the slot.
  await untilConfirmed(stage, `soak-${n}-old`);
  const old = (await store.read(key))?.value ?? '';
  await untilConfirmed(stage, `soak-${n}`);
  const now = (await store.read(key))?.value ?? '';
  const name = n % 2 === 0 ? 'a bit of the checkpoint' : 'an old checkpoint';
  const text = n % 2 === 0 ? flipBit(now, random) : old;
  await meddle(store, new Map([[key, text]]), guardKey(stage));
  const { found, now: after } = await repairStore(request(stage, database));
  journal.count(`injected: ${name}`);
  if (namesOf(found).join() === `altered ${key}`) journal.count('found and named');
  else journal.violate(`${name}: ${found.verdict}, ${namesOf(found).join()}, ${text}`);
  if (after.verdict === 'converged') journal.count('healed');
  else journal.violate(`not healed: ${name}: ${after.verdict}: ${after.detail}`);
}

async function untilConfirmed(stage: Stage, nonce: string): Promise<void> {
  await stage.world.sql('SELECT lenkwerk.barrier($1)', [nonce]);
  await waitFor(() => isConfirmed(stage, nonce), { what: 'a confirmed checkpoint' });
}

/** The slot was confirmed up to the barrier, so any checkpoint before it is an old one. */
async function isConfirmed({ world, store }: Stage, nonce: string): Promise<boolean> {
  const stored = await store.read(world.keySpace.checkpointKey('default'));
  const checkpoint = stored && decodeCheckpoint(stored.value);
  if (checkpoint?.barrier !== nonce) return false;
  const [row] = await world.sql<{ confirmed: boolean }>(
    'SELECT confirmed_flush_lsn >= $2 AS confirmed FROM pg_replication_slots WHERE slot_name = $1',
    [world.slot, formatLsn(checkpoint.lsn)],
  );
  return row?.confirmed === true;
}
