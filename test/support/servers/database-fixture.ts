/** A database of its own for each test, with sessions opened the way the program opens them. */
import type { Client } from 'pg';
import { initialise } from '../../../src/database/setup/init.js';
import { openConnection } from '../../../src/postgres/connection.js';
import {
  type ConnectionSettings,
  connectionSettings,
} from '../../../src/postgres/connection-settings.js';
import { createDatabase, type TestDatabase } from './servers.js';

export interface Fixture {
  readonly database: TestDatabase;
  readonly settings: ConnectionSettings;
  readonly client: Client;
  /** Another session, closed with the fixture. */
  open(purpose?: string): Promise<Client>;
  close(): Promise<void>;
}

/** An empty database. */
export async function emptyDatabase(): Promise<Fixture> {
  const database = await createDatabase();
  const settings = connectionSettings({ url: database.url }, {});
  const sessions: Client[] = [];
  const open = async (purpose = 'test') => {
    const session = await openConnection(settings, purpose);
    sessions.push(session);
    return session;
  };
  const close = async () => {
    for (const session of sessions) await session.end().catch(() => {});
    await database.drop();
  };
  return { database, settings, client: await open(), open, close };
}

/** A database that `lenkwerk init` has set up. */
export async function lenkwerkDatabase(): Promise<Fixture> {
  const fixture = await emptyDatabase();
  await initialise(fixture.client);
  return fixture;
}

/** The rows of a query as arrays. */
export async function queryRows(
  client: Client,
  text: string,
  values: readonly unknown[] = [],
): Promise<unknown[][]> {
  const { rows } = await client.query<unknown[]>({ text, rowMode: 'array', values: [...values] });
  return rows;
}
