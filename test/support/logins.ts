/** A database, and logins that are members of its group roles. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { expect } from 'vitest';
import { openConnection } from '../../src/postgres/connection.js';
import { connectionSettings } from '../../src/postgres/connection-settings.js';
import { lenkwerk, type Outcome } from './cli/command-line.js';
import {
  createDatabase,
  databaseUrl,
  etcdEndpoint,
  type TestDatabase,
  uniqueName,
  uniquePrefix,
} from './servers/servers.js';

export class Logins {
  readonly database: TestDatabase;
  readonly #folder = mkdtempSync(join(tmpdir(), 'lenkwerk-roles-'));
  readonly #store = `${etcdEndpoint().replace('http', 'etcd')}?prefix=${uniquePrefix()}`;
  readonly #logins: string[] = [];
  readonly #sessions: Client[] = [];

  private constructor(database: TestDatabase) {
    this.database = database;
  }

  static async create(): Promise<Logins> {
    return new Logins(await createDatabase());
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) await session.end().catch(() => {});
    await this.database.drop();
    for (const login of this.#logins) {
      await asAdmin(`DROP ROLE ${login}`, databaseUrl('postgres'));
    }
    rmSync(this.#folder, { recursive: true });
  }

  /** As the superuser. */
  async asAdmin(statement: string): Promise<void> {
    await asAdmin(statement, this.database.url);
  }

  /** A member of the group, and of nothing else; without a group of nothing at all. */
  async loginOf(group: string | undefined, attributes = ''): Promise<string> {
    const name = uniqueName(group ?? 'stranger');
    const membership = group === undefined ? '' : `IN ROLE ${group}`;
    await this.asAdmin(`CREATE ROLE ${escapeIdentifier(name)} LOGIN ${attributes} ${membership}`);
    this.#logins.push(escapeIdentifier(name));
    return name;
  }

  run(login: string, args: readonly string[], signal?: AbortSignal): Promise<Outcome> {
    const connection = ['--db', this.urlOf(login), '--kv', this.#store];
    return lenkwerk([...args, ...connection], signal === undefined ? {} : { signal });
  }

  async sessionOf(login: string): Promise<Client> {
    const client = new Client({ connectionString: this.urlOf(login) });
    await client.connect();
    // The server may end it.
    client.on('error', () => {});
    this.#sessions.push(client);
    return client;
  }

  /** A session as the program opens them. */
  async openAs(login: string): Promise<Client> {
    const settings = connectionSettings({ url: this.urlOf(login) }, {});
    const client = await openConnection(settings, 'test');
    this.#sessions.push(client);
    return client;
  }

  /** Each is refused for want of a privilege, and for nothing else. */
  async expectRefused(login: string, statements: readonly string[]): Promise<void> {
    const client = await this.sessionOf(login);
    for (const statement of statements) {
      const outcome = await client.query(statement).then(
        () => 'done',
        (error: { code?: string }) => error.code,
      );
      expect(outcome, `${login}: ${statement}`).toBe('42501');
    }
  }

  async isSuperuser(login: string): Promise<boolean> {
    const query = 'SELECT rolsuper FROM pg_roles WHERE rolname = $1';
    const { rows } = await (await this.sessionOf(login)).query(query, [login]);
    return rows[0].rolsuper;
  }

  manifest(topic: string): string {
    const file = join(this.#folder, `${topic}.yaml`);
    const lines = [
      'apiVersion: lenkwerk/v1',
      'kind: Cluster',
      'instances: [{host: "s-[1-2].example.com", username: u, status: online}]',
      'dimensions: [{field: /service}]',
      'indexes: [{name: i, method: gin, fields: [{pointer: /user}]}]',
      'servermap: {algorithm: ring}',
      `config: {kafka_topic: ${topic}}`,
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    return file;
  }

  urlOf(login: string): string {
    const url = new URL(this.database.url);
    url.username = login;
    return url.href;
  }
}

/**
 * Functions of this role, in the schema `attack`, that make it superuser where a superuser runs
 * them, whatever role was put on.
 */
export function attackOf(login: string): string {
  return `
  CREATE SCHEMA attack;
  CREATE FUNCTION attack.now() RETURNS text LANGUAGE plpgsql AS $$
    BEGIN
      BEGIN
        EXECUTE 'RESET SESSION AUTHORIZATION';
        EXECUTE 'RESET ROLE';
      EXCEPTION WHEN insufficient_privilege OR active_sql_transaction THEN
        -- Refused in a function with the rights of its owner, where it is not needed.
      END;
      EXECUTE 'ALTER ROLE ${login} SUPERUSER';
      RETURN '';
    EXCEPTION WHEN insufficient_privilege OR active_sql_transaction THEN RETURN '';
    END$$;
  CREATE FUNCTION attack.is() RETURNS boolean LANGUAGE sql AS $$SELECT attack.now() = ''$$;
  CREATE FUNCTION attack.fire() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN PERFORM attack.now(); RETURN NEW; END$$;
  CREATE FUNCTION attack.event() RETURNS event_trigger LANGUAGE plpgsql AS
    $$BEGIN PERFORM attack.now(); END$$;
  GRANT ALL ON SCHEMA attack TO PUBLIC`;
}

async function asAdmin(statement: string, url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
