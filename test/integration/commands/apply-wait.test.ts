import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lsnFromBytes } from '../../../src/model/lsn.js';
import { connectionSettings } from '../../../src/postgres/connection-settings.js';
import { encodeCheckpoint } from '../../../src/publishing/records/checkpoint.js';
import { KeySpace } from '../../../src/publishing/records/key-space.js';
import { postgresSource } from '../../../src/publishing/source/postgres-source.js';
import { TargetServer } from '../../../src/publishing/targets/target-server.js';
import { silentLogger } from '../../../src/runtime/logger.js';
import { tamper } from '../../support/agents/tamper.js';
import { CLI } from '../../support/cli/built.js';
import { startCli } from '../../support/cli/cli.js';
import { type Workplace, workplace } from '../../support/servers/command-cluster.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import { etcdEndpoint, uniqueName, uniquePrefix } from '../../support/servers/servers.js';
import { CHECKPOINT } from '../../support/states/checkpoint.js';
import { waitFor } from '../../support/wait.js';

let work: Workplace;
let agents: (() => Promise<void>)[];
// Slots have one name space on the server.
let EU: string;
let US: string;
beforeEach(async () => {
  [EU, US] = [uniqueName('eu'), uniqueName('us')];
  agents = [];
  work = await workplace();
});
afterEach(async () => {
  // Before the database that they read.
  for (const stop of agents) await stop();
  await work.close();
});

function place(prefix = uniquePrefix()): object {
  return { type: 'etcd', config: { endpoints: [new URL(etcdEndpoint()).host], prefix } };
}

/** A manifest with these stores besides a topic. */
function manifest(topic: string, kvstores: Readonly<Record<string, object>>): string {
  return work.manifest(`config: ${JSON.stringify({ topic, kvstores })}\n`);
}

/** An agent for the configured targets, or for those named, until the test ends. */
function serve(names: readonly string[] = []): void {
  const stop = new AbortController();
  const server = new TargetServer({
    database: postgresSource(connectionSettings({ url: work.url }, {})),
    logger: silentLogger,
    url: undefined,
    variables: {},
    secretsDir: undefined,
    project: undefined,
    names,
    configPollMs: 50,
  });
  const ended = server.run(stop.signal);
  agents.push(async () => {
    stop.abort();
    await ended;
  });
}

function apply(path: string, ...flags: readonly string[]) {
  return work.run(['apply', path, '--auto-approve', '--allow', 'store:redirect', ...flags]);
}

const waiting = (seconds: number) => ['--wait', '--timeout', `${seconds}`];

async function published(target: string): Promise<string> {
  return (await work.run(['get', '/Config/topic', '--target', target])).stdout;
}

test('apply --wait returns when every target has it', async () => {
  const stores = { [EU]: place(), [US]: place() };
  await apply(manifest('first', stores));
  serve();
  for (const topic of ['second', 'third']) {
    expect(await apply(manifest(topic, stores), ...waiting(30))).toMatchObject({ exitCode: 0 });
    expect(await published(EU)).toContain(topic);
    expect(await published(US)).toContain(topic);
  }
});

test('a status that is set is published and waited for as any other apply', async () => {
  const stores = { [EU]: place() };
  const instances = 'instances: [{ host: h, username: u }]\n';
  const config = `config: ${JSON.stringify({ kvstores: stores })}\n`;
  await apply(work.manifest(instances + config));
  serve();
  const args = ['instance', 'set-status', 'online', 'h', '--auto-approve', ...waiting(30)];
  const done = await work.run(args);
  expect(done).toMatchObject({ exitCode: 0 });
  expect(done.stdout).toMatch(/\nApplied: .*\nPublished to every target\.\n$/);
  const { stdout } = await work.run(['get', '/PostgresInstance/h/5432', '--target', EU]);
  expect(JSON.parse(stdout)).toMatchObject({ status: 3 });
});

test('apply --wait names the target that is not there yet, and only that', async () => {
  const stores = { [EU]: place(), [US]: place() };
  await apply(manifest('first', stores));
  serve([EU]);
  expect(await apply(manifest('second', { [EU]: stores[EU] ?? {} }), ...waiting(30))).toMatchObject(
    { exitCode: 0 },
  );
  const late = await apply(manifest('third', stores), ...waiting(2), '--json');
  expect(late.exitCode).toBe(7);
  const { error } = JSON.parse(late.stdout);
  expect(error.code).toBe('not-converged');
  expect(error.message).toMatch(
    /apply 3 IS committed at .*, but not published to us_.* within 2 s/,
  );
  expect(error.message).not.toContain(EU);
});

test('the plan and the commit are shown although it is not published in time', async () => {
  const path = manifest('first', { [EU]: place() });
  const { exitCode, stdout } = await apply(path, ...waiting(1));
  expect(exitCode).toBe(7);
  expect(stdout).toContain('+ config/topic will be created');
  expect(stdout).toMatch(/^Applied: 2 added, .* \(apply 1, digest [0-9a-f]{64}, /m);
  serve([EU]);
  const next = await apply(manifest('second', { [EU]: place() }), ...waiting(30));
  expect(next.stdout).toMatch(/Applied: .*\nPublished to every target\.\n$/);
});

test.each([[[]], [['--json']]])(
  'a report that cannot be written hides no commit: %j',
  async (flags) => {
    const path = manifest('first', {});
    const tool = [process.execPath, CLI, 'apply', path, '--auto-approve', ...flags];
    const failed = await promisify(execFile)('sh', ['-c', 'exec "$@" >/dev/full', 'sh', ...tool], {
      env: { PATH: process.env['PATH'], DATABASE_URL: work.url },
    }).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('apply 1 IS committed, but its report cannot be written: '),
    });
  },
);

test('apply --wait reports a store that cannot be read, and waits for the others', async () => {
  const dead = { type: 'etcd', config: { endpoints: ['127.0.0.1:1'], prefix: '/dead' } };
  const stores = { [EU]: place(), [US]: dead };
  await apply(manifest('first', stores));
  serve([EU]);
  const late = await apply(manifest('second', stores), ...waiting(3), '--json');
  expect(late.exitCode).toBe(7);
  const { message } = JSON.parse(late.stdout).error;
  expect(message).toContain(US);
  expect(message).not.toContain(EU);
  expect(await published(EU)).toContain('second');
});

test('apply --wait names a store of another cluster, whose position means nothing', async () => {
  const prefix = uniquePrefix();
  const keySpace = new KeySpace(prefix);
  const store = await connectTo([etcdEndpoint()]);
  const checkpoint = { ...CHECKPOINT, cluster: randomUUID(), lsn: lsnFromBytes(2n ** 60n) };
  await tamper(
    { keySpace, store },
    {
      [keySpace.checkpointKey(EU).slice(prefix.length)]: encodeCheckpoint(checkpoint),
    },
  );
  await store.close();
  const late = await apply(manifest('first', { [EU]: place(prefix) }), ...waiting(1));
  expect(late.exitCode).toBe(7);
  expect(late.stderr).toContain(`IS committed at `);
  expect(late.stderr).toContain(
    `not published to ${EU}: the store belongs to another cluster, ${checkpoint.cluster}; `,
  );
  expect(late.stderr).toContain('hint: do not apply again for this; is this the right store?');
  expect(late.stderr).not.toContain('is the agent running?');
});

test('apply --wait waits for the targets that it configures, and not for those it removes', async () => {
  const eu = place();
  await apply(manifest('first', { [EU]: eu }));
  serve();
  expect(await apply(manifest('second', { [EU]: eu }), ...waiting(30))).toMatchObject({
    exitCode: 0,
  });
  expect(await apply(manifest('third', { [US]: place() }), ...waiting(30))).toMatchObject({
    exitCode: 0,
  });
  expect(await published(US)).toContain('third');
});

test('apply --wait of a part goes by the stores that are recorded then', async () => {
  await apply(manifest('first', { [EU]: place() }));
  const path = manifest('second', { [US]: place() });
  const part = await apply(path, '--only', 'config/topic', ...waiting(1));
  expect(part).toMatchObject({ exitCode: 7, stderr: expect.stringContaining(EU) });
  expect(part.stderr).not.toContain(US);
});

test('apply --wait without any store changes nothing, nor does it ask', async () => {
  const path = work.manifest('config: { topic: first }\n');
  for (const flags of [['--auto-approve'], []]) {
    const refused = await work.run(['apply', path, '--wait', ...flags], { answer: 'yes' });
    expect(refused).toMatchObject({ exitCode: 3, stdout: '' });
    expect(refused.stderr).toContain('no key-value store is configured');
    expect(refused.stderr).not.toContain('Do you want');
  }
  expect((await work.run(['history'])).stdout).toBe('Nothing was applied yet.\n');
  expect(await apply(path)).toMatchObject({ exitCode: 0 });
});

test('apply --wait with a target that cannot be used changes nothing', async () => {
  const path = manifest('first', { [EU]: place(), [US]: { type: 'etcd' } });
  const refused = await apply(path, ...waiting(1));
  expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(US) });
  expect((await work.run(['history'])).stdout).toBe('Nothing was applied yet.\n');
});

test('a wait that is interrupted reports that the apply is committed', async () => {
  const path = manifest('first', { [EU]: place() });
  const args = ['apply', path, '--auto-approve', ...waiting(60)];
  const cli = startCli(args, { env: { DATABASE_URL: work.url } });
  const isCommitted = async () => (await work.run(['history', '1'])).exitCode === 0;
  await waitFor(isCommitted, { what: 'the commit', timeoutMs: 20_000 });
  cli.kill('SIGINT');
  const { exitCode, stderr } = await cli.ended;
  expect(stderr).toMatch(
    /apply 1 IS committed at .*; the wait for its publication was interrupted/,
  );
  expect(exitCode).toBe(130);
});
