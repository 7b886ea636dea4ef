/** Copies of a PostgreSQL server's volume: images that are put back, and standbys. */
import { execFile } from 'node:child_process';
import { appendFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type PostgresServer, startPostgres } from '../../../src/dev/postgres.js';
import { waitFor } from '../wait.js';

const run = promisify(execFile);

const SUPERUSER = 'postgres';
/** https://www.postgresql.org/docs/current/warm-standby.html */
const STANDBY_SIGNAL = 'standby.signal';

export class Volume {
  readonly postgres: PostgresServer;
  readonly #data: string;

  private constructor(postgres: PostgresServer, data: string) {
    this.postgres = postgres;
    this.#data = data;
  }

  /** Of a running server. */
  static async of(postgres: PostgresServer): Promise<Volume> {
    const data = await ask(postgres, 'SHOW data_directory');
    return new Volume(postgres, String(data));
  }

  /** The first value that a query returns, in a session of its own as superuser. */
  ask(text: string): Promise<unknown> {
    return ask(this.postgres, text);
  }

  /**
   * A crash-consistent copy, as a snapshot of the disk would be, while the server runs. Returns its
   * folder, which is removed with the server. An earlier image is replaced.
   */
  async takeImage(): Promise<string> {
    const image = `${this.#data}.image`;
    await this.#copyTo(image);
    return image;
  }

  /** Cuts the server off, and starts it again on a copy of an image; `as`: a primary by default. */
  async putBack(image: string, as: 'primary' | 'standby' = 'primary'): Promise<void> {
    await this.postgres.crash();
    await rm(this.#data, { recursive: true });
    await run('cp', ['-a', image, this.#data]);
    if (as === 'standby') await this.#becomeStandby();
    await this.postgres.start();
  }

  /** Cuts the server off, and starts it again in recovery. */
  async startAsStandby(): Promise<void> {
    await this.postgres.crash();
    await this.#becomeStandby();
    await this.postgres.start();
  }

  /** Makes the server another timeline's primary, as a standby with all of its log would become. */
  async moveToNextTimeline(): Promise<void> {
    await this.startAsStandby();
    await this.promote();
  }

  /** Of a running standby; resolves when it takes writes. */
  async promote(): Promise<void> {
    await this.ask('SELECT pg_promote()');
    const isPrimary = async () => (await this.ask('SELECT pg_is_in_recovery()')) === false;
    await waitFor(isPrimary, { what: 'the promotion' });
  }

  /**
   * A server on a copy of this one's volume that follows it, without its slots, as pg_basebackup
   * leaves them out. `settings`: further configuration parameters, by name.
   */
  async startStandby(
    database: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Volume> {
    const { host, port, major } = this.postgres;
    const server = await startPostgres({ env: process.env, major, fsync: false });
    const standby = await Volume.of(server);
    await server.shutDown('immediate');
    await rm(standby.#data, { recursive: true });
    await this.#copyTo(standby.#data);
    const slots = join(standby.#data, 'pg_replslot');
    for (const name of await readdir(slots)) await rm(join(slots, name), { recursive: true });
    const primary = `host=${host} port=${port} user=${SUPERUSER} dbname=${database}`;
    const lines = Object.entries({ primary_conninfo: primary, ...settings });
    await appendFile(
      join(standby.#data, 'postgresql.auto.conf'),
      lines.map(([name, value]) => `${name} = '${value}'\n`).join(''),
    );
    await standby.#becomeStandby();
    await server.start();
    return standby;
  }

  /** The address of this server leads to what the other one holds, which is shut down. */
  async replaceBy(other: Volume): Promise<void> {
    await other.postgres.shutDown();
    await this.postgres.shutDown('immediate');
    await rm(this.#data, { recursive: true });
    await run('cp', ['-a', other.#data, this.#data]);
    await this.postgres.start();
  }

  #becomeStandby(): Promise<void> {
    return writeFile(join(this.#data, STANDBY_SIGNAL), '');
  }

  async #copyTo(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true });
    await this.postgres.freeze();
    await run('cp', ['-a', this.#data, folder]).finally(() => this.postgres.thaw());
  }
}

/** The first value of the first row, in a session of its own: the server may have been away. */
async function ask(postgres: PostgresServer, text: string): Promise<unknown> {
  const client = new Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}
