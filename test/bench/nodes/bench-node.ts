/** A storage node: a database of its own, a follower, and a session that sees its commits. */
import { Client } from 'pg';
import { CLI } from '../../support/cli/built.js';
import { runMeasured } from '../../support/cli/peak-memory.js';
import type { Bench, BenchCluster } from '../bench.js';
import { ToolProcess } from '../tool-process.js';

/** Reports each commit that changes the entry `bench-0`; the table is for commits of our own. */
const OBSERVE = `
  CREATE TABLE public.floor (number int NOT NULL);
  INSERT INTO public.floor VALUES (0);
  CREATE FUNCTION public.report() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_catalog.pg_notify('changed', ''); RETURN NULL; END $$;
  CREATE TRIGGER report AFTER INSERT OR UPDATE ON storage.config FOR EACH ROW
    WHEN (NEW.key = 'bench-0') EXECUTE FUNCTION public.report();
  LISTEN changed`;

export class BenchNode {
  readonly #sql: Client;
  readonly #follower: ToolProcess;
  #changes = 0;
  #onChange: () => void = () => {};

  private constructor(sql: Client, follower: ToolProcess) {
    this.#sql = sql;
    this.#follower = follower;
    sql.on('notification', () => {
      this.#changes += 1;
      this.#onChange();
    });
  }

  /** Resolves when it shows what is published. */
  static async start(bench: Bench, cluster: BenchCluster, name: string): Promise<BenchNode> {
    const env = { LENKWERK_DATABASE: await bench.database() };
    await runMeasured([CLI, 'init', '--node'], { env });
    const sql = new Client({ connectionString: env.LENKWERK_DATABASE });
    await sql.connect();
    const follower = new ToolProcess(['follow', '--kv', cluster.storeUrl, '--name', name], env);
    await follower.next('comparison', ({ message }) => message === 'compared with everything');
    await sql.query(OBSERVE);
    return new BenchNode(sql, follower);
  }

  /** Resolves, with the time, at the next commit of a change that was not yet returned. */
  async next(): Promise<number> {
    while (this.#changes === 0) {
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
    }
    this.#changes = 0;
    return performance.now();
  }

  /** One commit without Lenkwerk. */
  async commitBare(): Promise<void> {
    await this.#sql.query('UPDATE public.floor SET number = number + 1');
  }

  /** Returns the peak memory of the follower in MiB. */
  async stop(): Promise<number> {
    await this.#sql.end();
    return await this.#follower.stop();
  }
}
