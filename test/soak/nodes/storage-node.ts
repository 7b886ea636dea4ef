/** A storage node of a campaign: its database, its followers, and what each local commit shows. */
import { readFile } from 'node:fs/promises';
import type { Client } from 'pg';
import { initialiseNode } from '../../../src/database/setup/node.js';
import type { PostgresServer } from '../../../src/dev/postgres.js';
import { openConnection } from '../../../src/postgres/connection.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { EXISTING_NODE } from '../../support/nodes/existing-node.js';
import { readNodeRecords } from '../../support/nodes/node-records.js';
import { AgentProcess } from '../world/agent-process.js';
import type { World } from '../world/world.js';

const [DIGEST = ''] =
  /CREATE FUNCTION soak\.digest\(\).*?\$\$;$/ms.exec(
    await readFile(new URL('../world/soak.sql', import.meta.url), 'utf8'),
  ) ?? [];
const ROLE = 'soak_follower';
/** Rows of one check: what the trigger saw. */
const BATCH = 100_000;

interface NodePlan {
  readonly world: World;
  /** Of the nodes' databases. */
  readonly postgres: PostgresServer;
  readonly name: string;
  /** Adopted from Bagger's extension. */
  readonly isAdopted: boolean;
}

interface SeenRow {
  readonly id: string;
  readonly revision: string;
  /** With commas between. */
  readonly marks: string;
  readonly digest: string;
}

export class StorageNode {
  readonly name: string;
  /** Two of the same database; the second one runs in faults alone. */
  readonly followers: readonly AgentProcess[];
  readonly #world: World;
  readonly #url: string;
  #checked = '0';

  private constructor({ world, name, postgres }: NodePlan, followers: readonly AgentProcess[]) {
    this.name = name;
    this.followers = followers;
    this.#world = world;
    this.#url = postgres.url(name);
  }

  /** Creates the database, and starts the first follower. */
  static async create(plan: NodePlan): Promise<StorageNode> {
    const { world, postgres, name, isAdopted } = plan;
    await onServer(postgres.url('postgres'), (client) =>
      client.query(`CREATE DATABASE ${name} TEMPLATE template0`),
    );
    await onServer(postgres.url(name), async (client) => {
      if (isAdopted) await client.query(EXISTING_NODE);
      await initialiseNode(client, { roles: true });
      await client.query(`CREATE SCHEMA soak; ${DIGEST}`);
      await client.query(await readFile(new URL('seen.sql', import.meta.url), 'utf8'));
      await client.query(`ALTER FUNCTION soak.see() SECURITY DEFINER`);
      await client.query(`DO $$ BEGIN IF to_regrole('${ROLE}') IS NULL THEN
        CREATE ROLE ${ROLE} LOGIN IN ROLE lenkwerk_follower; END IF; END $$`);
    });
    const target = {
      ...{
        postgresPort: postgres.port,
        store: world.servers,
        user: ROLE,
        database: name,
        slot: '',
      },
      command: (db: string, kv: string) => [
        'follow',
        '--db',
        db,
        '--kv',
        kv,
        '--name',
        `${name}_1`,
      ],
    };
    const followers = await Promise.all(
      ['first', 'second'].map((which) =>
        AgentProcess.create(`${which} follower of ${name}`, target, world.journal),
      ),
    );
    followers[0]?.start();
    return new StorageNode(plan, followers);
  }

  get follower(): AgentProcess {
    const [first] = this.followers;
    if (first === undefined) throw new Error('a node has followers');
    return first;
  }

  get second(): AgentProcess {
    const [, second] = this.followers;
    if (second === undefined) throw new Error('a node has followers');
    return second;
  }

  /** As the superuser. */
  sql<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    return onServer(this.#url, work);
  }

  records(): Promise<Map<string, string>> {
    return this.sql((client) => readNodeRecords(client, this.#world.keySpace));
  }

  /** Every commit since the last call shows one whole state of the Lenkwerk tables. */
  async checkCommits(): Promise<void> {
    const { journal } = this.#world;
    const { rows } = await this.sql((client) =>
      client.query<SeenRow>(
        `SELECT id::text, revision::text, array_to_string(marks, ',') AS marks, digest::text
           FROM soak.seen
          WHERE id > $1 ORDER BY id LIMIT ${BATCH}`,
        [this.#checked],
      ),
    );
    const digests = await this.#digestsOf(rows.map(({ marks }) => marks));
    for (const { id, revision, marks, digest } of rows) {
      this.#checked = id;
      journal.count('checked: local commits, not torn');
      if (marks.includes(',')) {
        journal.violate(`${this.name} at revision ${revision} is torn: ${marks}`);
        continue;
      }
      const expected = digests.get(marks);
      if (expected === undefined) continue;
      journal.count('checked: local commits, every record');
      if (expected === digest) continue;
      journal.violate(`${this.name} at revision ${revision} is not the state of ${marks}`);
    }
  }

  async #digestsOf(marks: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const ns = [...new Set(marks)].map((mark) => mark.replace('gen:', ''));
    const rows = await this.#world.sql<{ n: string; digest: string }>(
      'SELECT n::text, digest::text FROM soak.state WHERE n::text = ANY ($1)',
      [ns],
    );
    return new Map(rows.map(({ n, digest }) => [`gen:${n}`, digest]));
  }

  async remove(): Promise<void> {
    for (const follower of this.followers) await follower.remove();
  }
}

async function onServer<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await openConnection(connectionSettings({ url }, {}), 'soak');
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
