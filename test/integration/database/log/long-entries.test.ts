/** Who may apply may add entries as long as the log admits: reading them takes no more memory. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyApplyLog } from '../../../../src/database/log/chain.js';
import { getApplyLogEntry, lastEntry } from '../../../../src/database/log/entries.js';
import { runMeasured } from '../../../support/cli/peak-memory.js';
import { type Fixture, lenkwerkDatabase } from '../../../support/servers/database-fixture.js';

const CLI = fileURLToPath(new URL('../../../../dist/cli.js', import.meta.url));
const LONG = 40 * 1024 * 1024;
/** The texts of the first entry alone would take more. */
const MAX_PEAK_MIB = 250;

let fixture: Fixture;
beforeEach(async () => {
  fixture = await lenkwerkDatabase();
});
afterEach(async () => fixture.close());

/** Adds an entry; plan and desired state are SQL. */
async function append(plan: string, desired: string, isDifference = false): Promise<string> {
  const last = await lastEntry(fixture.client);
  const { rows } = await fixture.client.query<{ digest: string }>(
    `SELECT applied_digest AS digest FROM lenkwerk.append_apply(
       gen_random_uuid(), 'a', NULL, NULL, (${plan})::json, ${desired}, ${isDifference}, $1)`,
    [last?.digest ?? null],
  );
  return rows[0]?.digest ?? '';
}

test('long entries are checked in parts', { timeout: 120_000 }, async () => {
  await append(`'"' || repeat('a', ${LONG - 2}) || '"'`, `repeat('b', ${LONG})`);
  // Characters of several bytes, and no text.
  await append(`'"' || repeat('ä😀', 2000000) || '"'`, 'NULL');
  const digest = await append(`'{}'`, `repeat('€', 9000000)`);
  await append(`'{}'`, `''`);
  const env = { LENKWERK_DATABASE: fixture.database.url };
  const run = await runMeasured([CLI, 'history', '--expect', `3:${digest}`], { env });
  expect(run.stdout).toContain('The log holds apply 3 as expected');
  expect(run.peakMib).toBeLessThan(MAX_PEAK_MIB);
  await fixture.client.query('ALTER TABLE lenkwerk.apply_log DISABLE TRIGGER append_only');
  await fixture.client.query(
    `UPDATE lenkwerk.apply_log SET desired = left(desired, -1) || 'c' WHERE id = 3`,
  );
  expect(await verifyApplyLog(fixture.client)).toEqual({ id: 3n, problem: 'altered' });
});

test('a long difference is refused, and counts as none where it is', async () => {
  await append(`'{}'`, `'first'`);
  const long = `'[' || repeat('[0,0],', 800000) || '[0,1]]'`;
  await expect(append(`'{}'`, long, true)).rejects.toMatchObject({ code: '54000' });
  await append(`'{}'`, `'[[0,1]]'`, true);
  expect((await lastEntry(fixture.client))?.desired()).toBe('first');
  await fixture.client.query('ALTER TABLE lenkwerk.apply_log DISABLE TRIGGER append_only');
  await fixture.client.query(`UPDATE lenkwerk.apply_log SET desired = ${long} WHERE id = 2`);
  expect((await getApplyLogEntry(fixture.client, 2n))?.desired).toBeNull();
});
