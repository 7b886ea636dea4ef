/** When the faults are over: has everything arrived, and nothing else? */

import { formatLsn, type Lsn, parseLsn } from '../../../src/model/lsn.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { readPublished } from '../../../src/publishing/records/published.js';
import { readPublishableTables } from '../../../src/publishing/source/read-tables.js';
import { waitFor } from '../../support/wait.js';
import type { World } from './world.js';

/** P6: within this time the store has caught up, restarts of agents included. */
const CATCH_UP_MS = 30_000;
/** The command takes longer than the comparison here, which is the same. */
const VERIFY_EVERY = 4;
const CONFIRM_MS = 10_000;
/** Until agents have repaired what the stream did not show them. */
const REPAIR_MS = 30_000;
const SHORT_VERIFY_SECONDS = 5;
/** With the start of a process, on a busy machine. */
const LONGEST_VERIFY_MS = 25_000;
const MAX_KEPT_WAL_BYTES = 512 * 1024 * 1024;

/** Pauses the writers, waits until all is published, compares, and lets them go on. */
export async function quiet(world: World, catchUpMs = CATCH_UP_MS): Promise<void> {
  const { journal, writers } = world;
  await atRest(world, catchUpMs);
  if (journal.counted('quiets checked') % VERIFY_EVERY === 0) await verifySays(world, 0);
  const verifiedMs = performance.now();
  await slotIsConfirmed(world);
  journal.measure('until the slot is confirmed, s', (performance.now() - verifiedMs) / 1000);
  journal.count('quiets checked');
  journal.throwIfViolated();
  writers.resume();
}

/** Pauses the writers, waits until all is published, and compares. */
export async function atRest(world: World, catchUpMs = CATCH_UP_MS): Promise<void> {
  const { journal, writers } = world;
  const pausedMs = performance.now();
  await writers.pause();
  const startMs = performance.now();
  journal.measure('pause of the writers, s', (startMs - pausedMs) / 1000);
  await caughtUp(world, catchUpMs);
  journal.measure('lag back to zero after faults, s', (performance.now() - startMs) / 1000);
  await compareEverything(world);
  await settleObserver(world);
  journal.throwIfViolated();
}

async function caughtUp(world: World, timeoutMs: number): Promise<void> {
  const [{ n } = { n: '' }] = await world.sql<{ n: string }>('SELECT n::text FROM soak.counter');
  const key = `${world.keySpace.prefix}/Config/generation`;
  try {
    await waitFor(
      async () => {
        const stored = await world.store.read(key);
        if (stored?.value.includes(`"gen:${n}"`) !== true) return false;
        // Afterwards: parts may have been written in between.
        const checkpoint = await world.checkpoint();
        return checkpoint?.phase === 'stream' && checkpoint.part === undefined;
      },
      { what: `transaction ${n} in the store`, timeoutMs },
    );
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw world.journal.violate(`P6: ${what}; ${await placeOf(world, key)}`);
  }
}

/** How far the store has come, and when it was written last. */
async function placeOf(world: World, key: string): Promise<string> {
  const shown = await world.store.read(key).catch(() => undefined);
  const generation = /"gen:\d+"/.exec(shown?.value ?? '')?.[0];
  const agoMs = performance.now() - world.observer.lastWriteMs;
  return `the store has ${generation}, and was written ${Math.round(agoMs)} ms ago`;
}

async function compareEverything(world: World): Promise<void> {
  const timeoutMs = world.observer.isDistrusted ? REPAIR_MS : 0;
  let wrong: readonly string[] = [];
  const isEqual = async () => {
    wrong = await differences(world);
    return wrong.length === 0;
  };
  await waitFor(isEqual, { what: 'the tables in the store', timeoutMs }).catch((error) => {
    if (wrong.length === 0) throw error;
    const shown = wrong.slice(0, 5).join('\n');
    throw world.journal.violate(`P3: ${wrong.length} keys differ\n${shown}`);
  });
}

/** A line for each key that does not hold what the tables hold. */
async function differences(world: World): Promise<readonly string[]> {
  const client = await openConnection(connectionSettings({ url: world.url }, {}), 'soak');
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const { records } = await readPublishableTables(client, world.keySpace);
    const published = await readPublished(world.store, world.keySpace);
    const found = new Map(published.map(({ key, value }) => [key, value]));
    const wrong = [...new Set([...records.keys(), ...found.keys()])].filter(
      (key) => records.get(key) !== found.get(key),
    );
    world.journal.count('checked: records, byte for byte', records.size);
    return wrong.map((key) => {
      const [expected, stored] = [records.get(key), found.get(key)];
      return `${key}: ${String(expected).slice(0, 120)} <> ${String(stored).slice(0, 120)}`;
    });
  } finally {
    await client.end();
  }
}

/** Checks every revision since the last quiet. */
export async function settleObserver(world: World): Promise<void> {
  const stored = await world.store.read(world.keySpace.checkpointKey('default'));
  const revision = stored?.modRevision ?? 0n;
  await waitFor(() => world.observer.revision >= revision, { what: 'the observer' });
  await world.observer.settle(world.ours, async (ns) => {
    const rows = await world.sql<{ n: string; digest: string }>(
      'SELECT n::text, digest::text FROM soak.state WHERE n = ANY ($1)',
      [ns],
    );
    return new Map(rows.map(({ n, digest }) => [n, digest]));
  });
}

/** Else those of this repository are read. */
const NOTHING = 'test/support/states/nothing.yaml';

/** Runs `lenkwerk verify`, which has to end with this exit code. */
export async function verifySays(
  world: World,
  exitCode: number,
  ...flags: readonly string[]
): Promise<void> {
  const args = ['verify', NOTHING, '--wait', '--timeout', '30', '--kv', world.kv, ...flags];
  const startMs = performance.now();
  const result = await world.commands.run(...args);
  world.journal.measure('verify, s', (performance.now() - startMs) / 1000);
  world.journal.count(`verify said ${result.exitCode}`);
  if (result.exitCode === exitCode) return;
  const said = result.output.slice(0, 1000);
  throw world.journal.violate(`verify: exit ${result.exitCode}, not ${exitCode}: ${said}`);
}

/** Runs `lenkwerk verify`, which has to end in time, whatever its verdict is. */
export async function verifyEnds(world: World): Promise<void> {
  const startMs = performance.now();
  const args = [NOTHING, '--timeout', String(SHORT_VERIFY_SECONDS), '--kv', world.kv];
  const { exitCode, output } = await world.commands.run('verify', ...args);
  const tookMs = performance.now() - startMs;
  world.journal.count(`verify said ${exitCode}`);
  if (exitCode === null || tookMs > LONGEST_VERIFY_MS) {
    throw world.journal.violate(`verify took ${Math.round(tookMs)} ms: ${output.slice(0, 1000)}`);
  }
}

interface SlotRow extends Record<string, unknown> {
  readonly confirmed: string;
  readonly kept: string;
  readonly activation: string | null;
}

async function slotIsConfirmed(world: World): Promise<void> {
  let confirmed: Lsn | undefined;
  let lsn: Lsn | undefined;
  const check = async () => {
    const [row] = await world.sql<SlotRow>(
      `SELECT confirmed_flush_lsn::text AS confirmed,
              pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::text AS kept
         FROM pg_replication_slots WHERE slot_name = $1 AND active`,
      [world.slot],
    );
    if (row === undefined) return false;
    lsn = (await world.checkpoint())?.lsn;
    confirmed = parseLsn(row.confirmed);
    world.journal.measure('WAL kept by the slot, MB', Number(row.kept) / 2 ** 20);
    if (Number(row.kept) > MAX_KEPT_WAL_BYTES) world.journal.violate(`the slot keeps ${row.kept}`);
    return confirmed === lsn;
  };
  await waitFor(check, { what: 'the confirmation', timeoutMs: CONFIRM_MS }).catch(() => {
    const [a, b] = [confirmed, lsn].map((one) => (one === undefined ? 'none' : formatLsn(one)));
    throw world.journal.violate(`P6: the slot stands at ${a}, the checkpoint at ${b}`);
  });
}

/** P5: the slot is never ahead of the store. Polls until the signal aborts. */
export async function watchConfirmation(world: World, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await checkConfirmation(world);
    } catch {
      // A server is down.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function checkConfirmation(world: World): Promise<void> {
  const before = (await world.checkpoint())?.activation ?? '';
  const [row] = await world.sql<SlotRow>(
    `SELECT s.confirmed_flush_lsn::text AS confirmed, a.activation::text
       FROM pg_replication_slots AS s LEFT JOIN lenkwerk.agent_slot AS a ON a.slot = s.slot_name
      WHERE s.slot_name = $1`,
    [world.slot],
  );
  const checkpoint = await world.checkpoint();
  if (row === undefined || checkpoint === undefined || checkpoint.phase === 'snapshot') return;
  // A resync creates the slot before it writes the checkpoint.
  const known: readonly string[] = [checkpoint.activation, ...checkpoint.pending];
  if (row.activation === null || !known.includes(row.activation)) return;
  if (checkpoint.activation !== before || world.distrusted.has(before)) return;
  world.journal.count('checked: confirmed position');
  const confirmed = parseLsn(row.confirmed);
  if (confirmed <= checkpoint.lsn) return;
  const [ahead, store] = [formatLsn(confirmed), formatLsn(checkpoint.lsn)];
  world.journal.violate(`P5: the slot is confirmed to ${ahead}, the store is at ${store}`);
}
