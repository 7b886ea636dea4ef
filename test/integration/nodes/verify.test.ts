/** `verify --nodes`: every verdict on what nodes acknowledge, which the tests write themselves. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Installation, install } from '../../support/agents/operations-fixture.js';
import { nodesOf } from '../../support/nodes/acknowledging.js';
import { etcdEndpoint, uniqueName, uniquePrefix } from '../../support/servers/servers.js';

const NOTHING = 'test/support/states/nothing.yaml';

let installation: Installation;
let nodes: Awaited<ReturnType<typeof nodesOf>>;
beforeEach(async () => {
  installation = await install();
  nodes = await nodesOf(installation);
  await installation.sql.query(`
    INSERT INTO storage.postgres_instance (host, port, username, status)
    VALUES ('a', 1, 'u', 3), ('b', 2, 'u', 1), ('off', 3, 'u', 0)`);
});

function verify(...args: readonly string[]) {
  return installation.run(['verify', NOTHING, '--nodes', '--timeout', '30', ...args]);
}

/** The verdict, and the states of the nodes. */
async function verdict(...args: readonly string[]) {
  const { exitCode, stdout } = await verify('--json', ...args);
  const document = JSON.parse(stdout);
  const list: readonly { host: string; state: string }[] = document.nodes?.list ?? [];
  const states = Object.fromEntries(list.map(({ host, state }) => [host, state]));
  return { exitCode, verdict: document.verdict, ofNodes: document.nodes?.verdict, ...states };
}

async function change(): Promise<void> {
  await installation.sql.query(`SELECT storage.save_config($1, '1')`, [uniqueName('key')]);
  // The newest checkpoint has it.
  expect(await installation.run(['verify', NOTHING, '--wait'])).toMatchObject({ exitCode: 0 });
}

describe('with an agent', () => {
  beforeEach(async () => {
    await installation.startAgent();
    await change();
  });

  test('converged once every node that may be read or written acknowledged it', async () => {
    expect(await verdict()).toEqual({
      ...{ exitCode: 7, verdict: 'lagging', ofNodes: 'lagging', a: 'never', b: 'never' },
    });
    nodes.follow('a_1', 'b_2');
    expect(await verdict('--wait')).toEqual({
      ...{ exitCode: 0, verdict: 'converged', ofNodes: 'converged', a: 'in-step', b: 'in-step' },
    });
    const { stdout } = await verify('--wait');
    expect(stdout).toMatch(/^converged: .*, and every storage node acknowledged it\n/);
    expect(stdout).toContain('\nnodes: 2 of 2 acknowledged it\n');
    expect((await installation.run(['verify', NOTHING])).stdout).not.toContain('acknowledged');
  });

  test('lagging with the names: behind, refused, never heard of', async () => {
    await nodes.acknowledge('a_1');
    await nodes.acknowledge('unknown_9');
    const refusal = { key: '/Config/x', reason: 'value too long' };
    await nodes.acknowledge('b_2', { refusal });
    await change();
    expect(await verdict()).toEqual({
      ...{ exitCode: 7, verdict: 'lagging', ofNodes: 'lagging', a: 'behind', b: 'refused' },
    });
    const { exitCode, stdout } = await verify();
    expect(exitCode).toBe(7);
    expect(stdout).toMatch(/^lagging: not every storage node has acknowledged it\n/);
    expect(stdout).toMatch(/\n {2}1 node behind by .* of the log and \d+ s: a:1\n/);
    expect(stdout).toMatch(/\n {2}1 node refused \/Config\/x \(value too long\), .*: b:2\n/);
    expect(stdout).toContain('\n  acknowledging without an instance: unknown_9\n');
    nodes.follow('a_1');
    expect(await verdict('--wait', '--timeout', '3')).toMatchObject({ exitCode: 7, a: 'in-step' });
  });

  test('what is not of the present history of the store does not count', async () => {
    const { newest, acknowledge } = nodes;
    const applied = await newest();
    await acknowledge('a_1', { applied: { ...applied, revision: applied.revision + 1_000_000n } });
    await acknowledge('b_2', { applied: { ...applied, writeId: 'of another history' } });
    expect(await verdict()).toMatchObject({ exitCode: 7, a: 'behind', b: 'behind' });
  });

  test('a later checkpoint than the compared one counts, as its revision shows it', async () => {
    const waiting = verdict('--wait');
    const before = nodes.follow('a_1');
    for (let round = 0; round < 5; round += 1) await change();
    await before.stop();
    // Not the newest any more.
    await nodes.acknowledge('b_2');
    await change();
    expect(await waiting).toMatchObject({ exitCode: 0, a: 'in-step', b: 'in-step' });
  });

  test('an instance that is taken offline is not expected any more', async () => {
    nodes.follow('a_1');
    expect(await verdict('--wait', '--timeout', '2')).toMatchObject({ exitCode: 7, b: 'never' });
    await installation.sql.query(
      "UPDATE storage.postgres_instance SET status = 0 WHERE host = 'b'",
    );
    expect(await verdict('--wait')).toEqual({
      ...{ exitCode: 0, verdict: 'converged', ofNodes: 'converged', a: 'in-step' },
    });
  });
});

test('a node follows any one of the targets, whichever', async () => {
  const { sql, prefix, target } = installation;
  const second = uniqueName('t');
  const { hostname: host, port } = new URL(etcdEndpoint());
  const other = uniquePrefix();
  const place = (own: string) => ({
    type: 'etcd',
    config: { host, port: Number(port), prefix: own },
  });
  await sql.query("SELECT storage.save_config('kvstores', $1)", [
    JSON.stringify({ [target]: place(prefix), [second]: place(other) }),
  ]);
  await installation.startAgent();
  await change();
  nodes.follow('a_1');
  (await nodesOf({ prefix: other, target: second })).follow('b_2');
  expect(await verdict('--wait')).toMatchObject({ exitCode: 0, a: 'in-step', b: 'in-step' });
  expect(await verify('--target', second)).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('--nodes and --target exclude each other'),
  });
});

test('nothing is asked of the nodes where the tables and no store agree', async () => {
  const found = await verdict('--timeout', '1');
  expect(found).toEqual({ exitCode: 7, verdict: 'inconclusive', ofNodes: undefined });
});
