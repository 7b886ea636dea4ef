/** Each test names a property of the replication library, or of the protocol, that loses data. */
import { Client, type ClientConfig, types } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Lsn, lsnFromBytes, parseLsn } from '../../../src/model/lsn.js';
import { closeConnection } from '../../../src/postgres/connect/attempt.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import type { ChangeEvent, ChangeSource } from '../../../src/replication/change-source.js';
import { replicationConfig } from '../../../src/replication/connections.js';
import { startSession } from '../../../src/replication/session.js';
import { createDatabase, type TestDatabase, uniqueName } from '../../support/servers/servers.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { waitFor } from '../../support/wait.js';

let database: TestDatabase;
let sql: Client;
let slot: string;
let events: ChangeEvent[];
let sources: ChangeSource[];

beforeEach(async () => {
  database = await createDatabase();
  sql = new Client({ connectionString: database.url });
  await sql.connect();
  slot = uniqueName('slot');
  events = [];
  sources = [];
  await sql.query(`CREATE TABLE public.t (id int PRIMARY KEY, v text, j json);
    ALTER TABLE public.t REPLICA IDENTITY FULL; CREATE PUBLICATION p FOR TABLE public.t`);
  await sql.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [slot]);
});
afterEach(async () => {
  for (const source of sources) await source.stop();
  await sql.end();
  await database.drop();
});

interface Start {
  readonly onEvent?: (event: ChangeEvent) => void;
  readonly statusIntervalMs?: number;
  readonly through?: TcpProxy;
}

async function start(options: Start = {}): Promise<ChangeSource> {
  const place = options.through === undefined ? {} : { port: options.through.port };
  const probe = await openConnection(connectionSettings({ url: database.url }, {}), 'test');
  const connection: ClientConfig = { ...(await replicationConfig(probe)), ...place };
  await closeConnection(probe);
  const source = await startSession({
    connection,
    slot,
    publication: 'p',
    isNeeded: () => true,
    statusIntervalMs: options.statusIntervalMs ?? 50,
    onEvent: (event) => {
      if (event.kind !== 'keepalive') events.push(event);
      options.onEvent?.(event);
    },
  });
  sources.push(source);
  return source;
}

async function confirmed(): Promise<Lsn> {
  const { rows } = await sql.query(
    'SELECT confirmed_flush_lsn::text AS lsn FROM pg_replication_slots WHERE slot_name = $1',
    [slot],
  );
  return parseLsn(rows[0].lsn);
}

const insert = (id: number, v = 'x', j = '1') =>
  sql.query('INSERT INTO public.t VALUES ($1, $2, $3)', [id, v, j]);

const kinds = () => events.map(({ kind }) => kind);
const commits = () => events.flatMap((event) => (event.kind === 'commit' ? [event] : []));
const inserted = () => events.flatMap((event) => (event.kind === 'insert' ? [event.row] : []));
const until = (count: number) =>
  waitFor(() => commits().length >= count, { what: `${count} commits` });

describe('confirming', () => {
  test('is left to the caller: what was only received is never confirmed', async () => {
    const before = await confirmed();
    // Any status of ours would put the library's off.
    await start({ statusIntervalMs: 60_000 });
    await insert(1);
    await until(1);
    const receivedMs = performance.now();
    // The library's own timer would confirm after ten seconds.
    await waitFor(() => performance.now() - receivedMs > 11_500, { what: 'the timer' });
    expect(await confirmed()).toBe(before);
  });

  test('is left out while nothing was given, also where the socket is paused', async () => {
    await insert(1);
    const before = await confirmed();
    const source = await start({ statusIntervalMs: 20 });
    source.pause();
    const { rows: first } = await sql.query(REPLY_TIME);
    const isNewer = async () => {
      const { rows } = await sql.query(REPLY_TIME);
      return rows[0].reply_time > first[0].reply_time;
    };
    await waitFor(isNewer, { what: 'a status' });
    await source.stop();
    expect(await confirmed()).toBe(before);
  });

  test('confirms at once exactly the position given, not the one after it', async () => {
    const source = await start({ statusIntervalMs: 60_000 });
    await insert(1);
    await until(1);
    const [commit] = commits();
    source.acknowledge(lsnFromBytes(commit?.endLsn ?? 0n));
    await waitFor(async () => (await confirmed()) === commit?.endLsn, { what: 'confirmation' });
  });

  test('loses no commit that begins exactly at the confirmed position', async () => {
    for (let round = 0; round < 5; round += 1) {
      events = [];
      const source = await start();
      await sql.query(`SELECT pg_logical_emit_message(true, 'm', '')`);
      await until(1);
      source.acknowledge(lsnFromBytes(commits()[0]?.endLsn ?? 0n));
      await source.stop();
      await insert(round);
      events = [];
      const next = await start();
      await until(1);
      expect(inserted().map((row) => row['id'])).toEqual([String(round)]);
      next.acknowledge(lsnFromBytes(commits()[0]?.endLsn ?? 0n));
      await next.stop();
    }
  });

  test('goes on while the socket is paused', async () => {
    const source = await start({ statusIntervalMs: 20 });
    await insert(1);
    await until(1);
    source.pause();
    const { rows: before } = await sql.query(REPLY_TIME);
    await waitFor(
      async () => {
        const { rows } = await sql.query(REPLY_TIME);
        return rows[0].reply_time > before[0].reply_time;
      },
      { what: 'a status' },
    );
    await insert(2);
    source.resume();
    await until(2);
  });
});

const REPLY_TIME = `SELECT reply_time FROM pg_stat_replication
  WHERE pid = (SELECT active_pid FROM pg_replication_slots WHERE database = current_database())`;

describe('a session', () => {
  test('ends with the first exception of its handler, and hands out nothing after it', async () => {
    let calls = 0;
    const source = await start({
      onEvent: ({ kind }) => {
        if (kind === 'insert') calls += 1;
        if (kind === 'insert') throw new Error('broken handler');
      },
    });
    await sql.query('INSERT INTO public.t SELECT generate_series(1, 1000)');
    await expect(source.ended).rejects.toMatchObject({ cause: { message: 'broken handler' } });
    expect(calls).toBe(1);
  });

  test('ends when the server closes it', async () => {
    const source = await start();
    await sql.query(
      'SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE slot_name = $1',
      [slot],
    );
    await expect(source.ended).rejects.toMatchObject({ code: 'database-unavailable' });
  });

  test('ends when the server is silent, and when its connection is cut', async () => {
    const proxy = await TcpProxy.before(database.url);
    try {
      const silent = await start({ through: proxy, statusIntervalMs: 20 });
      proxy.lose('everything');
      await expect(silent.ended).rejects.toMatchObject({ code: 'database-unavailable' });
      proxy.cut();
      await waitFor(async () => !(await isActive()), { what: 'a free slot' });
      const cut = await start({ through: proxy });
      proxy.cut();
      await expect(cut.ended).rejects.toMatchObject({ code: 'database-unavailable' });
    } finally {
      await proxy.close();
    }
  });

  test('fails to start while the slot is in use, when it is missing, or cannot go on', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'slot-in-use' });
    slot = uniqueName('missing');
    await expect(start()).rejects.toMatchObject({
      code: 'resync-required',
    });
  });

  test('passes over changes without the old row, and shows that the relation has such', async () => {
    await sql.query('ALTER TABLE public.t REPLICA IDENTITY DEFAULT');
    await start();
    await insert(1);
    await sql.query("UPDATE public.t SET v = 'y'; DELETE FROM public.t");
    await insert(2);
    await until(3);
    expect(events.find(({ kind }) => kind === 'relation')).toMatchObject({ fullIdentity: false });
    expect(kinds().filter((kind) => kind === 'update' || kind === 'delete')).toEqual([]);
    await sql.query('ALTER TABLE public.t REPLICA IDENTITY FULL');
    await sql.query('DELETE FROM public.t');
    await until(4);
    expect(events.findLast(({ kind }) => kind === 'relation')).toMatchObject({
      fullIdentity: true,
    });
    expect(kinds()).toContain('delete');
  });
});

async function isActive(): Promise<boolean> {
  const { rows } = await sql.query('SELECT active FROM pg_replication_slots WHERE slot_name = $1', [
    slot,
  ]);
  return rows[0].active;
}

describe('values', () => {
  test('arrive as text whatever the global parsers do', async () => {
    types.setTypeParser(114, () => 'parsed');
    try {
      await start();
      await insert(1, 'NaN', '12345678901234567890');
      await until(1);
      expect(inserted()).toEqual([{ id: '1', v: 'NaN', j: '12345678901234567890' }]);
    } finally {
      types.setTypeParser(114, (text: string) => JSON.parse(text));
    }
  });

  test('of unchanged TOAST columns are there', async () => {
    const long = Array.from({ length: 20_000 }, (_, n) => Math.sin(n).toString(36)).join('');
    await insert(1, long);
    await start();
    await sql.query('UPDATE public.t SET id = 2');
    await until(2);
    const update = events.find((event) => event.kind === 'update');
    expect(update).toMatchObject({ old: { id: '1', v: long }, row: { id: '2', v: long } });
  });

  test('of logical messages survive the messages after them', async () => {
    await start();
    for (let n = 0; n < 50; n += 1) {
      await sql.query(`SELECT pg_logical_emit_message(true, 'p', $1)`, [
        `nonce ${n} ${'x'.repeat(n)}`,
      ]);
    }
    await until(50);
    const contents = events.flatMap((e) => (e.kind === 'message' ? [e.content] : []));
    expect(contents).toEqual(Array.from({ length: 50 }, (_, n) => `nonce ${n} ${'x'.repeat(n)}`));
  });

  test('keep one order: begin, relation, changes, truncate, commit', async () => {
    await start();
    await sql.query(`BEGIN; INSERT INTO public.t VALUES (1); UPDATE public.t SET v = 'y';
      DELETE FROM public.t; TRUNCATE public.t; COMMIT`);
    await until(1);
    // The table is described before its first change, and whenever the server invalidated what it
    // had cached: for the new file of TRUNCATE, or at any time for VACUUM and ANALYZE.
    expect(kinds().slice(0, 2)).toEqual(['begin', 'relation']);
    expect(kinds().filter((kind) => kind !== 'relation')).toEqual([
      'begin',
      'insert',
      'update',
      'delete',
      'truncate',
      'commit',
    ]);
  });
});
