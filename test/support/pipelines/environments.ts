/** A copy of examples/environments whose two environments are databases of the test. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunningCli, runCli, startCli } from '../cli/cli.js';
import { queryDatabase } from '../servers/command-cluster.js';
import {
  createDatabase,
  etcdEndpoint,
  type TestDatabase,
  uniqueName,
  uniquePrefix,
} from '../servers/servers.js';

const EXAMPLE = fileURLToPath(new URL('../../../examples/environments', import.meta.url));
export const NAMES = ['staging', 'production'] as const;
type Name = (typeof NAMES)[number];

export class Environments {
  readonly folder: string;
  readonly databases: Readonly<Record<Name, TestDatabase>>;

  private constructor(folder: string, databases: Readonly<Record<Name, TestDatabase>>) {
    this.folder = folder;
    this.databases = databases;
  }

  /** Both are set up, and empty. */
  static async create(): Promise<Environments> {
    const folder = await mkdtemp(join(tmpdir(), 'lenkwerk-environments-'));
    await cp(EXAMPLE, folder, { recursive: true });
    const databases = { staging: await createDatabase(), production: await createDatabase() };
    for (const name of NAMES) {
      const env = { DATABASE_URL: databases[name].url };
      const { exitCode, stderr } = await runCli(['init'], { env });
      if (exitCode !== 0) throw new Error(stderr);
    }
    const environments = new Environments(folder, databases);
    await environments.#writeProject();
    return environments;
  }

  async drop(): Promise<void> {
    await Promise.all(NAMES.map((name) => this.databases[name].drop()));
    await rm(this.folder, { recursive: true, force: true });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  query(name: Name, sql: string): Promise<readonly unknown[][]> {
    return queryDatabase(this.databases[name].url, sql);
  }

  nameOfDatabase(name: Name): string {
    return new URL(this.databases[name].url).pathname.slice(1);
  }

  /** An agent for each environment, in the order of `NAMES`. */
  startAgents(): readonly RunningCli[] {
    return NAMES.map((name) => {
      const args = ['agent', '--env', name, '--slot', uniqueName(`slot_${name}`)];
      return startCli(args, { cwd: this.folder });
    });
  }

  async recorded(name: Name): Promise<unknown> {
    const [[state] = []] = await this.query(
      name,
      `SELECT pg_catalog.jsonb_build_object(
         'instances', (SELECT pg_catalog.count(*) FROM storage.postgres_instance),
         'tablespaces', (SELECT pg_catalog.jsonb_object_agg(indexname, tablespc) FROM storage.index),
         'config', (SELECT pg_catalog.jsonb_object_agg(key, value) FROM storage.config),
         'applies', (SELECT pg_catalog.count(*) FROM lenkwerk.apply_log))`,
    );
    return state;
  }

  /** The example's file, with the places and uuids of the test in the place of its own. */
  async #writeProject(): Promise<void> {
    const file = this.path('lenkwerk.yaml');
    let own = await readFile(file, 'utf8');
    own = own.replace(/store:\n(?: {6}.*\n)+/, 'store: etcds://kv.production.example.com\n');
    for (const name of NAMES) {
      const { hostname, port, username } = new URL(this.databases[name].url);
      const [[id] = []] = await this.query(name, 'SELECT uuid FROM lenkwerk.cluster');
      const store = `${etcdEndpoint().replace(/^http/, 'etcd')}?prefix=${uniquePrefix()}/${name}`;
      const database = `database: ${this.nameOfDatabase(name)}\n      port: ${port}`;
      own = own
        .replace(`cluster: lenkwerk_${name}`, `cluster: ${id}`)
        .replace(`database: lenkwerk_${name}`, database)
        .replace(/host: db\.\S*example\.com/, `host: ${hostname}`)
        .replace('user: lenkwerk_ci', `user: ${username}`)
        .replace(`etcds://kv.${name}.example.com`, store);
    }
    await writeFile(file, own.replaceAll('sslmode: verify-full', 'sslmode: prefer'));
  }
}
