import type { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApplyRequest, apply } from '../../../src/database/apply.js';
import { verifyApplyLog } from '../../../src/database/log/chain.js';
import { findApply, getApplyLogEntry } from '../../../src/database/log/entries.js';
import { listApplyLog } from '../../../src/database/log/list.js';
import { initialise } from '../../../src/database/setup/init.js';
import { readRecorded } from '../../../src/database/state.js';
import { LenkwerkError } from '../../../src/model/errors.js';
import { formatLsn, lsnFromBytes } from '../../../src/model/lsn.js';
import { TABLES } from '../../../src/model/resources.js';
import {
  type Fixture,
  lenkwerkDatabase,
  queryRows,
} from '../../support/servers/database-fixture.js';
import { newConfig, planOf } from '../../support/states/changes.js';
import { waitFor } from '../../support/wait.js';

let fixture: Fixture;
let client: Client;
beforeEach(async () => {
  fixture = await lenkwerkDatabase();
  client = fixture.client;
});
afterEach(async () => fixture.close());

/** Wants config `key` to exist. */
function request(key: string, overrides: Partial<ApplyRequest> = {}): ApplyRequest {
  return {
    plan: ({ config }) =>
      planOf(config.some((entry) => entry.key === key) ? [] : [newConfig(key, '1.10')]),
    logged: (plan) => ({ plan: JSON.stringify(plan), desired: 'config: {}' }),
    origin: { author: 'anna', gitCommit: 'c0ffee', ci: '{"n": 1.10}' },
    reconnect: () => fixture.open(),
    ...overrides,
  };
}

/** Another session waits for a lock that this one holds. */
async function untilWaiting(holder: Client): Promise<void> {
  const WAITERS = `
    SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))`;
  await waitFor(async () => (await queryRows(holder, WAITERS)).length > 0, { what: 'a lock' });
}

async function configKeys(): Promise<unknown[]> {
  return (await queryRows(client, 'SELECT key FROM storage.config ORDER BY key')).flat();
}

describe('apply', () => {
  it('writes, logs, and returns a position at the end of its commit', async () => {
    const before = await queryRows(client, 'SELECT pg_current_wal_insert_lsn()');
    const result = await apply(client, request('k'));
    expect(result).toMatchObject({ committed: true, applyId: 1n });
    expect(await configKeys()).toEqual(['k']);
    const position = formatLsn(result.lsn ?? lsnFromBytes(0n));
    const ordered = await queryRows(
      client,
      'SELECT $1::pg_lsn < $2::pg_lsn AND $2::pg_lsn <= pg_current_wal_insert_lsn()',
      [before[0]?.[0], position],
    );
    expect(ordered).toEqual([[true]]);
    const entry = await getApplyLogEntry(client, 1n);
    expect(entry).toMatchObject({ ...request('k').origin, uuid: result.uuid });
    expect(entry).toMatchObject(request('k').logged(result.applied));
    expect(await findApply(client, result.uuid)).toEqual(entry);
  });

  it('changes nothing the second time', async () => {
    await apply(client, request('k'));
    const again = await apply(client, request('k'));
    expect(again).toMatchObject({ committed: false, lsn: undefined, applyId: undefined });
    expect(await listApplyLog(client, 10)).toHaveLength(1);
  });

  it('leaves nothing behind after a dry run', async () => {
    const result = await apply(client, request('k', { dryRun: true }));
    expect(result.applied.changes).toHaveLength(1);
    expect(result.committed).toBe(false);
    expect(await configKeys()).toEqual([]);
    expect(await listApplyLog(client, 10)).toEqual([]);
  });

  it('rolls back when the plan is not accepted, and keeps the session usable', async () => {
    const stale = new LenkwerkError('stale-plan', 'something moved');
    const accept = () => {
      throw stale;
    };
    await expect(apply(client, request('k', { accept }))).rejects.toBe(stale);
    expect(await configKeys()).toEqual([]);
    await expect(apply(client, request('k'))).resolves.toMatchObject({ committed: true });
  });

  it('rolls back when the tables read back are not what was planned', async () => {
    await client.query(`
      CREATE FUNCTION storage.meddle() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN NEW.key := 'other'; RETURN NEW; END$$;
      CREATE TRIGGER meddle BEFORE INSERT ON storage.config
        FOR EACH ROW EXECUTE FUNCTION storage.meddle()`);
    await expect(apply(client, request('k'))).rejects.toMatchObject({
      code: 'database-error',
      message: expect.stringContaining('config/k'),
    });
    expect(await configKeys()).toEqual([]);
  });

  it('lets the database refuse', async () => {
    const plan = () => planOf([newConfig('k', '{')]);
    await expect(apply(client, request('k', { plan }))).rejects.toMatchObject({
      code: 'invalid-input',
      problems: [{ address: 'config/k', message: expect.stringContaining('22P02') }],
    });
    await client.query('SET default_transaction_read_only = on');
    await expect(apply(client, request('k'))).resolves.toMatchObject({ committed: true });
  });

  it('names who holds the lock', async () => {
    const writer = await fixture.open('another client');
    await writer.query('BEGIN');
    await writer.query("INSERT INTO storage.config (key, value) VALUES ('mine', '1')");
    await expect(apply(client, request('k', { lockTimeoutMs: 50 }))).rejects.toMatchObject({
      code: 'lock-not-obtained',
      retryable: true,
      message: expect.stringMatching(/pid \d+, user \w+, application lenkwerk another client/),
    });
    await writer.query('COMMIT');
    await apply(client, request('k'));
    expect(await configKeys()).toEqual(['k', 'mine']);
  });

  it('names who holds the other lock of a deadlock', async () => {
    const writer = await fixture.open('another client');
    // The server ends the session that waits for so long first.
    await writer.query("SET deadlock_timeout = '1min'");
    await writer.query('BEGIN');
    await writer.query(`LOCK TABLE storage.${TABLES.at(-1)} IN EXCLUSIVE MODE`);
    const applied = apply(client, request('k'));
    const refused = expect(applied).rejects.toMatchObject({
      code: 'lock-not-obtained',
      retryable: true,
      message: expect.stringContaining('application lenkwerk another client'),
    });
    await untilWaiting(writer);
    await writer.query(`LOCK TABLE storage.${TABLES[0]} IN EXCLUSIVE MODE`);
    await refused;
    await writer.query('COMMIT');
    await apply(client, request('k'));
    expect(await configKeys()).toEqual(['k']);
  });

  it('plans what another apply left over', async () => {
    const other = await fixture.open();
    const results = await Promise.all([
      apply(client, request('same')),
      apply(other, request('same')),
    ]);
    expect(results.map(({ committed }) => committed).sort()).toEqual([false, true]);
    expect(await listApplyLog(client, 10)).toHaveLength(1);
  });

  it('reads the time of the database in UTC', async () => {
    let seen = '';
    const plan: ApplyRequest['plan'] = (_recorded, now) => {
      seen = now;
      return planOf([]);
    };
    await apply(client, request('k', { plan }));
    expect(seen).toMatch(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?$/);
    expect(Math.abs(Date.parse(`${seen.replace(' ', 'T')}Z`) - Date.now())).toBeLessThan(60_000);
  });
});

describe('the log of applies', () => {
  it('can only grow', async () => {
    await apply(client, request('k'));
    for (const statement of [
      "UPDATE lenkwerk.apply_log SET author = 'nobody'",
      'DELETE FROM lenkwerk.apply_log',
      'TRUNCATE lenkwerk.apply_log',
    ]) {
      await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('shows an altered and a missing entry', async () => {
    for (const key of ['a', 'b', 'c']) await apply(client, request(key));
    await apply(client, request('dry', { dryRun: true }));
    await apply(client, request('d'));
    expect(await verifyApplyLog(client)).toBeUndefined();
    const tamper = async (statement: string) => {
      await client.query('ALTER TABLE lenkwerk.apply_log DISABLE TRIGGER append_only');
      await client.query(statement);
    };
    await tamper("UPDATE lenkwerk.apply_log SET author = 'nobody' WHERE id = 3");
    expect(await verifyApplyLog(client)).toEqual({ id: 3n, problem: 'altered' });
    await tamper('DELETE FROM lenkwerk.apply_log WHERE id = 2');
    expect(await verifyApplyLog(client)).toEqual({ id: 3n, problem: 'predecessor-missing' });
  });

  it('packs its bulk with lz4 where the server has it, whatever it was packed with before', async () => {
    await client.query('ALTER TABLE lenkwerk.apply_log ALTER COLUMN plan SET COMPRESSION pglz');
    const bulk = { plan: JSON.stringify('earlier'.repeat(10_000)), desired: null };
    await apply(client, request('a', { logged: () => bulk }));
    await initialise(client);
    await apply(client, request('b', { logged: () => bulk }));
    const methods = await queryRows(
      client,
      'SELECT pg_column_compression(plan) FROM lenkwerk.apply_log ORDER BY id',
    );
    const lz4 = await queryRows(
      client,
      "SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression'",
    );
    expect(methods).toEqual([['pglz'], [lz4[0]?.[0] === true ? 'lz4' : 'pglz']]);
    expect(await verifyApplyLog(client)).toBeUndefined();
  });

  it('lists the newest first', async () => {
    for (const key of ['a', 'b', 'c']) await apply(client, request(key));
    const list = await listApplyLog(client, 2);
    expect(list.map(({ id }) => id)).toEqual([3n, 2n]);
    expect(list[0]).toMatchObject({ author: 'anna', databaseUser: fixture.settings.username });
    expect((await readRecorded(client)).config).toHaveLength(3);
  });
});
