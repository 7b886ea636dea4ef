/** Verify where the state of the last apply cannot be planned any more. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { expect, test } from 'vitest';
import { install } from '../../support/agents/operations-fixture.js';
import { runCli } from '../../support/cli/cli.js';
import { scratchFolder } from '../../support/scratch.js';
import { databaseUrl, uniqueName } from '../../support/servers/servers.js';

const CONFIG = `apiVersion: lenkwerk/v1
kind: Cluster
`;

/** No session may be connected to it. */
async function rename(name: string, other: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl('postgres') });
  await client.connect();
  const [from, to] = [escapeIdentifier(name), escapeIdentifier(other)];
  await client.query(`ALTER DATABASE ${from} RENAME TO ${to}`).finally(() => client.end());
}

test('a last apply that cannot be planned any more leaves its drift unknown', async () => {
  const installation = await install();
  const folder = await scratchFolder();
  const { run, sql, database } = installation;
  const agent = await installation.startAgent();
  const manifest = join(folder, 'cluster.yaml');
  const url = new URL(database.url);
  const name = url.pathname.slice(1);
  const dimensions = 'dimensions: [{ field: /a }]\n';
  await writeFile(manifest, `${CONFIG}cluster: ${name}\n${dimensions}`);
  expect(await run(['apply', manifest, '--auto-approve', '--wait'])).toMatchObject({
    exitCode: 0,
  });
  await agent.stop();
  await sql.end();
  const other = uniqueName('renamed');
  await rename(name, other);
  url.pathname = `/${other}`;
  const elsewhere = await scratchFolder();
  const verifyThere = (args: readonly string[], cwd: string) =>
    runCli(['verify', ...args, '--db', url.href], { cwd });
  try {
    const none = await verifyThere([], elsewhere);
    expect(none.stderr).toBe('');
    expect(none.stdout).toContain(
      `the state of apply 1 cannot be compared: the manifests are for cluster ${name}`,
    );
    expect(none.exitCode).toBe(0);
    await writeFile(manifest, `${CONFIG}cluster: ${other}\n${dimensions}`);
    const right = await verifyThere(['--json'], folder);
    expect(JSON.parse(right.stdout)).toMatchObject({
      verdict: 'converged',
      compared: 'manifests',
      drift: null,
      driftUnknown: expect.stringContaining(name),
    });
  } finally {
    await rename(other, name);
  }
});
