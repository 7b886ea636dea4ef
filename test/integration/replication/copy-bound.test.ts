/** Every role may emit logical messages, of up to a gigabyte: an agent passes them over. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { type Installation, install } from '../../support/agents/operations-fixture.js';
import { CLI } from '../../support/cli/built.js';
import { startMeasured } from '../../support/cli/peak-memory.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import { etcdEndpoint } from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

const MESSAGE_BYTES = 300 * 1024 * 1024;
/** What an agent takes by itself, and some room: far less than one message. */
const MAX_PEAK_MIB = 200;

async function topic({ prefix }: Installation): Promise<unknown> {
  const store = await connectTo([etcdEndpoint()], { prefix });
  try {
    return JSON.parse((await store.read(`${prefix}/Config/topic`))?.value ?? 'null')?.value;
  } finally {
    await store.close();
  }
}

test('a message of 300 MB is neither held nor in the way', { timeout: 120_000 }, async () => {
  const installation = await install();
  const { sql, database, target } = installation;
  const agent = startMeasured([CLI, 'agent', '--target', target, '--db', database.url]);
  const { child } = agent;
  child.stdout?.resume();
  child.stderr?.resume();
  const ended = once(child, 'exit');
  const isPublished = (value: string) =>
    waitFor(async () => (await topic(installation)) === value, { what: value, timeoutMs: 60_000 });
  try {
    await sql.query(`SELECT storage.save_config('topic', '"before"')`);
    await isPublished('before');
    for (const [transactional, value] of [
      [true, 'beside'],
      [false, 'behind'],
    ] as const) {
      await sql.query('BEGIN');
      await sql.query("SELECT pg_logical_emit_message($1, 'noise', repeat('x', $2))", [
        transactional,
        MESSAGE_BYTES,
      ]);
      await sql.query("SELECT storage.save_config('topic', $1)", [JSON.stringify(value)]);
      await sql.query('COMMIT');
      await isPublished(value);
    }
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
  expect(await agent.peakMib).toBeLessThan(MAX_PEAK_MIB);
});
