/** The take-over of examples/adopt from an agent that parses the text of test_decoding. */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCli } from '../../support/cli/cli.js';
import { consoleLines, runProgram, scriptOf } from '../../support/cli/console-lines.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import {
  createDatabase,
  etcdEndpoint,
  type TestDatabase,
  uniqueName,
  uniquePrefix,
} from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

const EXAMPLE = fileURLToPath(new URL('../../../examples/adopt', import.meta.url));
const TIMEOUT_MS = 180_000;
const AGENT = '```sh\nlenkwerk agent\n```';

let cwd: string;
let database: TestDatabase;
let sql: Client;
let slot: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'lenkwerk-adopt-'));
  await cp(EXAMPLE, cwd, { recursive: true });
  database = await createDatabase();
  sql = new Client({ connectionString: database.url });
  await sql.connect();
  await sql.query(await readFile(join(cwd, 'existing.sql'), 'utf8'));
  slot = uniqueName('bagger_agent');
  await sql.query('SELECT pg_create_logical_replication_slot($1, $2)', [slot, 'test_decoding']);
});
afterEach(async () => {
  await sql.end();
  await database.drop();
  await rm(cwd, { recursive: true, force: true });
});

/** What the old agent is given to parse; with it the slot moves on. */
async function oldAgentReads(): Promise<readonly string[]> {
  const { rows } = await sql.query<{ data: string }>(
    'SELECT data FROM pg_logical_slot_get_changes($1, NULL, NULL)',
    [slot],
  );
  return rows.map(({ data }) => data).filter((text) => text.startsWith('table '));
}

function setTopic(topic: string) {
  return sql.query(
    "UPDATE storage.config SET value = to_json($1::text) WHERE key = 'kafka_topic'",
    [topic],
  );
}

test('nothing is lost, and the old agent reads no text that it does not know', {
  timeout: TIMEOUT_MS,
}, async () => {
  const [beforeAgent = '', afterAgent = '', ...more] = (
    await readFile(join(cwd, 'README.md'), 'utf8')
  ).split(AGENT);
  expect(more).toEqual([]);
  const address = { endpoint: etcdEndpoint(), prefix: uniquePrefix() };
  const env = {
    DATABASE_URL: database.url,
    LENKWERK_STORE: `${address.endpoint.replace(/^http/, 'etcd')}?prefix=${address.prefix}`,
  };
  const run = (markdown: string) =>
    runProgram('sh', ['-c', scriptOf(consoleLines(markdown))], {
      cwd,
      env: { ...process.env, ...env },
    });
  const done = { exitCode: 0, output: '' };

  await setTopic('read by the old agent');
  expect(await oldAgentReads()).toEqual([
    expect.stringMatching(/^table storage\.config: UPDATE: id\[integer\]:3 key/),
  ]);
  // Step 1: it has ended. Other tools go on.
  await setTopic('while no agent runs');
  expect(await run(beforeAgent)).toEqual(done);
  await setTopic('between init and agent');

  const agent = startCli(['agent', '--slot', uniqueName('slot')], { env, cwd });
  const store = await connectTo([address.endpoint]);
  const topic = async () => (await store.read(`${address.prefix}/Config/kafka_topic`))?.value;
  await waitFor(async () => (await topic())?.includes('between init and agent') === true, {
    what: 'the state of the database in the store',
  });
  // Why the order: had it gone on, it would have had to parse this.
  const { rows } = await sql.query<{ data: string }>(
    'SELECT data FROM pg_logical_slot_peek_changes($1, NULL, NULL)',
    [slot],
  );
  const texts = rows.map(({ data }) => data).filter((text) => text.includes('storage.config'));
  expect(texts.at(0)).toMatch(/: UPDATE: id\[integer\]:3 key/);
  expect(texts.at(-1)).toMatch(/: UPDATE: old-key: /);

  // As it was exported.
  const [, drop = ''] = /```sql\n(.*?)```/s.exec(afterAgent) ?? [];
  await setTopic('while no agent runs');
  await sql.query(drop.replace('bagger_agent', slot));
  expect(await run(afterAgent)).toEqual(done);
  expect(
    (
      await sql.query(
        "SELECT FROM pg_replication_slots WHERE plugin = 'test_decoding' AND database = current_database()",
      )
    ).rowCount,
  ).toBe(0);
  await store.close();
  agent.kill();
  await agent.ended;
});

test('init names the slot and what to do, with --check as well', async () => {
  const env = { DATABASE_URL: database.url };
  for (const args of [['init', '--check'], ['init'], ['init']]) {
    const { stdout } = await startCli(args, { env, cwd }).ended;
    expect(stdout).toContain(`note: slot ${slot} (test_decoding, inactive)`);
    expect(stdout).toContain(`SELECT pg_drop_replication_slot('${slot}')`);
  }
  const { stdout } = await startCli(['init', '--json'], { env, cwd }).ended;
  expect(JSON.parse(stdout).otherReaders).toEqual([
    { slot, plugin: 'test_decoding', active: false },
  ]);
  await sql.query('SELECT pg_drop_replication_slot($1)', [slot]);
  expect((await startCli(['init'], { env, cwd }).ended).stdout).not.toContain('note:');
});

test('the way back: the old agent reads the text that it knows', async () => {
  const env = { DATABASE_URL: database.url };
  for (const args of [['init'], ['init', '--remove']]) {
    expect(await startCli(args, { env, cwd }).ended).toMatchObject({ exitCode: 0 });
  }
  await sql.query('SELECT pg_drop_replication_slot($1)', [slot]);
  await sql.query('SELECT pg_create_logical_replication_slot($1, $2)', [slot, 'test_decoding']);
  await setTopic('as before');
  expect(await oldAgentReads()).toEqual([
    expect.stringMatching(/^table storage\.config: UPDATE: id\[integer\]:3 key/),
  ]);
});
