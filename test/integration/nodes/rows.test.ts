/** `verify --nodes-deep`: the rows of nodes that the tests keep in step by hand. */
import { readFile } from 'node:fs/promises';
import { Client, escapeIdentifier } from 'pg';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { KINDS } from '../../../src/model/kinds.js';
import { type Installation, install } from '../../support/agents/operations-fixture.js';
import { nodesOf } from '../../support/nodes/acknowledging.js';
import { uniqueName } from '../../support/servers/servers.js';

const NOTHING = 'test/support/states/nothing.yaml';
const HOSTS = ['localhost', '127.0.0.1'];
const TABLES = Object.values(KINDS).map(({ table }) => table);
const FOLLOWER = `
  CREATE SCHEMA lenkwerk;
  CREATE TABLE lenkwerk.follower (target text, write_id text, revision numeric(20))`;

let installation: Installation;
let nodes: Awaited<ReturnType<typeof nodesOf>>;
/** The nodes' databases, in the order of HOSTS. */
let databases: Client[];
let template: string;

beforeEach(async () => {
  installation = await install();
  nodes = await nodesOf(installation);
  const { sql, database } = installation;
  const { port, username } = new URL(database.url);
  await sql.query(
    `INSERT INTO storage.postgres_instance (host, port, username, status)
     SELECT unnest($1::text[]), $2, 'u', 3`,
    [HOSTS, Number(port)],
  );
  await sql.query(
    `INSERT INTO storage.servermap (server_map) VALUES ('{"a": 1.10}'), ('{ "b":2}')`,
  );
  await sql.query(`SELECT storage.append_dimension('/a', NULL, NULL, NULL)`);
  await sql.query(`SELECT storage.save_config('topic', '{"x":  1.0}')`);
  await installation.startAgent();
  expect(await installation.run(['verify', NOTHING, '--wait'])).toMatchObject({ exitCode: 0 });
  const name = uniqueName('node');
  template = `postgres://${username}@{host}:{port}/${name}_{host}`;
  databases = [];
  for (const host of HOSTS) databases.push(await createNode(`${name}_${host}`));
  await bringInStep();
});

async function createNode(name: string): Promise<Client> {
  const { sql, database } = installation;
  await sql.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
  const url = new URL(database.url);
  url.pathname = `/${name}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  onTestFinished(async () => {
    await client.end();
    await sql.query(`DROP DATABASE ${escapeIdentifier(name)} WITH (FORCE)`);
  });
  await client.query(await readFile('schema/001-tables.sql', 'utf8'));
  await client.query(FOLLOWER);
  return client;
}

/** Copies the tables, and the position of the newest checkpoint. */
async function bringInStep(): Promise<void> {
  const { writeId, revision } = await nodes.newest();
  for (const client of databases) {
    await client.query('DELETE FROM lenkwerk.follower');
    await client.query('INSERT INTO lenkwerk.follower VALUES ($1, $2, $3)', [
      ...[installation.target, writeId, String(revision)],
    ]);
    for (const table of TABLES) {
      const { rows } = await installation.sql.query<{ record: string }>(
        `SELECT row_to_json(t)::text AS record FROM ONLY storage.${table} AS t ORDER BY id`,
      );
      for (const { record } of rows) {
        await client.query(
          `INSERT INTO storage.${table} SELECT * FROM json_populate_record(NULL::storage.${table}, $1)`,
          [record],
        );
      }
    }
  }
  const { port } = new URL(installation.database.url);
  nodes.follow(...HOSTS.map((host) => `${host}_${port}`));
}

async function verify(...flags: readonly string[]) {
  const all = ['--nodes-deep', template, '--wait', '--timeout', '20', ...flags];
  return await installation.run(['verify', NOTHING, ...all]);
}

async function report() {
  const { exitCode, stdout } = await verify('--json');
  const { verdict, nodes: found } = JSON.parse(stdout);
  return { exitCode, verdict, rows: found.rows };
}

test('equal rows are converged, older generations of the servermap apart', async () => {
  await databases[0]?.query('DELETE FROM storage.servermap WHERE id = 1');
  // Newer commits move both sides apart, but not the position that is compared.
  await installation.sql.query(`SELECT storage.save_config('later', '1')`);
  const found = await report();
  expect(found).toMatchObject({ exitCode: 0, verdict: 'converged' });
  expect(found.rows).toEqual(
    ['127.0.0.1', 'localhost'].map((host) => ({
      ...{ host, port: Number(new URL(installation.database.url).port) },
      ...{ problem: null, differences: [] },
    })),
  );
});

test('each row that differs is named with its node and key', async () => {
  const [first] = databases;
  await first?.query(`
    UPDATE storage.config SET value = '{"x": 1.0}' WHERE key = 'topic';
    DELETE FROM storage.dimension;
    INSERT INTO storage.config (id, key, value) VALUES (99, 'stray', '1');
    INSERT INTO storage.servermap (id, server_map) VALUES (9, '{}')`);
  const { exitCode, verdict, rows } = await report();
  expect({ exitCode, verdict }).toEqual({ exitCode: 2, verdict: 'diverged' });
  const [well, differing] = rows;
  expect(well).toMatchObject({ host: '127.0.0.1', differences: [] });
  expect(differing.host).toBe('localhost');
  const { prefix } = installation;
  expect(differing.differences).toMatchObject([
    { key: `${prefix}/Config/stray`, kind: 'stray' },
    {
      key: `${prefix}/Config/topic`,
      kind: 'altered',
      found: expect.stringContaining('{"x": 1.0}'),
    },
    { key: `${prefix}/Dimension/1`, kind: 'missing', found: null },
    { key: `${prefix}/Servermap`, kind: 'altered' },
  ]);
  const { stdout } = await verify();
  expect(stdout).toMatch(/^diverged: storage nodes hold something else than what is published\n/);
  expect(stdout).toContain(`rows of localhost:`);
});

test('a node that lacks a column is compared by what it has', async () => {
  const [first] = databases;
  await first?.query('ALTER TABLE storage.config DROP COLUMN value');
  expect(await report()).toMatchObject({ exitCode: 0, verdict: 'converged' });
  await first?.query(`UPDATE storage.config SET id = 77 WHERE key = 'topic'`);
  expect(await report()).toMatchObject({ exitCode: 2, verdict: 'diverged' });
});

test('what cannot be compared is named, and is no difference', async () => {
  const [first, second] = databases;
  await first?.query('DROP TABLE lenkwerk.follower');
  await second?.query(`UPDATE lenkwerk.follower SET write_id = 'of another history'`);
  const { exitCode, verdict, rows } = await report();
  expect({ exitCode, verdict }).toEqual({ exitCode: 7, verdict: 'inconclusive' });
  expect(rows).toMatchObject([
    { host: '127.0.0.1', problem: 'what it shows is not in the history of its store' },
    { host: 'localhost', problem: expect.stringContaining('no table lenkwerk.follower') },
  ]);
});

test.each([
  ['postgres://u@{host}/bagger', 'needs a URL with {host} and {port}'],
  ['host={host} port={port}', 'postgres://'],
  ['postgres://u:secret@{host}:{port}/bagger', 'holds a password'],
])('the template %j is refused', async (given, reason) => {
  template = given;
  const { exitCode, stdout, stderr } = await verify();
  expect(exitCode).toBe(3);
  expect(stderr).toContain(reason);
  expect(stdout + stderr).not.toContain('secret');
});
