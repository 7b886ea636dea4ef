/** Every command with a list of servers whose first one is down, or a standby. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PostgresServer } from '../../../src/dev/postgres.js';
import type { Cluster } from '../../support/agents/agent-cluster.js';
import { createClusterOnOwnServer } from '../../support/agents/own-server.js';
import { Volume } from '../../support/agents/volume.js';
import { lenkwerk, type Outcome } from '../../support/cli/command-line.js';
import { manifestFile } from '../../support/cli/manifest-file.js';
import { etcdEndpoint } from '../../support/servers/servers.js';

let cluster: Cluster;
let primary: PostgresServer;
let standby: PostgresServer;

beforeAll(async () => {
  const own = await createClusterOnOwnServer();
  cluster = own.cluster;
  primary = own.postgres;
  await cluster.initialise();
  standby = (await (await Volume.of(primary, cluster.database.url)).startStandby()).postgres;
  await cluster.activeAgent();
}, 60_000);

afterAll(async () => {
  await standby?.stop();
  await cluster?.close();
});

/** `config` in a manifest, with a command for the servers at these ports. */
async function run(args: readonly string[], ports: readonly number[]): Promise<Outcome> {
  const db = `postgres://postgres@${ports.map((port) => `127.0.0.1:${port}`)}/postgres`;
  const kv = `etcd://${new URL(etcdEndpoint()).host}?prefix=${cluster.keySpace.prefix}`;
  return await lenkwerk([...args, '--db', db, '--kv', kv]);
}

const manifest = (config: string) => manifestFile(`config: {${config}}\n`);

describe.each([
  { what: 'down', port: () => 1 },
  { what: 'a standby', port: () => standby.port },
])('with a first server that is $what', ({ what, port }) => {
  const ports = () => [port(), primary.port];

  test('plan, apply, verify, status and doctor work with the second', async () => {
    const key = `k_${what.replaceAll(' ', '_')}`;
    const file = await manifest(`${key}: 1`);
    const planned = await run(['plan', file], ports());
    expect(planned).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(key) });
    const allow = ['--allow', 'delete:config', '--auto-approve', '--wait'];
    expect(await run(['apply', file, ...allow], ports())).toMatchObject({ exitCode: 0 });
    const verified = await run(['verify', file], ports());
    expect(verified).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('converged') });
    const status = await run(['status'], ports());
    expect(status.stdout).not.toContain('standby');
    expect(status).toMatchObject({ exitCode: 0 });
    const doctor = await run(['doctor'], ports());
    expect(doctor.stdout).not.toContain('is a standby');
    expect(doctor.stdout).toContain('PostgreSQL');
  }, 60_000);
});

test('without a primary each server is named with its reason', async () => {
  for (const verb of ['status', 'doctor', 'plan', 'verify']) {
    const args = verb === 'plan' || verb === 'verify' ? [verb, await manifest('a: 1')] : [verb];
    const { exitCode, stderr } = await run(args, [1, standby.port]);
    expect(stderr).toContain(
      `127.0.0.1:1: no server listens there; 127.0.0.1:${standby.port}: the server is a standby`,
    );
    expect(stderr).toContain('target_session_attrs is read-write');
    expect(exitCode).not.toBe(0);
  }
});

test('env shows the list, and what is asked of its servers', async () => {
  const { exitCode, stdout } = await run(['env'], [standby.port, primary.port]);
  expect(stdout).toContain('  host: 127.0.0.1,127.0.0.1 (--db)\n');
  expect(stdout).toContain(`  port: ${standby.port},${primary.port} (--db)\n`);
  expect(stdout).toContain('  target_session_attrs: read-write (default)\n');
  expect(exitCode).toBe(0);
});
