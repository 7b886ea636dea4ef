/** A database that is set up, with one target of a name of its own, and an agent for it. */
import { Client } from 'pg';
import { onTestFinished } from 'vitest';
import { lenkwerk, type Outcome, type Surroundings } from '../cli/command-line.js';
import {
  createDatabase,
  etcdEndpoint,
  type TestDatabase,
  uniqueName,
  uniquePrefix,
} from '../servers/servers.js';
import { waitFor } from '../wait.js';

export interface Installation {
  readonly database: TestDatabase;
  readonly sql: Client;
  readonly target: string;
  readonly slot: string;
  readonly prefix: string;
  /** Runs a command line against the database. */
  run(args: readonly string[], surroundings?: Surroundings): Promise<Outcome>;
  /**
   * Resolves when the agent is ready; it ends with the test, or when `stop` is called. `ownSlot`:
   * another one than that of its target; `url`: of the database, with another login.
   */
  startAgent(ownSlot?: string, url?: string): Promise<{ stop(): Promise<void> }>;
}

export async function install(): Promise<Installation> {
  const database = await createDatabase();
  const sql = new Client({ connectionString: database.url });
  await sql.connect();
  onTestFinished(async () => {
    await sql.end();
    await database.drop();
  });
  // Slots have one name space on the server.
  const target = uniqueName('t');
  const prefix = uniquePrefix();
  const run = (args: readonly string[], surroundings: Surroundings = {}) =>
    lenkwerk([...args, '--db', database.url], surroundings);
  await run(['init']);
  const { hostname: host, port } = new URL(etcdEndpoint());
  const store = { type: 'etcd', config: { host, port: Number(port), prefix } };
  await sql.query("SELECT storage.save_config('kvstores', $1)", [
    JSON.stringify({ [target]: store }),
  ]);
  const slot = `lw_agent_${target}`;
  return {
    database,
    sql,
    target,
    slot,
    prefix,
    run,
    startAgent: (ownSlot, url = database.url) =>
      ownSlot === undefined
        ? startAgent(['--db', url], sql, slot)
        : startAgent(['--db', url, '--slot', ownSlot, '--target', target], sql, ownSlot),
  };
}

async function startAgent(flags: readonly string[], sql: Client, slot: string) {
  const controller = new AbortController();
  const agent = lenkwerk(['agent', ...flags], { signal: controller.signal });
  const stop = async () => {
    controller.abort();
    await agent;
  };
  onTestFinished(stop);
  const isActive = async () => {
    const { rowCount } = await sql.query(
      `SELECT FROM pg_replication_slots AS s JOIN pg_stat_replication AS r ON r.pid = s.active_pid
        WHERE s.slot_name = $1 AND r.state = 'streaming'`,
      [slot],
    );
    return rowCount === 1;
  };
  await waitFor(isActive, { what: 'a stream' });
  return { stop };
}
