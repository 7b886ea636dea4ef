/** A copy of a database that goes its own way, beside the original that is being published. */
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../../src/dev/postgres.js';
import { Cluster } from '../../../support/agents/agent-cluster.js';
import { expectConverged, recordSome } from '../../../support/agents/config-changes.js';
import { createClusterOnOwnServer } from '../../../support/agents/own-server.js';
import { tamper } from '../../../support/agents/tamper.js';
import { Volume } from '../../../support/agents/volume.js';
import { lenkwerk } from '../../../support/cli/command-line.js';
import { connectTo } from '../../../support/servers/etcd-store.js';
import { etcdEndpoint } from '../../../support/servers/servers.js';
import { waitFor } from '../../../support/wait.js';

const CHECKPOINT = '/Lenkwerk/default/Checkpoint';
const PRINTS = '/Lenkwerk/default/Tables';

let original: Cluster;
let volume: Volume;
let postgres: PostgresServer;
let copy: Cluster;

beforeEach(async () => {
  const own = await createClusterOnOwnServer();
  original = own.cluster;
  original.sql.on('error', () => {});
  volume = await Volume.of(own.postgres, original.database.url);
  await original.initialise();
  await recordSome(original);
  postgres = await startPostgres({ env: process.env, fsync: false, major: own.postgres.major });
}, 60_000);

afterEach(async () => {
  await copy.close();
  await original.close();
});

/** The server of the copy continues with the image, its slots included. */
async function startCopy(): Promise<void> {
  const url = postgres.url('postgres');
  await (await Volume.of(postgres, url)).becomeCopyOf(volume);
  const sql = new Client({ connectionString: url });
  await sql.connect();
  const database = { name: 'postgres', url, drop: () => postgres.stop() };
  const store = await connectTo([etcdEndpoint()]);
  copy = new Cluster({ database, sql, store, slot: original.slot });
}

/** Records and checkpoint as they are now, below the prefix of the copy. */
async function copyStore(): Promise<void> {
  const records = Object.fromEntries(await original.published());
  const read = (key: string) => original.store.read(`${original.keySpace.prefix}${key}`);
  const bookkeeping = {
    [CHECKPOINT]: (await read(CHECKPOINT))?.value,
    [PRINTS]: (await read(PRINTS))?.value,
  };
  await tamper(copy, { ...records, ...bookkeeping });
}

async function uuidOf({ sql }: Cluster): Promise<unknown> {
  const { rows } = await sql.query('SELECT uuid::text FROM lenkwerk.cluster');
  return rows[0]?.uuid;
}

test('a copy with a new identity publishes everything into its own store', async () => {
  const first = await original.activeAgent();
  await volume.takeImage();
  await waitFor(() => first.counters.state === 'streaming', {
    what: 'the stream of the original',
    timeoutMs: 30_000,
  });
  await startCopy();
  await copyStore();
  await copy.sql.query(`INSERT INTO storage.config (key, value) VALUES ('copy', '1')`);
  const uuid = await uuidOf(copy);
  const { exitCode, stdout } = await lenkwerk([
    'init',
    '--new-identity',
    '--db',
    copy.database.url,
  ]);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('+ an identity of its own')]);
  expect(await uuidOf(copy)).not.toBe(uuid);
  // What lies there is the original's: whether its store is meant, or a copy, a person knows.
  await expect(copy.startAgent().done).rejects.toMatchObject({ code: 'mass-delete' });
  const second = await copy.activeAgent({ allowMassDelete: true });
  await expectConverged(copy);
  expect(second.counters).toMatchObject({ resyncs: 1, resyncKind: 'no-activation' });
  const sql = new Client({ connectionString: original.database.url });
  await sql.connect();
  await sql.query(`INSERT INTO storage.config (key, value) VALUES ('original', '1')`);
  await sql.end();
  const published = async () => (await original.published()).has('/Config/original');
  await waitFor(published, { what: 'a change of the original' });
  expect((await original.published()).has('/Config/copy')).toBe(false);
  expect((await copy.published()).has('/Config/original')).toBe(false);
  expect(first.counters).toMatchObject({ resyncs: 1, fenced: 0 });
}, 60_000);

test('a copy without one is taken for the original, moved elsewhere', async () => {
  const first = await original.activeAgent();
  await first.stop();
  await volume.takeImage();
  await startCopy();
  await copyStore();
  const kv = `etcd://${new URL(etcdEndpoint()).host}?prefix=${copy.keySpace.prefix}`;
  const doctor = await lenkwerk(['doctor', '--db', copy.database.url, '--kv', kv]);
  expect(doctor.stdout).toMatch(/warn {2}target\.default\.address: .*\n.*init --new-identity/);
  const second = await copy.activeAgent();
  expect(second.counters.resyncs).toBe(0);
}, 60_000);

test('the original keeps its identity while an agent publishes it', async () => {
  await volume.takeImage();
  await startCopy();
  await original.activeAgent();
  const before = await original.checkpoint();
  const refused = await lenkwerk(['init', '--new-identity', '--db', original.database.url]);
  expect(refused).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining(`publishes this database, over the slot ${original.slot}`),
  });
  expect((await original.checkpoint())?.cluster).toBe(before?.cluster);
}, 60_000);
