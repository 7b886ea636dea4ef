import { expect, test } from 'vitest';
import { install } from '../../support/agents/operations-fixture.js';
import { uniqueName } from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

test('status reports a target that is served', async () => {
  const { run, startAgent, sql, target, slot } = await install();
  await startAgent();
  await sql.query("SELECT storage.save_config('topic', '1')");
  const published = await waitFor(
    async () => {
      const { stdout } = await run(['status', '--json']);
      const report = JSON.parse(stdout);
      return report.targets[0].checkpoint?.committedAt ? report : undefined;
    },
    { what: 'the commit' },
  );
  const { rows } = await sql.query(
    'SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1',
    [slot],
  );
  expect(published).toMatchObject({
    server: { standby: false },
    targets: [
      {
        target,
        checkpoint: { phase: 'stream', part: null },
        slot: {
          name: slot,
          active: true,
          walStatus: 'reserved',
          reader: {
            pid: rows[0].active_pid,
            user: 'postgres',
            application: 'lenkwerk agent stream',
            address: '127.0.0.1',
          },
        },
        troubles: [],
      },
    ],
    strandedSlots: [],
    lastApply: null,
    troubles: [],
  });
  // Other databases of the server write to the same log.
  expect(published.targets[0].lag.bytes).toBeLessThan(64 * 1024 * 1024);
  expect(published.targets[0].checkpoint.ageSeconds).toBeLessThan(30);
  const text = await run(['status']);
  expect(text.exitCode).toBe(0);
  expect(text.stdout).toContain(`target ${target}: etcd://`);
  expect(text.stdout).toContain('lenkwerk agent stream, user postgres from 127.0.0.1');
  expect(text.stdout).toContain('no trouble\n');
});

test('status is clear about trouble, and exits with 2', async () => {
  const { run, startAgent, sql, target, slot } = await install();
  const before = await run(['status']);
  expect(before.exitCode).toBe(2);
  expect(before.stdout).toContain('nothing was ever published');
  expect(before.stdout).toContain(`no agent has run: there is no slot ${slot}`);

  const agent = await startAgent();
  await agent.stop();
  await sql.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [`${slot}_old`]);
  const after = JSON.parse((await run(['status', '--json'])).stdout);
  expect(after.troubles).toEqual([
    expect.stringMatching(
      `^${target}: no agent is active: slot ${slot} keeps [0-9]+ bytes of WAL$`,
    ),
    expect.stringMatching(`^slot ${slot}_old belongs to no configured target and keeps `),
  ]);
});

test('a slot of another name is known by the checkpoint', async () => {
  const { run, startAgent, target } = await install();
  const slot = uniqueName('lw_agent_own');
  await startAgent(slot);
  const status = JSON.parse((await run(['status', '--json'])).stdout);
  expect(status).toMatchObject({
    targets: [{ target, slot: { name: slot, active: true }, troubles: [] }],
    ...{ strandedSlots: [], troubles: [] },
  });
  const doctor = await run(['doctor']);
  expect(doctor.stdout).toContain(`slot ${slot} is read`);
});

test('status shows the last apply and a store that does not answer', async () => {
  const { run, sql, target } = await install();
  await sql.query("SELECT storage.save_config('kvstores', $1)", [
    JSON.stringify({ [target]: { type: 'etcd', config: { host: '127.0.0.1', port: 1 } } }),
  ]);
  await sql.query('DROP TABLE lenkwerk.apply_log CASCADE');
  expect((await run(['status'])).exitCode).toBe(1);
  await run(['init']);
  const { exitCode, stdout } = await run(['status']);
  expect(exitCode).toBe(2);
  expect(stdout).toContain('last apply: none');
  expect(stdout).toMatch(/trouble:\n {2}- t_\w+: .*127\.0\.0\.1:1/);
  expect(stdout).toContain('the checkpoint, which names the slot, could not be read; there is no');
  expect(stdout).not.toContain('no agent has run');
  expect((await run(['doctor'])).stdout).toContain(
    'the checkpoint, which names the slot, could not be read',
  );
});
