import { expect, test } from 'vitest';
import { startPostgres } from '../../../src/dev/postgres.js';
import { lsnFromBytes } from '../../../src/model/lsn.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src/publishing/records/checkpoint.js';
import { type Installation, install } from '../../support/agents/operations-fixture.js';
import { lenkwerk } from '../../support/cli/command-line.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import { createDatabase, etcdEndpoint } from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

interface Found {
  readonly check: string;
  readonly level: string;
  readonly message: string;
  readonly fix: string | null;
}

async function findings({ run }: Pick<Installation, 'run'>) {
  const { exitCode, stdout } = await run(['doctor', '--json']);
  const report: { healthy: boolean; findings: readonly Found[] } = JSON.parse(stdout);
  expect(report.healthy).toBe(exitCode === 0);
  const bad = report.findings.filter(({ level }) => level !== 'ok');
  expect(bad.filter(({ fix }) => fix === null)).toEqual([]);
  const short = bad.map(({ check, level }) => `${level} ${check}`);
  return { exitCode, all: report.findings, bad, short };
}

/** The shared test server has no limit on what slots keep, and the database no roles. */
const ADVICE = ['warn server.max_slot_wal_keep_size', 'warn setup.messages'] as const;

test('everything is there: nothing fails', async () => {
  const installation = await install();
  await installation.startAgent();
  const found = await waitFor(
    async () => {
      const seen = await findings(installation);
      return seen.short.length === ADVICE.length ? seen : undefined;
    },
    { what: 'a healthy report' },
  );
  expect([found.exitCode, found.short]).toEqual([0, ADVICE]);
  expect(found.all.map(({ check }) => check)).toEqual([
    'server.version',
    'server.primary',
    'server.wal_level',
    'server.max_slot_wal_keep_size',
    'server.synchronous_commit',
    'server.clock',
    'role.plan',
    'role.apply',
    'role.agent',
    'role.verify',
    'setup.files',
    'setup.tables',
    'setup.replica_identity',
    'setup.publication',
    'setup.apply_log',
    'setup.messages',
    'config.values',
    'server.max_replication_slots',
    'server.max_wal_senders',
    `target.${installation.target}.store`,
    `target.${installation.target}.store.guarantees`,
    `target.${installation.target}.checkpoint`,
    `target.${installation.target}.slot`,
    `target.${installation.target}.address`,
  ]);
  const store = found.all.find(({ check }) => check.endsWith('.store'));
  expect(store?.message).toMatch(
    /\(version \d+\.\d+\.\d+\) answers; a transaction may hold \d+ keys/,
  );
  const text = await installation.run(['doctor']);
  expect(text.stdout).toMatch(/^ok {4}server\.version: PostgreSQL /);
  expect(text.stdout).toContain('0 failed, 2 warnings, 22 ok\n');
});

const INDEX_FIELD = 'storage.index_field, storage.index, storage.dimension';
const REST = `storage.servermap, storage.postgres_instance, ${INDEX_FIELD}`;

test.each<readonly [string, string]>([
  ['setup.replica_identity', 'ALTER TABLE storage.config REPLICA IDENTITY DEFAULT'],
  ['setup.publication', 'ALTER PUBLICATION bagger_lw_storage DROP TABLE storage.config'],
  ['setup.publication', "ALTER PUBLICATION bagger_lw_storage SET (publish = 'insert, update')"],
  [
    'setup.publication',
    `ALTER PUBLICATION bagger_lw_storage SET TABLE storage.config WHERE (id > 1), ${REST}`,
  ],
  [
    'setup.publication',
    `ALTER PUBLICATION bagger_lw_storage SET TABLE storage.config (id, key), ${REST}`,
  ],
  ['setup.publication', 'DROP PUBLICATION bagger_lw_storage'],
  ['setup.files', "DELETE FROM lenkwerk.schema_migration WHERE file LIKE '003%'"],
  ['setup.tables', 'ALTER TABLE storage.config ALTER key TYPE varchar'],
  ['config.values', "SELECT storage.save_config('production', '7')"],
  ['config.values', `SELECT storage.save_config('indexes_hrs_in_future', '"soon"')`],
  ['target.config kvstores.settings', "SELECT storage.save_config('kvstores', '[]')"],
])('fails for %s: %s', async (check, statement) => {
  const installation = await install();
  await installation.sql.query(statement);
  const { exitCode, short } = await findings(installation);
  expect(exitCode).toBe(1);
  expect(short.filter((line) => line.startsWith('fail'))).toEqual([`fail ${check}`]);
});

test('a target with a wrong driver, a dead store, a foreign slot', async () => {
  const installation = await install();
  const { sql, target, slot } = installation;
  const save = (store: unknown) =>
    sql.query("SELECT storage.save_config('kvstores', $1)", [JSON.stringify({ [target]: store })]);
  await save({ type: 'nothing', config: {} });
  expect((await findings(installation)).short).toContain(`fail target.${target}.settings`);
  await save({ type: 'etcd', config: { host: '127.0.0.1', port: 1 } });
  await sql.query("SELECT pg_create_logical_replication_slot($1, 'test_decoding')", [slot]);
  const { short } = await findings(installation);
  expect(short).toEqual([...ADVICE, `fail target.${target}.store`, `fail target.${target}.slot`]);
});

test('slots that retain WAL without a reader', async () => {
  const installation = await install();
  const { sql, slot, target } = installation;
  const agent = await installation.startAgent();
  await agent.stop();
  await sql.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [`${slot}_old`]);
  const { exitCode, short, bad } = await findings(installation);
  expect(exitCode).toBe(0);
  expect(short).toEqual([...ADVICE, `warn target.${target}.slot`, 'warn slots.stranded']);
  const fix = bad.at(-1)?.fix ?? '';
  await sql.query(fix);
  expect((await findings(installation)).short).not.toContain('warn slots.stranded');
});

/** A position that no server comes to. */
const FAR = lsnFromBytes(2n ** 60n);

test('a checkpoint of another server, an old one, one of the future, and a damaged one', async () => {
  const installation = await install();
  const { target, prefix } = installation;
  const agent = await installation.startAgent();
  await agent.stop();
  const store = await connectTo([etcdEndpoint()], { prefix });
  const key = `${prefix}/Lenkwerk/${target}/Checkpoint`;
  const stored = await store.read(key);
  const checkpoint = decodeCheckpoint(stored?.value ?? '');
  if (checkpoint === undefined) throw new Error('there is no checkpoint');
  let expected = stored;
  const put = async (value: string) => {
    const guard = { key, expected, value };
    const outcome = await store.commit({ puts: new Map(), deletes: new Set(), guard });
    expected = outcome.kind === 'committed' ? { value, modRevision: outcome.revision } : undefined;
  };
  const beyond = { ...checkpoint.witness, endLsn: FAR };
  const altered = [
    [encodeCheckpoint({ ...checkpoint, systemId: '42' }), 'of another database server'],
    [encodeCheckpoint({ ...checkpoint, lsn: lsnFromBytes(1n) }), 'was confirmed beyond it'],
    [encodeCheckpoint({ ...checkpoint, lsn: FAR, witness: beyond }), "the server's log"],
    ['{"version":1}', 'the checkpoint is damaged'],
  ] as const;
  for (const [text, words] of altered) {
    await put(text);
    expect((await findings(installation)).short).toContain(`fail target.${target}.checkpoint`);
    expect((await installation.run(['status'])).stdout).toContain(words);
  }
  await store.close();
});

test('a database at another address than its agents published from may be a copy', async () => {
  const installation = await install();
  const { sql, slot, target } = installation;
  const agent = await installation.startAgent();
  const { rows } = await sql.query('SELECT seen_address FROM lenkwerk.agent_slot');
  const { hostname, port } = new URL(installation.database.url);
  expect(rows).toEqual([{ seen_address: `${hostname}:${port}` }]);
  const found = async (seen: string | null) => {
    await sql.query('UPDATE lenkwerk.agent_slot SET seen_address = $1', [seen]);
    const { all } = await findings(installation);
    return all.find(({ check }) => check === `target.${target}.address`)?.level;
  };
  // Who publishes it may know it by another name than we.
  expect(await found('10.0.0.1:1')).toBe('ok');
  await agent.stop();
  await waitFor(
    async () => {
      const { rowCount } = await sql.query(
        'SELECT FROM pg_replication_slots WHERE slot_name = $1 AND NOT active',
        [slot],
      );
      return rowCount === 1;
    },
    { what: 'a free slot' },
  );
  const levels = [];
  for (const seen of [`${hostname}:${port}`, `${hostname}:1`, '10.0.0.1:1']) {
    levels.push(await found(seen));
  }
  expect(levels).toEqual(['ok', 'warn', 'warn']);
  const unknown = [];
  for (const seen of [`10.0.0.1:${port}`, `fe80::1:${port}`, '', null]) {
    unknown.push(await found(seen));
  }
  expect(unknown).toEqual([undefined, undefined, undefined, undefined]);
});

test('the log of applies was tampered with', async () => {
  const installation = await install();
  const { sql } = installation;
  await sql.query(
    `INSERT INTO lenkwerk.apply_log (id, uuid, applied_at, database_user, plan, digest)
     VALUES (1, gen_random_uuid(), now(), 'mallory', '{}', 'invented')`,
  );
  const { short } = await findings(installation);
  expect(short).toContain('fail setup.apply_log');
});

test('a database that was not set up', async () => {
  const database = await createDatabase();
  const run = (args: readonly string[]) => lenkwerk([...args, '--db', database.url]);
  const { exitCode, short, bad } = await findings({ run });
  await database.drop();
  expect(exitCode).toBe(1);
  expect(short).toContain('fail setup.files');
  expect(bad.find(({ check }) => check === 'setup.files')?.fix).toContain('lenkwerk init');
});

test('a server that cannot do logical replication', async () => {
  const settings = { wal_level: 'replica', max_slot_wal_keep_size: '1GB' };
  const server = await startPostgres({ env: process.env, fsync: false, settings });
  try {
    const run = (args: readonly string[]) =>
      lenkwerk([
        ...args,
        '--db',
        server.url('postgres'),
        '--kv',
        `etcd://${new URL(etcdEndpoint()).host}`,
      ]);
    await run(['init']);
    const { short } = await findings({ run });
    expect(short).toContain('fail server.wal_level');
    expect(short).not.toContain(ADVICE[0]);
  } finally {
    await server.stop();
  }
});
