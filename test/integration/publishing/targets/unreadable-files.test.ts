/** Certificates that are FIFOs, devices or folders: no verb waits, and other targets go on. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { install } from '../../../support/agents/operations-fixture.js';
import { runCli, startCli } from '../../../support/cli/cli.js';
import { scratchFolder } from '../../../support/scratch.js';
import { etcdEndpoint } from '../../../support/servers/servers.js';
import { waitFor } from '../../../support/wait.js';

const WHY = 'not a regular file';

test('an agent serves its other targets, and ends', { timeout: 60_000 }, async () => {
  const { target, prefix, run } = await install();
  const folder = await scratchFolder();
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const { hostname, port } = new URL(etcdEndpoint());
  const postgres = (dbname: string, tls: object) => ({
    type: 'postgres',
    config: { host: 'localhost', port: 1, dbname, user: 'u', sslmode: 'verify-ca', ...tls },
  });
  const etcd = (name: string, tls: object) => ({
    type: 'etcd',
    config: { host: hostname, port: Number(port), ssl: true, prefix: `${prefix}-${name}`, ...tls },
  });
  const broken = {
    a: postgres('a', { sslrootcert: fifo }),
    b: postgres('b', { sslrootcert: '/dev/zero' }),
    c: etcd('c', { ca: fifo }),
    d: etcd('d', { cert: '/dev/zero', key: folder }),
  };
  const live = { type: 'etcd', config: { host: hostname, port: Number(port), prefix } };
  const kvstores = JSON.stringify({ [target]: live, ...broken });
  const manifest = join(folder, 'cluster.yaml');
  await writeFile(
    manifest,
    `apiVersion: lenkwerk/v1\nkind: Cluster\nconfig: {kvstores: ${kvstores}}\n`,
  );
  const allow = ['--auto-approve', '--allow', 'store:redirect'];
  expect(await run(['apply', manifest, ...allow])).toMatchObject({ exitCode: 0 });
  const stop = new AbortController();
  const remarks: string[] = [];
  const agent = run(['agent', '--listen', '127.0.0.1:0'], {
    signal: stop.signal,
    writeRemark: (text) => remarks.push(text),
  });
  const address = await waitFor(() => /"address":"([^"]+)"/.exec(remarks.join(''))?.[1], {
    what: 'the address',
  });
  const readyz = async () => (await fetch(`http://${address}/readyz`)).text();
  await waitFor(async () => (await readyz()).includes(`"${target}","state":"streaming"`), {
    what: 'the stream',
  });
  for (const name of Object.keys(broken)) {
    await waitFor(async () => new RegExp(`"${name}".*${WHY}`, 's').test(await readyz()), {
      what: `the reason of ${name}`,
    });
    const looked = await run([
      'verify',
      'test/support/states/nothing.yaml',
      '--target',
      name,
      '--timeout',
      '3s',
    ]);
    expect(`${looked.stdout}${looked.stderr}`).toContain(WHY);
  }
  stop.abort();
  expect((await agent).exitCode).toBe(0);
});

test('no verb waits for a plan, a manifest or a certificate', { timeout: 60_000 }, async () => {
  const fifo = join(await scratchFolder(), 'fifo');
  execFileSync('mkfifo', [fifo]);
  const tls = `postgres://u@127.0.0.1:1/d?sslmode=verify-ca&sslrootcert=${fifo}`;
  for (const args of [
    ['show', fifo],
    ['validate', fifo],
    ['plan', fifo],
    ['apply', fifo, '--auto-approve'],
    ['status', '--db', tls],
  ]) {
    const { exitCode, stderr } = await runCli(args);
    expect([args[0], exitCode === 0, stderr.includes(WHY)]).toEqual([args[0], false, true]);
  }
  const agent = startCli(['agent', '--db', tls]);
  await agent.waitForOutput(WHY);
  agent.kill('SIGTERM');
  expect((await agent.ended).exitCode).not.toBe(0);
});
