/** The data folder of a throw-away server: images of it, and what a server becomes with it. */
import { execFile } from 'node:child_process';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { PostgresServer } from '../../../src/dev/postgres.js';

const run = promisify(execFile);

export class Volume {
  readonly #postgres: PostgresServer;
  readonly #folder: string;
  readonly #url: string;

  private constructor(postgres: PostgresServer, folder: string, url: string) {
    this.#postgres = postgres;
    this.#folder = folder;
    this.#url = url;
  }

  /** Of a server that runs, with the URL of one of its databases. */
  static async of(postgres: PostgresServer, url: string): Promise<Volume> {
    const rows = await query(url, 'SHOW data_directory');
    return new Volume(postgres, String(rows[0]?.['data_directory']), url);
  }

  /** On a session of its own, since the server may have been away. */
  sql(text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return query(this.#url, text);
  }

  /** A crash-consistent copy. */
  async takeImage(): Promise<void> {
    await this.#postgres.shutDown('immediate');
    await run('cp', ['-a', this.#folder, this.#image]);
    await this.#postgres.start();
  }

  /** The image stays. */
  putImageBack(): Promise<void> {
    return this.becomeCopyOf(this);
  }

  /** The image of another server. */
  async becomeCopyOf(other: Volume): Promise<void> {
    await this.#postgres.shutDown('immediate');
    await rm(this.#folder, { recursive: true });
    await run('cp', ['-a', other.#image, this.#folder]);
    await this.#postgres.start();
  }

  /** The server continues with the image, and what it had becomes the image. */
  async swap(): Promise<void> {
    await this.#postgres.shutDown();
    const aside = `${this.#folder}.aside`;
    await rename(this.#folder, aside);
    await rename(this.#image, this.#folder);
    await rename(aside, this.#image);
    await this.#postgres.start();
  }

  async becomeStandby(): Promise<void> {
    await this.#postgres.shutDown();
    await writeFile(join(this.#folder, 'standby.signal'), '');
    await this.#postgres.start();
  }

  async promote(): Promise<void> {
    await this.sql('SELECT pg_promote()');
  }

  async removeImage(): Promise<void> {
    await rm(this.#image, { recursive: true, force: true });
  }

  get #image(): string {
    return `${this.#folder}.image`;
  }
}

async function query(url: string, text: string) {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<Readonly<Record<string, unknown>>>(text);
    return rows;
  } finally {
    await client.end();
  }
}
