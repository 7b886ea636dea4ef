import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningCli, startCli } from '../../support/cli/cli.js';
import { lenkwerk } from '../../support/cli/command-line.js';
import { type Workplace, workplace } from '../../support/servers/command-cluster.js';
import { type Decide, TcpProxy } from '../../support/tcp-proxy.js';

const MAX_MESSAGES = 200;
const TIMEOUT_MS = 300_000;
const SECTIONS = [
  'config: { a: 1, b: 2 }',
  'instances: [{ host: "h[1-3]", username: u, status: online }]',
  'dimensions: [{ field: /service }]',
  'servermap: { algorithm: ring }',
  'indexes: [{ name: i, method: btree, fields: [{ pointer: /x }] }]\n',
].join('\n');

let work: Workplace;
let file: string;
beforeEach(async () => {
  work = await workplace();
  file = work.manifest(SECTIONS);
});
afterEach(() => work.close());

const TABLES = [
  'config',
  'postgres_instance',
  'dimension',
  'index',
  'index_field',
  'servermap',
] as const;
const FULL = [2, 3, 1, 1, 1, 1, 1];
const EMPTY = [0, 0, 0, 0, 0, 0, 0];

/** Rows of each table, and entries of the log. */
async function counts(): Promise<readonly unknown[]> {
  const tables = [...TABLES.map((name) => `storage.${name}`), 'lenkwerk.apply_log'];
  const selects = tables.map((name) => `(SELECT count(*)::int FROM ${name})`).join(', ');
  const [row = []] = await work.query(`SELECT ${selects}`);
  return row;
}

/** The same once no session holds the lock of an apply. */
async function settled(): Promise<readonly unknown[]> {
  await work.query(`DO $$ BEGIN
    LOCK TABLE storage.config IN SHARE ROW EXCLUSIVE MODE;
  END $$`);
  return counts();
}

async function reset(): Promise<void> {
  const tables = TABLES.map((name) => `storage.${name}`).join(', ');
  await work.query(`
    TRUNCATE ${tables} RESTART IDENTITY;
    ALTER TABLE lenkwerk.apply_log DISABLE TRIGGER USER;
    DELETE FROM lenkwerk.apply_log;
    ALTER TABLE lenkwerk.apply_log ENABLE TRIGGER USER`);
}

/** A proxy before the database that asks about every message of the client. */
async function messageProxy(decide: Decide): Promise<TcpProxy> {
  const proxy = await TcpProxy.before(work.url);
  proxy.decide(decide);
  return proxy;
}

function args(proxy: TcpProxy): readonly string[] {
  return ['apply', file, '--auto-approve', '--db', proxy.inFrontOf(work.url)];
}

test(
  'cut at any message, an apply reports correctly what was committed',
  async () => {
    const outcomes = { nothing: 0, everything: 0 };
    for (let cut = 1; cut < MAX_MESSAGES; cut += 1) {
      const proxy = await messageProxy((_, count) => (count === cut ? 'cut' : 'pass'));
      const { exitCode, stdout, stderr } = await lenkwerk(args(proxy));
      const reached = proxy.requests >= cut;
      await proxy.close();
      const state = await settled();
      expect([EMPTY, FULL]).toContainEqual(state);
      const committed = state.at(-1) === 1;
      outcomes[committed ? 'everything' : 'nothing'] += 1;
      expect(exitCode, `cut ${cut}: ${stdout}${stderr}`).toBe(committed ? 0 : 1);
      if (!committed) expect(stderr).not.toContain('Applied');
      await reset();
      if (!reached) break;
    }
    expect(outcomes.nothing).toBeGreaterThan(20);
    expect(outcomes.everything).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

test(
  'killed at any message, an apply has happened as a whole or not at all',
  async () => {
    const outcomes = { nothing: 0, everything: 0 };
    for (let fatal = 1; fatal < MAX_MESSAGES; fatal += 1) {
      const victims: RunningCli[] = [];
      const proxy = await messageProxy((_, count) => {
        if (count === fatal) victims[0]?.kill('SIGKILL');
        return 'pass';
      });
      const victim = startCli(args(proxy));
      victims.push(victim);
      const { exitCode, stderr } = await victim.ended;
      const reached = proxy.requests >= fatal;
      if (!reached) expect(exitCode, stderr).toBe(0);
      await proxy.close();
      const state = await settled();
      expect([EMPTY, FULL]).toContainEqual(state);
      outcomes[state.at(-1) === 1 ? 'everything' : 'nothing'] += 1;
      await reset();
      if (!reached) break;
    }
    expect(outcomes.nothing).toBeGreaterThan(20);
    expect(outcomes.everything).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
