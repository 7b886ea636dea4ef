/** Names of slots and publications: wrong ones touch nothing, databases of a server share slots. */
import { expect, test } from 'vitest';
import { decodeCheckpoint } from '../../../src/publishing/records/checkpoint.js';
import { type Installation, install } from '../../support/agents/operations-fixture.js';
import { connectTo } from '../../support/servers/etcd-store.js';
import { etcdEndpoint } from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

interface Found {
  readonly check: string;
  readonly level: string;
  readonly message: string;
  readonly fix: string | null;
}

async function findings({ run }: Installation): Promise<readonly Found[]> {
  const report: { findings: readonly Found[] } = JSON.parse(
    (await run(['doctor', '--json'])).stdout,
  );
  return report.findings;
}

async function checkpointText({ prefix, target }: Installation): Promise<string> {
  const store = await connectTo([etcdEndpoint()], { prefix });
  try {
    return (await store.read(`${prefix}/Lenkwerk/${target}/Checkpoint`))?.value ?? '';
  } finally {
    await store.close();
  }
}

/** The text of the checkpoint once the agent has published a change; it does not change after. */
async function settledCheckpoint(installation: Installation): Promise<string> {
  await installation.sql.query(`SELECT storage.save_config('topic', '"settled"')`);
  const settled = async () => {
    const text = await checkpointText(installation);
    return decodeCheckpoint(text)?.witness.transaction !== undefined && text;
  };
  return await waitFor(settled, { what: 'the change to be published' });
}

/** Makes the other database publish the same target elsewhere, so that both want one slot. */
async function sameTarget({ sql }: Installation, { target, prefix }: Installation): Promise<void> {
  const { hostname: host, port } = new URL(etcdEndpoint());
  const config = { host, port: Number(port), prefix: `${prefix}other` };
  await sql.query("SELECT storage.save_config('kvstores', $1)", [
    JSON.stringify({ [target]: { type: 'etcd', config } }),
  ]);
}

test.each([
  ['--slot', 'Bad Slot'],
  ['--slot', ''],
  ['--slot', 'a'.repeat(64)],
  ['--publication', ''],
  ['--publication', 'p'.repeat(64)],
])('agent %s %j is a wrong usage, and no agent notices', async (flag, name) => {
  const installation = await install();
  await installation.startAgent();
  const before = await settledCheckpoint(installation);
  const { exitCode, stderr } = await installation.run([
    ...['agent', '--target', installation.target, flag, name],
  ]);
  expect(exitCode).toBe(3);
  expect(stderr).toContain('not the name of a ');
  expect(await checkpointText(installation)).toBe(before);
  expect((await findings(installation)).filter(({ check }) => check.startsWith('slots'))).toEqual(
    [],
  );
});

test('a publication may have any name that PostgreSQL takes', async () => {
  const installation = await install();
  const { sql, target, run } = installation;
  const name = `The "best", Ünder 'em`;
  await sql.query(
    `CREATE PUBLICATION "${name.replaceAll('"', '""')}" FOR TABLES IN SCHEMA storage`,
  );
  const controller = new AbortController();
  const args = ['agent', '--target', target, '--publication', name];
  const agent = run(args, { signal: controller.signal });
  await sql.query(`SELECT storage.save_config('topic', '"first"')`);
  const isFilled = async () => decodeCheckpoint(await checkpointText(installation))?.lsn;
  const first = await waitFor(isFilled, { what: 'a checkpoint' });
  await sql.query(`SELECT storage.save_config('topic', '"second"')`);
  await waitFor(async () => ((await isFilled()) ?? 0n) > first, { what: 'the next transaction' });
  controller.abort();
  expect((await agent).exitCode).toBe(0);
});

test('a second database of the server takes another slot, and leaves the first one alone', async () => {
  const first = await install();
  await first.startAgent();
  const second = await install();
  await sameTarget(second, first);
  const { exitCode, stderr } = await second.run(['agent']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`slot ${first.slot} belongs to another database or plugin`);
  const advice = /--slot ([a-z0-9_]+)/.exec(stderr)?.[1] ?? '';
  const before = (await findings(second)).find(({ check }) => check.endsWith('.slot'));
  expect(before).toMatchObject({ level: 'fail' });
  expect(before?.fix).toContain(`--slot ${advice}`);
  expect(before?.fix).not.toContain('drop');
  expect((await second.run(['status'])).stdout).toContain('belongs to another database or plugin');

  const args = ['agent', '--target', first.target, '--slot', advice];
  const controller = new AbortController();
  const agent = second.run(args, { signal: controller.signal });
  const isHealthy = async () =>
    (await findings(second)).every(({ level }) => level !== 'fail') &&
    (await findings(second)).some(({ message }) => message.startsWith(`slot ${advice} is read`));
  await waitFor(isHealthy, { what: 'a healthy second database' });
  expect((await findings(first)).filter(({ level }) => level === 'fail')).toEqual([]);
  controller.abort();
  await agent;
});

test('a slot of this database with another plugin is not to be dropped either', async () => {
  const installation = await install();
  const { sql, slot } = installation;
  await sql.query("SELECT pg_create_logical_replication_slot($1, 'test_decoding')", [slot]);
  const found = (await findings(installation)).find(({ check }) => check.endsWith('.slot'));
  expect(found?.fix).toMatch(/--slot/);
  expect(found?.fix).not.toContain('drop');
});

test('no slot is to be dropped while a checkpoint that may name it cannot be read', async () => {
  const installation = await install();
  const { sql, target, slot } = installation;
  const custom = `${slot}_custom`;
  const agent = await installation.startAgent(custom);
  await agent.stop();
  const dead = { [target]: { type: 'etcd', config: { host: '127.0.0.1', port: 1 } } };
  await sql.query("SELECT storage.save_config('kvstores', $1)", [JSON.stringify(dead)]);
  const found = (await findings(installation)).find(({ check }) => check === 'slots.stranded');
  expect(found?.message).toContain(custom);
  expect(found?.fix).toContain(`the checkpoint of ${target}`);
  expect(found?.fix).not.toContain('drop');
});
