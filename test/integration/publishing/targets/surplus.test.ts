/** More targets than an agent serves: the others are served, and each surplus one is named. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { install } from '../../../support/agents/operations-fixture.js';
import { scratchFolder } from '../../../support/scratch.js';
import { etcdEndpoint } from '../../../support/servers/servers.js';
import { waitFor } from '../../../support/wait.js';

const SURPLUS = 'target "zzz": it is one of 33 targets, and the first 32 are served';

test('the 33rd target ends no other one', { timeout: 60_000 }, async () => {
  const { sql, target, prefix, run } = await install();
  const { hostname, port } = new URL(etcdEndpoint());
  const live = { type: 'etcd', config: { host: hostname, port: Number(port), prefix } };
  const dead = (n: number) => ({
    type: 'etcd',
    config: { host: '127.0.0.1', port: 1, prefix: `/${n}` },
  });
  const names = Array.from({ length: 31 }, (_, n) => [`a${n}`, dead(n)] as const);
  const kvstores = { [target]: live, ...Object.fromEntries(names) };
  const all = JSON.stringify({ ...kvstores, zzz: dead(31) });
  const manifest = join(await scratchFolder(), 'cluster.yaml');
  await writeFile(manifest, `apiVersion: lenkwerk/v1\nkind: Cluster\nconfig: {kvstores: ${all}}\n`);
  for (const verb of ['plan', 'apply']) {
    const refused = await run([verb, manifest, ...(verb === 'apply' ? ['--auto-approve'] : [])]);
    expect([refused.exitCode, refused.stderr + refused.stdout]).toEqual([
      3,
      expect.stringContaining(SURPLUS),
    ]);
  }
  // Another tool records it.
  await sql.query("SELECT storage.save_config('kvstores', $1)", [all]);
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
  expect(await readyz()).toContain(`"zzz","state":"failed","reason":${JSON.stringify(SURPLUS)}`);
  expect(remarks.filter((line) => line.includes(SURPLUS.replaceAll('"', '\\"')))).toHaveLength(1);
  expect((await run(['status'])).stdout).toContain(SURPLUS);
  expect((await run(['doctor'])).stdout).toContain(`fail  target.zzz.settings: ${SURPLUS}`);
  stop.abort();
  expect((await agent).exitCode).toBe(0);
});
