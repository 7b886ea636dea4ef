/** The data folder of a throw-away server: images of it, and what a server becomes with it. */
import { execFile } from 'node:child_process';
import { appendFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, DatabaseError } from 'pg';
import { type PostgresServer, startPostgres } from '../../../src/dev/postgres.js';
import { waitFor } from '../wait.js';

const run = promisify(execFile);

export class Volume {
  readonly postgres: PostgresServer;
  readonly #folder: string;
  readonly #url: string;

  private constructor(postgres: PostgresServer, folder: string, url: string) {
    this.postgres = postgres;
    this.#folder = folder;
    this.#url = url;
  }

  /** Of a server that runs, with the URL of one of its databases. */
  static async of(postgres: PostgresServer, url = postgres.url('postgres')): Promise<Volume> {
    const rows = await query(url, 'SHOW data_directory');
    return new Volume(postgres, String(rows[0]?.['data_directory']), url);
  }

  /** On a session of its own, since the server may have been away. */
  sql(text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return query(this.#url, text);
  }

  /** Whether the only row of a query, whose only column is `is`, has it true. */
  async is(text: string): Promise<boolean> {
    const [row] = await this.sql(text);
    return row?.['is'] === true;
  }

  /** A crash-consistent copy, as a snapshot of the disk is; the server runs on. */
  takeImage(): Promise<void> {
    return this.#copyTo(this.#image);
  }

  /** The image stays. */
  putImageBack(as: 'primary' | 'standby' = 'primary'): Promise<void> {
    return this.#continueWith(this.#image, as);
  }

  /** The server is cut off, and continues with the image of another one. */
  becomeCopyOf(other: Volume): Promise<void> {
    return this.#continueWith(other.#image, 'primary');
  }

  /** The server continues with the image, and what it had becomes the image. */
  async swap(): Promise<void> {
    await this.postgres.shutDown();
    const aside = `${this.#folder}.aside`;
    await rename(this.#folder, aside);
    await rename(this.#image, this.#folder);
    await rename(aside, this.#image);
    await this.postgres.start();
  }

  /** The server is cut off, and starts in recovery, with all of its log. */
  async becomeStandby(): Promise<void> {
    await this.postgres.crash();
    await this.#requireRecovery();
    await this.postgres.start();
  }

  /** Of a standby that runs; resolves when it takes writes, on a timeline of its own. */
  async promote(): Promise<void> {
    await this.sql('SELECT pg_promote(wait => false)');
    const isPrimary = () => this.is('SELECT NOT pg_is_in_recovery() AS is');
    await waitFor(isPrimary, { what: 'the promotion' });
  }

  /**
   * Another server that follows this one: on a copy of its volume without the slots, as
   * pg_basebackup leaves them out. `settings`: further configuration parameters, by name.
   */
  async startStandby(settings: Readonly<Record<string, string>> = {}): Promise<Volume> {
    const { host, port, major } = this.postgres;
    const postgres = await startPostgres({ env: process.env, major, fsync: false });
    const standby = await Volume.of(postgres);
    await postgres.crash();
    await this.#copyTo(standby.#folder);
    const slots = join(standby.#folder, 'pg_replslot');
    for (const name of await readdir(slots)) await rm(join(slots, name), { recursive: true });
    const { username, pathname } = new URL(this.#url);
    const primary = `host=${host} port=${port} user=${username} dbname=${pathname.slice(1)}`;
    const lines = Object.entries({ primary_conninfo: primary, ...settings });
    await appendFile(
      join(standby.#folder, 'postgresql.auto.conf'),
      lines.map(([name, value]) => `${name} = '${value}'\n`).join(''),
    );
    await standby.#requireRecovery();
    await postgres.start();
    return standby;
  }

  /** The address of this server leads to what another one holds, which is shut down. */
  async moveFrom(other: Volume): Promise<void> {
    await other.postgres.shutDown();
    await this.#continueWith(other.#folder, 'primary');
  }

  async #continueWith(folder: string, as: 'primary' | 'standby'): Promise<void> {
    await this.postgres.crash();
    await rm(this.#folder, { recursive: true });
    await run('cp', ['-a', folder, this.#folder]);
    if (as === 'standby') await this.#requireRecovery();
    await this.postgres.start();
  }

  /** https://www.postgresql.org/docs/current/warm-standby.html */
  #requireRecovery(): Promise<void> {
    return writeFile(join(this.#folder, 'standby.signal'), '');
  }

  async #copyTo(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true });
    await this.postgres.freeze();
    await run('cp', ['-a', this.#folder, folder]).finally(() => this.postgres.thaw());
  }

  /** In the server's own folder, which is removed with it. */
  get #image(): string {
    return `${this.#folder}.image`;
  }
}

/** A standby ends queries that conflict with what it replays. */
const RECOVERY_CONFLICT = '40001';

async function query(url: string, text: string): Promise<readonly Row[]> {
  try {
    return await queryOnce(url, text);
  } catch (error) {
    if (error instanceof DatabaseError && error.code === RECOVERY_CONFLICT) return query(url, text);
    throw error;
  }
}

type Row = Readonly<Record<string, unknown>>;

async function queryOnce(url: string, text: string): Promise<readonly Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<Row>(text);
    return rows;
  } finally {
    await client.end();
  }
}
