/** What `status` and `doctor` show of nodes whose acknowledgements the tests write. */
import { beforeEach, expect, test } from 'vitest';
import { type Installation, install } from '../../support/agents/operations-fixture.js';
import { nodesOf } from '../../support/nodes/acknowledging.js';
import { waitFor } from '../../support/wait.js';

let installation: Installation;
let nodes: Awaited<ReturnType<typeof nodesOf>>;
beforeEach(async () => {
  installation = await install();
  nodes = await nodesOf(installation);
  await installation.sql.query(`
    INSERT INTO storage.postgres_instance (host, port, username, status)
    VALUES ('a', 1, 'u', 3), ('b', 2, 'u', 1), ('off', 3, 'u', 0)`);
  await installation.startAgent();
  await waitFor(() => nodes.newest().catch(() => undefined), { what: 'a checkpoint' });
});

async function status() {
  const { exitCode, stdout } = await installation.run(['status', '--json']);
  const { nodes: seen, troubles } = JSON.parse(stdout);
  return { exitCode, states: seen.states, unregistered: seen.unregistered, troubles };
}

const NONE = { 'in-step': 0, behind: 0, silent: 0, refused: 0, never: 0, unknown: 0 };

async function findings() {
  const { exitCode, stdout } = await installation.run(['doctor', '--json']);
  const list: readonly { check: string; level: string; message: string }[] =
    JSON.parse(stdout).findings;
  const own = list.filter(({ check }) => check.startsWith('nodes'));
  return { exitCode, own: own.map(({ check, level, message }) => [check, level, message]) };
}

test('a cluster that no node follows has no trouble with nodes', async () => {
  expect(await status()).toEqual({
    ...{ exitCode: 0, states: { ...NONE, never: 2 }, unregistered: [], troubles: [] },
  });
  expect((await installation.run(['status'])).stdout).toContain(
    '\nnodes: none acknowledges anything\n',
  );
  expect((await findings()).own).toEqual([]);
});

test('nodes that follow are in step, and one that is missing is trouble', async () => {
  const first = nodes.follow('a_1');
  const missing = await waitFor(
    async () => {
      const seen = await status();
      return seen.states['in-step'] === 1 ? seen : undefined;
    },
    { what: 'a node in step' },
  );
  expect(missing).toEqual({
    exitCode: 2,
    states: { ...NONE, 'in-step': 1, never: 1 },
    unregistered: [],
    troubles: ['1 node never heard of: b:2'],
  });
  await first.stop();
  nodes.follow('a_1', 'b_2');
  await waitFor(async () => (await status()).states['in-step'] === 2, { what: 'both in step' });
  const { exitCode, stdout } = await installation.run(['status']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/\nnodes: \d of 2 in step\n/);
  expect((await findings()).own).toEqual([
    ['nodes', 'ok', '2 of 2 nodes follow what is published'],
  ]);
});

test('what a node refuses is trouble, and doctor fails', async () => {
  const refusal = { key: '/Config/x', reason: 'value too long' };
  await nodes.acknowledge('a_1', { refusal, applied: undefined });
  nodes.follow('b_2');
  await waitFor(async () => (await status()).states['in-step'] === 1, { what: 'one in step' });
  expect(await status()).toMatchObject({
    exitCode: 2,
    states: { refused: 1 },
    troubles: ['1 node refused /Config/x (value too long): a:1'],
  });
  const { exitCode, own } = await findings();
  expect(exitCode).toBe(1);
  expect(own).toContainEqual([
    ...['nodes.refused', 'fail', '1 node refused /Config/x (value too long): a:1'],
  ]);
});

test('doctor names copies of one database, and who acknowledges without an instance', async () => {
  await nodes.acknowledge('a_1', { followerId: 'one database' });
  await nodes.acknowledge('b_2', { followerId: 'one database' });
  await nodes.acknowledge('gone_7');
  // Registered, and not expected.
  await nodes.acknowledge('off_3');
  const { own } = await findings();
  expect(own.slice(1)).toEqual([
    [
      ...['nodes.conflict', 'warn'],
      'copies of one database acknowledge under several names: a_1, b_2',
    ],
    ['nodes.unregistered', 'warn', '1 node acknowledges without an instance: gone_7'],
  ]);
  expect((await status()).unregistered).toEqual(['gone_7']);
});
