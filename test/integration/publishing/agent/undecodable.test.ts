/** A slot that the server makes, and cannot read afterwards. */
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Cluster } from '../../../support/agents/agent-cluster.js';
import { createClusterOnOwnServer } from '../../../support/agents/own-server.js';
import { waitFor } from '../../../support/wait.js';

let cluster: Cluster;
let clients: Client[];
beforeEach(async () => {
  // Transactions that stay open keep everybody on a server from making a slot.
  ({ cluster } = await createClusterOnOwnServer());
  clients = [];
});
afterEach(async () => {
  for (const client of clients) await client.end();
  await cluster.close();
});

/** A session with an open transaction. */
async function open(statement: string): Promise<Client> {
  const client = new Client({ connectionString: cluster.database.url });
  clients.push(client);
  await client.connect();
  await client.query(`BEGIN; ${statement}`);
  return client;
}

/** The slot is being created, and waits for the end of this client's transaction. */
async function isAwaited(client: Client): Promise<void> {
  const { rows } = await client.query('SELECT pg_current_xact_id()::xid::text AS xid');
  const check = async () => {
    const found = await cluster.sql.query(
      `SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted
         AND transactionid::text = $1`,
      [rows[0].xid],
    );
    return found.rows.length > 0;
  };
  await waitFor(check, { what: 'the slot being created' });
}

const insert = (key: string) => `INSERT INTO storage.config (key, value) VALUES ('${key}', '1')`;

/** In another table. */
const anything = (name: string) =>
  `INSERT INTO storage.postgres_instance (host, port, username) VALUES ('${name}', 1, 'x')`;

test('is given up for another one: what a TRUNCATE did to the catalog is missing in it', async () => {
  const first = await open(anything('first'));
  const agent = cluster.startAgent();
  await isAwaited(first);
  const truncating = await open(`TRUNCATE storage.config; ${insert('second')}`);
  await first.query('COMMIT');
  await isAwaited(truncating);
  // The server makes its picture of the catalog for this one, and does not make it again.
  const last = await open(anything('last'));
  await truncating.query('COMMIT');
  await last.query('COMMIT');
  await waitFor(() => agent.counters.state === 'streaming', { what: 'a stream' });
  await cluster.sql.query(insert('third'));
  await cluster.barrier();
  expect(await cluster.published()).toEqual(await cluster.recorded());
  expect(agent.counters.state).toBe('streaming');
  // Now and then a server finds its way at the second try.
  expect(agent.counters.restarts).toBeGreaterThan(0);
});
