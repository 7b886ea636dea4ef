/** A database that is set up, a folder for manifests, and the command line against both. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { lenkwerk, type Outcome, type Surroundings } from '../cli/command-line.js';
import { createDatabase } from './servers.js';

export interface Workplace {
  readonly url: string;
  /** Path of a file in the folder. */
  readonly path: (name: string) => string;
  /** Writes a manifest with these sections and returns its path. */
  readonly manifest: (sections: string, name?: string) => string;
  readonly run: (args: readonly string[], surroundings?: Surroundings) => Promise<Outcome>;
  readonly query: (sql: string) => Promise<readonly unknown[][]>;
  readonly close: () => Promise<void>;
}

export async function workplace(): Promise<Workplace> {
  const database = await createDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'lenkwerk-cli-'));
  const path = (name: string) => join(folder, name);
  const run = (args: readonly string[], surroundings: Surroundings = {}) =>
    lenkwerk([...args, '--db', database.url], surroundings);
  await run(['init']);
  return {
    url: database.url,
    path,
    run,
    manifest: (sections, name = 'cluster.yaml') => {
      writeFileSync(path(name), `apiVersion: lenkwerk/v1\nkind: Cluster\n${sections}`);
      return path(name);
    },
    query: (sql) => queryDatabase(database.url, sql),
    close: async () => {
      await database.drop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The rows of a query as arrays, in a session of its own. */
export async function queryDatabase(url: string, sql: string): Promise<readonly unknown[][]> {
  const client = new Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows;
  } finally {
    await client.end();
  }
}
