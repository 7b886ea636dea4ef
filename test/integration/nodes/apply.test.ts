/** `apply --wait-for nodes`, beside nodes whose acknowledgements the tests write. */
import { beforeEach, expect, test } from 'vitest';
import { type Installation, install } from '../../support/agents/operations-fixture.js';
import { manifestFile } from '../../support/cli/manifest-file.js';
import { nodesOf } from '../../support/nodes/acknowledging.js';

let installation: Installation;
let nodes: Awaited<ReturnType<typeof nodesOf>>;
beforeEach(async () => {
  installation = await install();
  nodes = await nodesOf(installation);
});

/** Applies two instances, of which `b` gets this user. */
async function apply(username: string, seconds: number, ...flags: readonly string[]) {
  const file = await manifestFile(`instances:
  - { host: a, port: 1, username: u, status: online }
  - { host: b, port: 2, username: ${username}, status: read-only }
  - { host: off, port: 3, username: u, status: offline }
`);
  const wait = ['--wait-for', 'nodes', '--timeout', `${seconds}`];
  return await installation.run(['apply', file, '--auto-approve', ...wait, ...flags]);
}

test('it ends once every node that may be read or written acknowledged it', async () => {
  await installation.startAgent();
  await apply('first', 1);
  nodes.follow('a_1', 'b_2');
  const { exitCode, stdout } = await apply('second', 30);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /Applied: .*\nPublished to every target, and acknowledged by every storage node.\n$/,
  );
  const published = await installation.run([
    'get',
    '/PostgresInstance/b/2',
    '--target',
    installation.target,
  ]);
  expect(published.stdout).toContain('second');
});

test('the apply IS committed, and the nodes that lack it are named', async () => {
  await installation.startAgent();
  expect(await apply('first', 1)).toMatchObject({
    exitCode: 7,
    stderr: expect.stringMatching(
      /apply 1 IS committed at .*, but not acknowledged: 2 nodes never heard of: a:1, b:2 within 1 s/,
    ),
  });
  nodes.follow('a_1');
  const refusal = { key: '/PostgresInstance/b/2', reason: 'value too long' };
  await nodes.acknowledge('b_2', { refusal });
  const late = await apply('second', 3, '--json');
  expect(late.exitCode).toBe(7);
  const { error } = JSON.parse(late.stdout);
  expect(error).toMatchObject({
    code: 'not-converged',
    message: expect.stringMatching(
      /^apply 2 IS committed at .* 1 node refused \/PostgresInstance\/b\/2 .*: b:2 within 3 s$/,
    ),
    hint: expect.stringContaining('`lenkwerk verify --nodes --wait` waits on'),
  });
  expect(error.message).not.toContain('a:1');
});

test('what is not published is named, and so are the nodes, which cannot have it', async () => {
  const agent = await installation.startAgent();
  await apply('first', 1);
  nodes.follow('a_1', 'b_2');
  expect(await apply('second', 30)).toMatchObject({ exitCode: 0 });
  await agent.stop();
  expect(await apply('third', 1)).toMatchObject({
    exitCode: 7,
    stderr: expect.stringMatching(
      /apply 3 IS committed at .*, but not published to t_\w+ within 1 s; not acknowledged: 2 nodes behind.*: a:1, b:2 within 1 s/,
    ),
  });
});

test('--wait is --wait-for published, which asks no node', async () => {
  await installation.startAgent();
  const fileOf = (username: string) =>
    manifestFile(`instances: [{ host: a, port: 1, username: ${username}, status: online }]\n`);
  for (const flags of [['--wait'], ['--wait-for', 'published']]) {
    const file = await fileOf(`u${flags.length}`);
    const { exitCode, stdout } = await installation.run([
      'apply',
      file,
      '--auto-approve',
      ...flags,
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/\nPublished to every target\.\n$/);
  }
  const file = await fileOf('another');
  expect(await installation.run(['apply', file, '--wait-for', 'everything'])).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('Allowed choices are published, nodes.'),
  });
});
