/** What is not a matter of right or wrong but of how much: memory, kept WAL, blocked writers. */
import { waitFor } from '../../support/wait.js';
import { pauseFor } from '../writing/writers.js';
import { quiet } from './quiet.js';
import type { World } from './world.js';

const ROWS = 1_000_000;
const MAX_RSS_BYTES = 256 * 2 ** 20;
const BUSY_BYTES = 256 * 2 ** 20;
const MAX_IDLE_KEPT_BYTES = 64 * 2 ** 20;
const STORE_DOWN_MS = 20_000;
/** For what was committed in that time, tens of thousands of rows among it. */
const BACKLOG_MS = 120_000;

export async function measurements(world: World): Promise<void> {
  await idleBesideBusy(world);
  await storeDown(world);
  await millionRows(world);
}

/** The highest memory of any agent while `work` runs, in bytes. */
async function peakMemory(world: World, work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, ...world.agents.map(({ rssBytes }) => rssBytes));
  }, 50);
  await work().finally(() => clearInterval(timer));
  return peak;
}

async function storeDown(world: World): Promise<void> {
  const { journal, node } = world;
  const before = journal.counted('transactions committed');
  const peak = await peakMemory(world, async () => {
    await node.crash();
    await pauseFor(STORE_DOWN_MS);
    await node.start();
  });
  const commits = journal.counted('transactions committed') - before;
  journal.measure('store down for 20 s: RSS, MB', peak / 2 ** 20);
  journal.measure('store down for 20 s: commits a second meanwhile', commits / 20);
  if (peak > MAX_RSS_BYTES)
    journal.violate(`memory grew to ${peak} bytes while the store was down`);
  if (commits === 0) journal.violate('commits waited for the store');
  await quiet(world, BACKLOG_MS);
}

async function idleBesideBusy(world: World): Promise<void> {
  const { journal } = world;
  await world.writers.pause();
  let highest = 0;
  for (let written = 0; written < BUSY_BYTES; written += 4 * 2 ** 20) {
    await world.sql(
      `INSERT INTO soak.busy (filler) SELECT repeat('x', 1000) FROM generate_series(1, 4096)`,
    );
    await world.sql('CHECKPOINT');
    const [row] = await world.sql<{ kept: string }>(
      `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::text AS kept
         FROM pg_replication_slots WHERE slot_name = $1`,
      [world.slot],
    );
    highest = Math.max(highest, Number(row?.kept ?? 0));
    await pauseFor(100);
  }
  journal.measure('idle beside a busy table: WAL not confirmed, MB', highest / 2 ** 20);
  if (highest > MAX_IDLE_KEPT_BYTES) journal.violate(`an idle slot kept ${highest} bytes`);
  await quiet(world);
}

async function millionRows(world: World): Promise<void> {
  const { journal, writers } = world;
  await writers.pause();
  const startMs = performance.now();
  let key = '';
  const peak = await peakMemory(world, async () => {
    await world.sql(
      `INSERT INTO storage.config (key, value)
         SELECT 'million-' || i, to_json(repeat('x', 100)) FROM generate_series(1, ${ROWS}) AS s (i);
       SELECT soak.finish(false)`,
    );
    const [{ n } = { n: '' }] = await world.sql<{ n: string }>('SELECT n::text FROM soak.counter');
    key = `${world.keySpace.prefix}/Config/generation`;
    const arrived = async () => (await world.store.read(key))?.value.includes(`"gen:${n}"`);
    await waitFor(arrived, { what: 'a million rows', timeoutMs: 300_000 });
  });
  const seconds = (performance.now() - startMs) / 1000;
  journal.measure('one transaction of 1,000,000 rows: RSS, MB', peak / 2 ** 20);
  journal.measure('one transaction of 1,000,000 rows: s', seconds);
  if (peak > MAX_RSS_BYTES) journal.violate(`a million rows took ${peak} bytes`);
}
