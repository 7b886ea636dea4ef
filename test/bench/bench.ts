/** What the lines work with: real servers that lose nothing, and clusters on them. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type PostgresServer, startPostgres } from '../../src/dev/postgres.js';
import { type EtcdServer, startEtcd } from '../../src/dev/stores/etcd.js';
import { CLI } from '../support/cli/built.js';
import { type MeasuredRun, runMeasured } from '../support/cli/peak-memory.js';
import { BareEtcd } from './floors/etcd.js';
import { describeMachine, type Machine } from './machine.js';
import type { Rounds } from './statistics.js';
import { ToolProcess } from './tool-process.js';

/** `--quick` divides sizes by this: enough to see that everything runs. */
const QUICK_DIVISOR = 50;

export class Bench {
  readonly quick: boolean;
  readonly etcd: EtcdServer;
  readonly bare: BareEtcd;
  readonly machine: Machine;
  /** An empty folder for files. */
  readonly folder: string;
  readonly #postgres: PostgresServer;

  private constructor(parts: {
    quick: boolean;
    postgres: PostgresServer;
    etcd: EtcdServer;
    folder: string;
    machine: Machine;
  }) {
    this.quick = parts.quick;
    this.etcd = parts.etcd;
    this.folder = parts.folder;
    this.machine = parts.machine;
    this.#postgres = parts.postgres;
    this.bare = new BareEtcd(parts.etcd.endpoint);
  }

  static async start(quick: boolean): Promise<Bench> {
    const { env } = process;
    const postgres = await startPostgres({ env, fsync: true });
    try {
      const etcd = await startEtcd({ env, args: ['--quota-backend-bytes=8589934592'] });
      const folder = await mkdtemp(join(tmpdir(), 'lenkwerk-bench-'));
      const machine = await describeMachine({ postgres, etcd });
      return new Bench({ quick, postgres, etcd, folder, machine });
    } catch (error) {
      await postgres.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.bare.close();
    await this.etcd.stop();
    await this.#postgres.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  size(full: number): number {
    return this.quick ? full / QUICK_DIVISOR : full;
  }

  /** One round to warm up, then as many as asked for. */
  rounds(times: number): Rounds {
    return this.quick ? { warmUps: 0, times: 1 } : { warmUps: 1, times };
  }

  /** An empty database, whose name is the path of the URL. */
  async database(): Promise<string> {
    const name = `bench_${randomBytes(4).toString('hex')}`;
    const admin = new Client({ connectionString: this.#postgres.url('postgres') });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    await admin.end();
    return this.#postgres.url(name);
  }

  /** The URL of the store in etcd, without a prefix. */
  get etcdUrl(): string {
    return this.etcd.endpoint.replace('http', 'etcd');
  }

  /** A database of its own, initialised, and a prefix of its own in a store. */
  async cluster(server = this.etcdUrl): Promise<BenchCluster> {
    const databaseUrl = await this.database();
    const sql = new Client({ connectionString: databaseUrl });
    // A broken connection fails the next statement; before that it is of no interest.
    sql.on('error', () => {});
    await sql.connect();
    const prefix = new URL(databaseUrl).pathname;
    const storeUrl = `${server}?prefix=${prefix}`;
    const cluster = new BenchCluster({ databaseUrl, prefix, storeUrl, sql, bare: this.bare });
    await cluster.lenkwerk(['init']);
    return cluster;
  }
}

export class BenchCluster {
  readonly databaseUrl: string;
  readonly prefix: string;
  readonly storeUrl: string;
  readonly sql: Client;
  readonly bare: BareEtcd;
  readonly #agents: ToolProcess[] = [];
  #values = 0;

  constructor(parts: {
    databaseUrl: string;
    prefix: string;
    storeUrl: string;
    sql: Client;
    bare: BareEtcd;
  }) {
    this.databaseUrl = parts.databaseUrl;
    this.prefix = parts.prefix;
    this.storeUrl = parts.storeUrl;
    this.sql = parts.sql;
    this.bare = parts.bare;
  }

  get env(): Readonly<Record<string, string>> {
    return { DATABASE_URL: this.databaseUrl };
  }

  /** Runs the tool to its end. */
  lenkwerk(args: readonly string[]): Promise<MeasuredRun> {
    return runMeasured([CLI, ...args], { env: this.env, exitCodes: [0, 2] });
  }

  startAgent(): ToolProcess {
    const slot = this.prefix.slice(1);
    const args = ['agent', '--kv', this.storeUrl, '--slot', slot, '--allow-mass-delete'];
    const agent = new ToolProcess(args, this.env);
    this.#agents.push(agent);
    return agent;
  }

  /** Lets an agent publish what is recorded now, and ends it: its slot stays. */
  async publishOnce(): Promise<void> {
    const agent = this.startAgent();
    await agent.state('streaming');
    await agent.stop();
  }

  /**
   * Adds configuration entries, numbered `from` to below `to`, of about 200 bytes as records, in
   * transactions of `perTransaction`.
   */
  async addConfig(from: number, to: number, perTransaction: number): Promise<void> {
    for (let start = from; start < to; start += perTransaction) {
      const end = Math.min(to, start + perTransaction) - 1;
      await this.sql.query(
        `INSERT INTO storage.config (key, value)
         SELECT 'bench-' || n, to_json(repeat('v', 150)) FROM generate_series(${start}, ${end}) AS n`,
      );
    }
  }

  /** Gives the entry `bench-0` a value of some 200 bytes that it never had. */
  async changeConfig(): Promise<void> {
    this.#values += 1;
    const value = `${'v'.repeat(200)}${this.#values}`;
    const text = "UPDATE storage.config SET value = to_json($1::text) WHERE key = 'bench-0'";
    await this.sql.query(text, [value]);
  }

  /** The records that `addConfig` leads to, roughly, for a writer without Lenkwerk. */
  bareRecords(from: number, to: number): readonly (readonly [string, string])[] {
    return Array.from({ length: to - from }, (_, i) => {
      const key = `bench-${from + i}`;
      const value = JSON.stringify({ id: from + i, key, value: 'v'.repeat(150) });
      return [`${this.prefix}-bare/Config/${key}`, value] as const;
    });
  }

  async drop(): Promise<void> {
    for (const agent of this.#agents) await agent.stop();
    // A line that failed may have left a transaction open.
    await this.sql.query('ROLLBACK');
    await this.sql.query(
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
        WHERE database = current_database()`,
    );
    await this.sql.end();
    await this.bare.deleteAll(this.prefix);
  }
}
