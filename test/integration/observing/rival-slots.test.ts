/** Agents of one target with different slots, and targets that an agent with a slot leaves out. */
import { expect, onTestFinished, test } from 'vitest';
import { type Installation, install } from '../../support/agents/operations-fixture.js';
import { lenkwerk } from '../../support/cli/command-line.js';
import { etcdEndpoint, uniqueName, uniquePrefix } from '../../support/servers/servers.js';
import { waitFor } from '../../support/wait.js';

/** Starts an agent; returns the lines of its log. It ends with the test. */
function startLogged({ database }: Installation, flags: readonly string[]): readonly string[] {
  const stop = new AbortController();
  const lines: string[] = [];
  const agent = lenkwerk(['agent', '--db', database.url, ...flags], {
    signal: stop.signal,
    writeRemark: (text) => lines.push(text),
  });
  onTestFinished(async () => {
    stop.abort();
    await agent;
  });
  return lines;
}

const warnings = (lines: readonly string[], text: string) =>
  lines.filter((line) => line.includes('"level":"warn"') && line.includes(text));

async function stray({ run }: Installation) {
  const { findings } = JSON.parse((await run(['doctor', '--json'])).stdout);
  return findings.find(({ check }: { check: string }) => check === 'slots.stranded');
}

test('agents that evict one another warn each time, and doctor names both slots', async () => {
  const installation = await install();
  const { target, slot } = installation;
  const other = uniqueName('slot');
  const flags = ['--target', target, '--slot'];
  const first = startLogged(installation, [...flags, slot]);
  await waitFor(() => first.some((line) => line.includes('"state":"streaming"')), {
    what: 'a stream',
  });
  expect(warnings(first, 'another slot')).toEqual([]);
  const second = startLogged(installation, [...flags, other]);
  const eviction = await waitFor(() => warnings(second, 'takes the target over')[0], {
    what: 'a warning of the second agent',
  });
  expect(JSON.parse(eviction)).toMatchObject({ slot: other, otherSlot: slot, target });
  const returned = await waitFor(() => warnings(first, 'takes the target over')[0], {
    what: 'a warning of the first agent',
  });
  expect(JSON.parse(returned)).toMatchObject({ slot, otherSlot: other, target });
  const resyncs = second.filter((line) => line.includes('"message":"resynced"')).length;
  expect(warnings(second, 'takes the target over').length).toBeGreaterThanOrEqual(resyncs);
  const found = await waitFor(() => stray(installation), { what: 'a finding' });
  expect(found.message).toContain(`that of ${target} to `);
  expect([slot, other].filter((name) => found.message.includes(name))).toEqual([slot, other]);
  expect(found.fix).toContain('give all the same');
  expect(found.message).not.toContain('no configured target');
}, 60_000);

test('an agent with a slot warns once of each target that it does not serve', async () => {
  const installation = await install();
  const { sql, target } = installation;
  const { hostname: host, port } = new URL(etcdEndpoint());
  const at = () => ({ host, port: Number(port), prefix: uniquePrefix() });
  const save = (key: string, value: unknown) =>
    sql.query('SELECT storage.save_config($1, $2)', [key, JSON.stringify(value)]);
  await save('kvstore_config', at());
  const slot = uniqueName('slot');
  const lines = startLogged(installation, ['--slot', slot]);
  const others = () => warnings(lines, 'is not served by this agent');
  await waitFor(() => others().length === 1, { what: 'a warning' });
  expect(others()[0]).toContain(`"target":"${target}"`);
  const second = uniqueName('t');
  const stores = {
    [target]: { type: 'etcd', config: at() },
    [second]: { type: 'etcd', config: at() },
  };
  await save('kvstores', stores);
  await waitFor(() => others().length === 2, { what: 'another warning', timeoutMs: 20_000 });
  expect(others()[1]).toContain(`--target ${second}`);
  // A record that cannot be read ends nothing, and is none of its targets.
  await save('kvstores', 7);
  const { stdout } = await installation.run(['verify', 'test/support/states/nothing.yaml']);
  expect(stdout).toMatch(/^default: (?:converged|unconfirmed): /m);
  expect(stdout).toMatch(/^config kvstores: inconclusive: config kvstores is not an object/m);
  const status = (await installation.run(['status'])).stdout;
  expect(status).toContain('  - config kvstores is not an object');
  expect(status).not.toContain('lw_agent_config');
  expect(others()).toHaveLength(2);
}, 60_000);
